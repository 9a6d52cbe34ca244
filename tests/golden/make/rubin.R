# Pooled estimates of imputed data sets by mice::pool.scalar: Rscript tests/golden/make/rubin.R > tests/golden/rubin.csv
library(mice, warn.conflicts = FALSE, quietly = TRUE)
set.seed(13)
cat("study,complete_degrees,estimates,variances,estimate,variance,degrees\n")
for (study in 1:12) {
  m <- sample(2:20, 1); degrees <- sample(c(8, 40, 300), 1)
  q <- rnorm(m, 0.5, 0.3); u <- runif(m, 0.01, 0.5)
  p <- pool.scalar(q, u, n = degrees + 1, k = 1)
  cat(study, degrees, paste(sprintf("%.17g", q), collapse = " "), paste(sprintf("%.17g", u), collapse = " "),
      sprintf("%.17g", p$qbar), sprintf("%.17g", p$t), sprintf("%.17g", p$df), sep = ",")
  cat("\n")
}
