# Likelihood-ratio tests of adding one risk to another by R: anova of nested models of survival::coxph (Efron) and glm.
# Run in tests/golden: Rscript make/added_value.R
library(survival)
set.seed(20)
n <- 60
known <- round(rnorm(n), 3)
added <- round(0.4 * known + rnorm(n), 3)
hazard <- exp(0.5 * known + 0.4 * added)
time <- ceiling(rexp(n) / hazard * 12)  # with ties
end <- ceiling(rexp(n) * 20)
cases <- data.frame(known, added, time_days = pmin(time, end), event = as.integer(time <= end),
                    response = rbinom(n, 1, plogis(0.5 * known + 0.4 * added)))
write.csv(cases, "added_value_cases.csv", row.names = FALSE, quote = FALSE)
cox <- anova(coxph(Surv(time_days, event) ~ known, cases), coxph(Surv(time_days, event) ~ known + added, cases))
strict <- glm.control(epsilon = 1e-14, maxit = 100)
glms <- anova(glm(response ~ known, binomial, cases, control = strict),
              glm(response ~ known + added, binomial, cases, control = strict), test = "LRT")
p <- c(cox[["Pr(>|Chi|)"]][2], glms[["Pr(>Chi)"]][2])
write.csv(data.frame(kind = c("survival", "binary"), p = sprintf("%.15g", p)), "added_value.csv", row.names = FALSE,
          quote = FALSE)
