# targets.csv: survival of ten patients at two days, and its median, with log-log bands, by R's survival.
#   Rscript tests/golden/make/targets.R > tests/golden/targets.csv
library(survival)
time <- c(5, 8, 8, 12, 20, 23, 30, 41, 55, 60)
event <- c(1, 1, 1, 0, 1, 0, 1, 1, 0, 1)
fit <- survfit(Surv(time, event) ~ 1, conf.type = "log-log")
at <- summary(fit, times = c(8, 25))
middle <- quantile(fit, 0.5)
cat("what,estimate,low,high\n")
cat(sprintf("%g,%.10g,%.10g,%.10g\n", at$time, at$surv, at$lower, at$upper), sep = "")
cat(sprintf("median,%.10g,%.10g,%.10g\n", middle$quantile, middle$lower, middle$upper))
