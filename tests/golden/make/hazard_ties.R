# Rscript tests/golden/make/hazard_ties.R: by how much Breslow's cumulative baseline hazard falls short of Efron's where
# coefficients are Efron's and times are days, months or years (docs/validation.md, Absolute risk). R's survival.
library(survival)
set.seed(1)
n <- 300
x <- rnorm(n)
days <- ceiling(rexp(n, exp(.7 * x) / 500))
event <- rbinom(n, 1, .8)
for (unit in c(1, 30.44, 365)) {
  time <- ceiling(days / unit)
  fit <- coxph(Surv(time, event) ~ x, ties = "efron")
  of <- function(ctype) survfit(fit, newdata = data.frame(x = mean(x)), ctype = ctype)
  at <- findInterval(730 / unit, of(1)$time)
  cat(sprintf("%6.2f days a unit: %.2f %%\n", unit, 100 * (1 - of(1)$cumhaz[at] / of(2)$cumhaz[at])))
}
