# Golden values of tests/golden/robust*.csv: robust errors of Cox (survival) and logistic (sandwich) models of Debian bookworm
# (r-base-core r-cran-survival r-cran-sandwich), of patients with one case and with two, times with ties and without.
#     Rscript tests/golden/make/robust.R tests/golden
suppressMessages({library(survival); library(sandwich)})
place <- commandArgs(trailingOnly = TRUE)[1]
set.seed(2026)
n <- 90
patient <- rep(1:60, length.out = n)
x <- round(exp(rnorm(60))[patient] + 0.1 * rnorm(n), 3); z <- round(rnorm(n), 3)
died <- rexp(n, exp(0.5 * log(x + 1) + 0.3 * z) / 400); left <- runif(n, 50, 900)
time <- round(pmin(died, left), 2)
cases <- data.frame(patient, x, z, time, tied = ceiling(time / 90) * 90, event = as.integer(died <= left), y = rbinom(n, 1, plogis(0.4 * x - 0.8)))
found <- data.frame()
add <- function(what, value) found <<- rbind(found, data.frame(what = what, place = seq_along(value), value = as.vector(value)))
for (when in c("time", "tied")) {
  s <- Surv(cases[[when]], cases$event)
  fit <- coxph(s ~ x + z, cases, ties = "efron", control = coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50))
  add(paste(when, "coefficient"), coef(fit))
  add(paste(when, "score of x"), residuals(fit, "score")[, "x"])
  d <- residuals(fit, "dfbeta")
  add(paste(when, "error of cases"), sqrt(colSums(d^2)))
  add(paste(when, "error of patients"), sqrt(colSums(rowsum(d, patient)^2)))
}
g <- glm(y ~ x + z, binomial, cases, control = glm.control(epsilon = 1e-14))
g <- update(g, start = coef(g))  # its weights are those of the step before
add("logistic error of cases", sqrt(diag(vcovHC(g, type = "HC0")))[-1])
add("logistic error of patients", sqrt(diag(vcovCL(g, cluster = patient, type = "HC0", cadjust = FALSE)))[-1])
found$value <- signif(found$value, 12)
write.csv(cases, file.path(place, "robust_cases.csv"), row.names = FALSE)
write.csv(found, file.path(place, "robust.csv"), row.names = FALSE)
