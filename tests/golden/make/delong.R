# Golden values of tests/golden/delong*.csv: pROC 1.18.0, R 4.2.2 (Debian bookworm: r-base-core r-cran-proc).
#     Rscript tests/golden/make/delong.R tests/golden
# The patients are written too, so that the test reads exactly what R read. pROC is GPL: an oracle of tests only.
suppressMessages(library(pROC))
place <- commandArgs(trailingOnly = TRUE)[1]
set.seed(1988)
patients <- data.frame(); found <- data.frame()
for (table in 1:5) {
  n <- c(40, 113, 25, 300, 60)[table]
  event <- rep(0, n)
  event[sample(n, c(15, 41, 4, 30, 31)[table])] <- 1
  first <- event * c(1, 0.8, 2, 0.2, 0)[table] + rnorm(n)
  second <- 0.6 * first + event * c(0, 0.8, 0.1, 0.4, 0)[table] + rnorm(n)
  if (table %in% c(2, 5)) { first <- round(first * 2); second <- round(second) }  # ties
  if (table == 4) { first <- round(first, 3); second <- round(second, 3) }
  a <- roc(event, first, levels = c(0, 1), direction = "<", quiet = TRUE)
  b <- roc(event, second, levels = c(0, 1), direction = "<", quiet = TRUE)
  test <- roc.test(a, b, method = "delong", paired = TRUE)
  ends <- ci.auc(a, method = "delong")
  patients <- rbind(patients, data.frame(table = table, event = event, first = first, second = second))
  found <- rbind(found, data.frame(table = table, auc_first = as.numeric(auc(a)), auc_second = as.numeric(auc(b)),
    var_first = var(a, method = "delong"), cov = cov(a, b, method = "delong"), low = ends[1], high = ends[3], p = test$p.value))
}
write.csv(format(patients, digits = 17), file.path(place, "delong_patients.csv"), row.names = FALSE, quote = FALSE)
write.csv(format(found, digits = 17), file.path(place, "delong.csv"), row.names = FALSE, quote = FALSE)
