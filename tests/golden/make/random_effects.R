# Golden values of tests/golden/random_effects*.csv: metafor 3.8.1, R 4.2.2 (Debian bookworm: r-cran-metafor).
#     Rscript tests/golden/make/random_effects.R tests/golden
# The estimates are written too, so that the test reads exactly what R read. metafor is GPL: an oracle of tests only.
suppressMessages(library(metafor))
place <- commandArgs(trailingOnly = TRUE)[1]
set.seed(2017)
bcg <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
sets <- list(data.frame(yi = as.numeric(bcg$yi), vi = as.numeric(bcg$vi)))
for (k in c(2, 3, 5, 8)) sets[[length(sets) + 1]] <- data.frame(yi = rnorm(k, 0.8, 0.5), vi = runif(k, 0.02, 0.2))
sets[[length(sets) + 1]] <- data.frame(yi = c(0.8, 0.81, 0.79, 0.82), vi = c(0.05, 0.1, 0.02, 0.2))  # nothing between
given <- data.frame(); found <- data.frame()
for (i in seq_along(sets)) {
  x <- sets[[i]]
  fit <- rma(yi, vi, data = x, method = "REML", test = "adhoc", control = list(threshold = 1e-15, maxiter = 10000))
  given <- rbind(given, data.frame(table = i, estimate = x$yi, variance = x$vi))
  found <- rbind(found, data.frame(table = i, mean = fit$beta[1], se = fit$se, tau2 = fit$tau2, low = fit$ci.lb, high = fit$ci.ub,
                                   i2 = fit$I2 / 100))
}
write.csv(format(given, digits = 17), file.path(place, "random_effects_cohorts.csv"), row.names = FALSE, quote = FALSE)
write.csv(format(found, digits = 17), file.path(place, "random_effects.csv"), row.names = FALSE, quote = FALSE)
