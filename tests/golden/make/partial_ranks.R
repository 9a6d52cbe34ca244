# Golden values of tests/golden/partial_ranks*.csv: base R of Debian bookworm (r-base-core).
#     Rscript tests/golden/make/partial_ranks.R tests/golden
# Spearman correlation given age (by its ranks) and histology (a factor): cor of the residuals of lm on ranks.
# The cases are written too, so that the test reads exactly what R read.
place <- commandArgs(trailingOnly = TRUE)[1]
set.seed(2007)
n <- 60
cases <- data.frame(age = round(rnorm(n, 65, 9)), histology = sample(c("adeno", "squamous", "other"), n, TRUE, c(6, 3, 1)))
drive <- cases$age / 9 + c(adeno = 0, squamous = 1.5, other = -1)[cases$histology]
for (k in 1:3) cases[[paste0("score", k)]] <- round(rnorm(n) + drive, 4)
for (k in 1:3) cases[[paste0("feature", k)]] <- round(rnorm(n) + drive, c(4, 0, 1)[k])
cases$feature3[c(3, 17, 41)] <- NA
golden <- data.frame()
for (i in 1:3) for (j in 1:3) {
  part <- cases[!is.na(cases[[paste0("feature", j)]]), ]
  x <- rank(part[[paste0("score", i)]])
  y <- rank(part[[paste0("feature", j)]])
  for (given in c("age", "histology", "both")) {
    formula <- switch(given, age = ~ rank(age), histology = ~ histology, both = ~ rank(age) + histology)
    left <- function(v) { part$v <- v; residuals(lm(update(formula, v ~ .), part)) }
    golden <- rbind(golden, data.frame(score = i, feature = j, given, rho = cor(left(x), left(y)), n = nrow(part)))
  }
}
write.csv(cases, file.path(place, "partial_ranks_cases.csv"), row.names = FALSE, na = "")
golden$rho <- sprintf("%.15g", golden$rho)
write.csv(golden, file.path(place, "partial_ranks.csv"), row.names = FALSE, quote = FALSE)
