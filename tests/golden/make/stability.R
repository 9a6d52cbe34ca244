# Golden values of tests/golden/stability.csv: which columns glmnet takes at the weakest penalty before it takes more than
# three, in half-samples of tests/golden/elastic_net_cases.csv, Debian bookworm (r-cran-glmnet r-cran-survival).
#     Rscript tests/golden/make/stability.R tests/golden
suppressMessages({library(glmnet); library(survival)})
place <- commandArgs(trailingOnly = TRUE)[1]
glmnet.control(fdev = 0, devmax = 1)
cases <- read.csv(file.path(place, "elastic_net_cases.csv"))
x <- as.matrix(cases[, -(1:3)]); found <- data.frame()
for (kind in c("survival", "binary")) for (half in 1:20) {
  rows <- (seq_len(nrow(x)) * (half + 1)) %% 97 < 48
  y <- if (kind == "survival") Surv(cases$time, cases$event)[rows] else cases$event[rows]
  fit <- glmnet(x[rows, ], y, family = if (kind == "survival") "cox" else "binomial", thresh = 1e-14, maxit = 1e7)
  last <- which(fit$df > 3)[1] - 1
  taken <- as.integer(as.matrix(fit$beta)[, last] != 0)
  found <- rbind(found, data.frame(kind, half, t(setNames(taken, colnames(x)))))
}
write.csv(found, file.path(place, "stability.csv"), row.names = FALSE)
