# Golden values of tests/golden/risk_groups*.csv: survival and base R of Debian bookworm (r-base-core r-cran-survival).
#     Rscript tests/golden/make/risk_groups.R tests/golden
# Groups of risk between cut-points: tertiles of training risks, and declared ones; log-rank test and Cox of the groups.
# The patients are written too, so that the test reads exactly what R read.
suppressMessages(library(survival))
place <- commandArgs(trailingOnly = TRUE)[1]
set.seed(2027)
n <- 90
risk <- round(rnorm(n), 3)
event_at <- rexp(n, exp(0.8 * risk) / 500); left_at <- runif(n, 100, 1500)
time <- ceiling(pmin(event_at, left_at) / 30) * 30
patients <- data.frame(risk = risk, time = time, event = as.integer(event_at <= left_at))
found <- data.frame()
add <- function(set, key, value) found <<- rbind(found, data.frame(set = set, key = key, value = value))
cuts <- list(tertiles = unname(quantile(risk, c(1, 2) / 3)), median = median(risk), declared = c(-0.9, 0.1, 0.8))
for (set in names(cuts)) {
  for (k in seq_along(cuts[[set]])) add(set, paste("cut", k), cuts[[set]][k])
  patients$group <- cut(risk, c(-Inf, cuts[[set]], Inf), labels = FALSE)
  for (level in sort(unique(patients$group))) add(set, paste("patients", level), sum(patients$group == level))
  test <- survdiff(Surv(time, event) ~ group, patients)
  add(set, "chi2", test$chisq); add(set, "p", pchisq(test$chisq, length(test$n) - 1, lower.tail = FALSE))
  fit <- coxph(Surv(time, event) ~ factor(group), patients, robust = TRUE, control = coxph.control(eps = 1e-14, iter.max = 50))
  last <- length(coef(fit)); beta <- coef(fit)[last]; half <- sqrt(n / (n - 1)) * qt(0.975, n - 1) * sqrt(max(fit$var[last, last], fit$naive.var[last, last]))
  add(set, "ratio", exp(beta)); add(set, "low", exp(beta - half)); add(set, "high", exp(beta + half))
}
patients$group <- NULL
write.csv(patients, file.path(place, "risk_groups_patients.csv"), row.names = FALSE)
write.csv(transform(found, value = format(value, digits = 17, trim = TRUE)), file.path(place, "risk_groups.csv"), row.names = FALSE, quote = FALSE)
