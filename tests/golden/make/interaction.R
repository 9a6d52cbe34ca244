# Likelihood-ratio tests of the interaction of a risk with subgroups by R: anova of nested models of survival::coxph (Efron)
# and glm. Run in tests/golden: Rscript make/interaction.R
library(survival)
set.seed(8)
n <- 80
risk <- round(rnorm(n), 3)
level <- sample(0:2, n, replace = TRUE)
slope <- c(0.9, 0.2, 0.5)[level + 1]
time <- ceiling(rexp(n) / exp(slope * risk + 0.3 * level) * 12)  # with ties
end <- ceiling(rexp(n) * 25)
cases <- data.frame(risk, level, time_days = pmin(time, end), event = as.integer(time <= end),
                    response = rbinom(n, 1, plogis(slope * risk)))
write.csv(cases, "interaction_cases.csv", row.names = FALSE, quote = FALSE)
strict <- glm.control(epsilon = 1e-14, maxit = 100)
exact <- coxph.control(eps = 1e-11, iter.max = 100)
p <- function(x) {
  cox <- anova(coxph(Surv(time_days, event) ~ risk + factor(level), x, control = exact),
               coxph(Surv(time_days, event) ~ risk * factor(level), x, control = exact))
  glms <- anova(glm(response ~ risk + factor(level), binomial, x, control = strict),
                glm(response ~ risk * factor(level), binomial, x, control = strict), test = "LRT")
  c(cox[["Pr(>|Chi|)"]][2], glms[["Pr(>Chi)"]][2])
}
both <- c(p(cases), p(cases[cases$level < 2, ]))
write.csv(data.frame(levels = c(3, 3, 2, 2), kind = c("survival", "binary"), p = sprintf("%.15g", both)), "interaction.csv",
          row.names = FALSE, quote = FALSE)
