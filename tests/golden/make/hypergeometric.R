# Golden values of R's phyper: the chance of as many genes of a set or more among those of a module.
#   Rscript tests/golden/make/hypergeometric.R > tests/golden/hypergeometric.csv
cases <- rbind(
  c(0, 10, 10, 100), c(3, 10, 10, 100), c(10, 10, 10, 100), c(5, 30, 80, 1000), c(40, 150, 200, 21766),
  c(2, 150, 200, 21766), c(200, 300, 200, 21766), c(90, 95, 90, 100), c(1, 1, 1, 2), c(85, 95, 90, 100))
cat("both,drawn,marked,n,p,fisher\n")
for (i in seq_len(nrow(cases))) {
  k <- cases[i, 1]; drawn <- cases[i, 2]; marked <- cases[i, 3]; n <- cases[i, 4]
  p <- phyper(k - 1, marked, n - marked, drawn, lower.tail = FALSE)
  f <- fisher.test(matrix(c(k, drawn - k, marked - k, n - drawn - marked + k), 2), alternative = "greater")$p.value
  cat(sprintf("%d,%d,%d,%d,%.17g,%.17g\n", k, drawn, marked, n, p, f))
}
