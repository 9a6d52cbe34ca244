# Golden values of tests/golden/slope_jackknife.csv: survival and base R of Debian bookworm (r-base-core r-cran-survival).
#     Rscript tests/golden/make/slope_jackknife.R tests/golden
# Slope of a risk and its jackknife error over patients: one refit without each patient, of one to three cases each.
suppressMessages(library(survival))
place <- commandArgs(trailingOnly = TRUE)[1]
set.seed(2027)
n <- 60
cases <- data.frame(patient = sort(rep(1:34, length.out = n)), risk = round(rnorm(n), 3))
t <- rexp(n, exp(0.8 * cases$risk) / 1500); c <- runif(n, 100, 1500)
cases$time <- ceiling(pmin(t, c) / 30) * 30; cases$event <- as.integer(t <= c); cases$y <- rbinom(n, 1, plogis(cases$risk - 1))
fits <- list(
  survival = function(d) coef(coxph(Surv(time, event) ~ risk, d, ties = "efron", control = coxph.control(eps = 1e-14, iter.max = 50)))[[1]],
  binary = function(d) coef(glm(y ~ risk, binomial, d, control = glm.control(epsilon = 1e-14)))[["risk"]])
found <- do.call(rbind, lapply(names(fits), function(kind) {
  whole <- fits[[kind]](cases); m <- length(unique(cases$patient))
  each <- sapply(unique(cases$patient), function(p) fits[[kind]](cases[cases$patient != p, ]))
  data.frame(kind = kind, slope = whole, error = sqrt((m - 1) / m * sum((each - whole)^2)), t = qt(0.975, m - 1))
}))
found[-1] <- signif(found[-1], 14)
write.csv(cases, file.path(place, "slope_jackknife_cases.csv"), row.names = FALSE)
write.csv(found, file.path(place, "slope_jackknife.csv"), row.names = FALSE)
