# Harrell's C of cohorts with proportional hazards and a normal linear predictor: what R squared makes it, and how much
# it varies over 3,000 cohorts of 150 patients. survival 3.8. Rscript validation_size.R > ../validation_size.csv
library(survival)
set.seed(20210917)
cohort <- function(n, spread, censoring, end) {
  lp <- rnorm(n, 0, spread)
  time <- rexp(n, exp(lp))
  stop <- pmin(if (censoring > 0) rexp(n, censoring) else Inf, end)
  data.frame(lp, time = pmin(time, stop), event = time <= stop)
}
c_of <- function(d) concordance(Surv(time, event) ~ lp, d, reverse = TRUE)$concordance
cat("spread,censoring,end,share,cox_snell,c,sd\n")
designs <- data.frame(
  spread = c(0.4, 0.8, 0.4, 0.8, 0.8, 1.2), censoring = c(0, 0, 1, 1, 0, 0.3), end = c(1e9, 1e9, 1e9, 1e9, 0.3, 1)
)
for (k in seq_len(nrow(designs))) {
  with(designs[k, ], {
    many <- cohort(50000, spread, censoring, end)
    gain <- 2 * diff(coxph(Surv(time, event) ~ lp, many)$loglik)
    values <- replicate(3000, c_of(cohort(150, spread, censoring, end)))
    cat(spread, censoring, end, mean(many$event), 1 - exp(-gain / 50000), c_of(many), sd(values), sep = ",")
    cat("\n")
  })
}
