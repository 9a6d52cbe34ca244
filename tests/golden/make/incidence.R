# Cumulative incidence with a competing event by R: survival 3.5.3 (multi-state survfit: estimate, infinitesimal jackknife of
# cases and of patients, interval on the log(-log) scale), cmprsk 2.2.11 (estimate), and Cox models of each cause in which the
# other is censored (coxph, Efron). Run in tests/golden: Rscript make/incidence.R
suppressMessages({library(survival); library(cmprsk)})
set.seed(31)
n <- 90
patient <- c(1:60, sample(1:60, 30, replace = TRUE))
risk <- round(rnorm(n), 3)
first <- rexp(n) / exp(0.7 * risk); second <- rexp(n) / exp(0.2 * risk) * 1.5; end <- runif(n, 0.3, 2.5)
time_days <- ceiling(pmin(first, second, end) * 40)  # with ties
cause <- ifelse(pmin(first, second) > end, 0, ifelse(first < second, 1, 2))
cases <- data.frame(patient, risk, time_days, cause)
write.csv(cases, "incidence_cases.csv", row.names = FALSE, quote = FALSE)
state <- factor(cause, 0:2, c("censored", "event", "competing"))
fit <- survfit(Surv(time_days, state) ~ 1, conf.type = "log-log", id = 1:n, influence = TRUE)
gray <- timepoints(cuminc(time_days, cause, cencode = 0), fit$time)$est
told <- data.frame()
for (k in 1:2) {
  at <- which(fit$states == c("event", "competing")[k])
  clustered <- sqrt(colSums(rowsum(fit$influence.pstate[, -1, at], patient)^2))  # survfit passes over `cluster` here
  told <- rbind(told, data.frame(cause = k, time_days = fit$time, incidence = fit$pstate[, at], cmprsk = gray[k, ],
    error = fit$std.err[, at], clustered, low = fit$lower[, at], high = fit$upper[, at], at_risk = fit$n.risk[, 1]))
}
write.csv(format(told, digits = 16, trim = TRUE), "incidence.csv", row.names = FALSE, quote = FALSE)
high <- as.numeric(risk > 0)
cox <- sapply(1:2, function(k) {
  fit <- coxph(Surv(time_days, cause == k) ~ high, robust = TRUE, control = coxph.control(eps = 1e-13, toler.chol = 1e-15))
  last <- 1; half <- sqrt(n / (n - 1)) * qt(0.975, n - 1) * sqrt(max(fit$var[last, last], fit$naive.var[last, last]))
  c(exp(coef(fit)), exp(coef(fit) - half), exp(coef(fit) + half), concordance(Surv(time_days, cause == k) ~ risk, reverse = TRUE)$concordance)
})
write.csv(format(data.frame(cause = 1:2, ratio = cox[1, ], low = cox[2, ], high = cox[3, ], c_index = cox[4, ]), digits = 16),
  "incidence_cox.csv", row.names = FALSE, quote = FALSE)
