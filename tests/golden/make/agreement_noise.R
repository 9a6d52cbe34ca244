# Golden values of tests/golden/agreement_noise*.csv: psych 2.2.9, R 4.2.2 (Debian bookworm: r-base-core r-cran-psych).
#     Rscript tests/golden/make/agreement_noise.R tests/golden
# Tables of nothing but noise, where lower bounds of a single measurement fall below -1 / (k - 1).
suppressMessages(library(psych))
place <- commandArgs(trailingOnly = TRUE)[1]
set.seed(1996)
forms <- c(ICC1 = "ICC(1)", ICC2 = "ICC(A,1)", ICC3 = "ICC(C,1)", ICC1k = "ICC(k)", ICC2k = "ICC(A,k)", ICC3k = "ICC(C,k)")
values <- data.frame(); agreement <- data.frame(); i <- 0
for (n in c(4, 6, 10, 20, 50)) for (k in 2:5) for (again in 1:2) {
  i <- i + 1
  x <- round(matrix(rnorm(n * k), n), 3)
  values <- rbind(values, data.frame(table = i, subject = as.vector(row(x)), replicate = as.vector(col(x)), value = as.vector(x)))
  rows <- suppressWarnings(ICC(x, lmer = FALSE)$results)
  for (j in seq_len(nrow(rows)))
    agreement <- rbind(agreement, data.frame(table = i, what = forms[[rows$type[j]]], estimate = rows$ICC[j],
                                             low = rows[["lower bound"]][j], high = rows[["upper bound"]][j]))
}
write.csv(values, file.path(place, "agreement_noise_tables.csv"), row.names = FALSE, quote = FALSE)
num <- c("estimate", "low", "high"); agreement[num] <- lapply(agreement[num], signif, 12)
write.csv(agreement, file.path(place, "agreement_noise.csv"), row.names = FALSE, quote = c(2), na = "")
