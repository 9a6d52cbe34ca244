# Cox with strata, Efron's ties: coefficients, standard errors and log-likelihood of R survival, for tests/golden.
# Run in tests/golden: Rscript make/cox_strata.R
library(survival)
set.seed(13)
n <- 60
d <- data.frame(centre = rep(0:2, c(30, 20, 10)), a = round(rnorm(n), 3), b = round(rnorm(n), 3))
d$time <- ceiling(rexp(n, exp(0.7 * d$a + c(0, 1.5, -1)[d$centre + 1])) * 20)
d$event <- as.integer(runif(n) < 0.7)
write.csv(d, "cox_strata_cases.csv", row.names = FALSE)
fit <- coxph(Surv(time, event) ~ a + b + strata(centre), d, ties = "efron",
             control = coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 50))
out <- data.frame(what = c("a", "b", "se_a", "se_b", "log_likelihood"),
                  value = sprintf("%.17g", c(coef(fit), sqrt(diag(vcov(fit))), fit$loglik[2])))
write.csv(out, "cox_strata.csv", row.names = FALSE, quote = FALSE)
