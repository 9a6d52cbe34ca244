# Golden values of tests/golden/agreement*.csv: psych 2.2.9 and base R 4.2.2 (Debian bookworm: r-base-core r-cran-psych).
#     Rscript tests/golden/make/agreement.R tests/golden
# The tables are written too, so that the test reads exactly what R read. psych is GPL: an oracle of tests only.
suppressMessages(library(psych))
place <- commandArgs(trailingOnly = TRUE)[1]
set.seed(2014)
tables <- list()
for (i in 1:6) {
  n <- c(6, 12, 31, 21, 8, 15)[i]
  k <- c(4, 3, 2, 5, 2, 3)[i]
  truth <- rnorm(n, sd = c(3, 1, 2, 1, 0.2, 5)[i])
  tables[[i]] <- round(outer(truth, rep(1, k)) + matrix(rnorm(n * k), n) + rep(rnorm(k, sd = c(1, 0, 0.3, 2, 0, 1)[i]), each = n), 3)
}
tables[[1]] <- matrix(c(9, 2, 5, 8, 6, 1, 3, 2, 8, 4, 6, 8, 7, 1, 2, 6, 10, 5, 6, 9, 6, 2, 4, 7), 6, byrow = TRUE)
tables[[6]] <- round(tables[[6]] / 3)  # ties

forms <- c(ICC1 = "ICC(1)", ICC2 = "ICC(A,1)", ICC3 = "ICC(C,1)", ICC1k = "ICC(k)", ICC2k = "ICC(A,k)", ICC3k = "ICC(C,k)")
values <- data.frame(); found <- data.frame()
add <- function(table, what, estimate, low = NA, high = NA) {
  found <<- rbind(found, data.frame(table = table, what = what, estimate = estimate, low = low, high = high))
}
for (i in seq_along(tables)) {
  x <- tables[[i]]
  values <- rbind(values, data.frame(table = i, subject = as.vector(row(x)), replicate = as.vector(col(x)), value = as.vector(x)))
  rows <- ICC(x, lmer = FALSE)$results
  for (j in seq_len(nrow(rows))) add(i, forms[[rows$type[j]]], rows$ICC[j], rows[["lower bound"]][j], rows[["upper bound"]][j])
  test <- friedman.test(x)
  add(i, "friedman", unname(test$statistic)); add(i, "friedman p", test$p.value)
}
# One-way with missing replicates: base R's analysis of variance, k0 of Searle.
for (i in c(2, 4)) {
  x <- tables[[i]]; x[cbind(c(1, 3, 5, 5), c(1, 2, 1, 3))] <- NA
  long <- na.omit(data.frame(s = factor(as.vector(row(x))), v = as.vector(x)))
  ms <- anova(lm(v ~ s, long)); m <- table(long$s)
  n <- length(m); total <- sum(m); k0 <- (total - sum(m^2) / total) / (n - 1)
  f <- ms[["F value"]][1]; of <- function(f) (f - 1) / (f + k0 - 1)
  add(i, "unbalanced ICC(1)", of(f), of(f / qf(0.975, n - 1, total - n)), of(f * qf(0.975, total - n, n - 1)))
}
# Weighted kappa of ordinal codes: the table's first two columns, cut into four.
for (i in c(2, 3, 6)) {
  codes <- apply(tables[[i]][, 1:2], 2, function(v) findInterval(v, quantile(tables[[i]], c(0.25, 0.5, 0.75))))
  linear <- abs(outer(1:4, 1:4, "-"))
  for (weights in c("linear", "quadratic")) {
    w <- if (weights == "linear") linear else linear^2
    counts <- table(factor(codes[, 1], 0:3), factor(codes[, 2], 0:3))
    k <- cohen.kappa(matrix(counts, 4), w = 1 - w / max(w))
    add(i, paste("kappa", weights), k$weighted.kappa, k$confid[2, 1], k$confid[2, 3])
  }
  k <- cohen.kappa(matrix(counts, 4)); add(i, "kappa unweighted", k$kappa, k$confid[1, 1], k$confid[1, 3])
}
write.csv(values, file.path(place, "agreement_tables.csv"), row.names = FALSE, quote = FALSE)
num <- c("estimate", "low", "high"); found[num] <- lapply(found[num], signif, 12)
write.csv(found, file.path(place, "agreement.csv"), row.names = FALSE, quote = c(2), na = "")
