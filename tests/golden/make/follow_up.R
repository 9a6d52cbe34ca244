# Golden values of tests/golden/follow_up*.csv: survival 3.5, R 4.2.2 (Debian bookworm: r-base-core r-cran-survival).
#     Rscript tests/golden/make/follow_up.R tests/golden
# Reverse Kaplan-Meier: quartiles of survfit with censoring as the event; ties, halves hit exactly, quartiles not reached.
suppressMessages(library(survival))
place <- commandArgs(trailingOnly = TRUE)[1]
set.seed(1996)
rows <- data.frame(); quartiles <- data.frame()
for (i in 1:24) {
  n <- c(4, 8, 16, 60)[(i - 1) %% 4 + 1]
  time <- ceiling(rexp(n, 1 / c(6, 300, 900)[(i - 1) %% 3 + 1]))
  event <- runif(n) < c(0, 0.2, 0.5, 0.9)[(i - 1) %/% 6 + 1]
  rows <- rbind(rows, data.frame(table = i, time_days = time, event = as.integer(event)))
  q <- quantile(survfit(Surv(time, !event) ~ 1), c(0.5, 0.25, 0.75), conf.int = FALSE)
  quartiles <- rbind(quartiles, data.frame(table = i, median = q[[1]], low = q[[2]], high = q[[3]]))
}
write.csv(rows, file.path(place, "follow_up_times.csv"), row.names = FALSE, quote = FALSE)
write.csv(quartiles, file.path(place, "follow_up.csv"), row.names = FALSE, quote = FALSE, na = "")
