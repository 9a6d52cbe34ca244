# Golden values of tests/golden/harmonisation*.csv: ComBat of Bioconductor's sva 3.46.0, adjusted R squared of base R 4.2.2
# (Debian bookworm: r-base-core r-bioc-sva).
#     Rscript tests/golden/make/harmonisation.R tests/golden
# The values that go in are written too, so that the test reads exactly what R read. sva is Artistic-2.0, an oracle only.
# sva stops its iteration at a relative step of 1e-4; here it goes on to 1e-14, so that the fixed point itself is compared.
suppressMessages(library(sva))
settled <- sva:::it.sol; formals(settled)$conv <- 1e-14
assignInNamespace("it.sol", settled, "sva")
place <- commandArgs(trailingOnly = TRUE)[1]
set.seed(2018)
n <- 42; f <- 9
batch <- rep(c("GE", "Philips", "Siemens"), c(19, 9, 14))[sample(n)]
age <- round(rnorm(n, 65, 8) + 6 * (batch == "GE")); stage <- sample(0:1, n, TRUE)
shift <- c(GE = -1, Philips = 0.4, Siemens = 0.9); spread <- c(GE = 0.6, Philips = 1.8, Siemens = 1)
size <- 10^seq(-2, 3, length.out = f)
x <- sapply(1:f, function(j) {
  size[j] * (5 + 0.05 * j * (age - 65) + (j %% 3) * stage / 2 + rnorm(1, 1, 0.3) * shift[batch] + spread[batch]^rnorm(1, 1, 0.3) * rnorm(n))
})
x <- signif(x, 8)
x[, f] <- ifelse(batch == "GE", 7, x[, f])  # constant within a batch: sva leaves it as it is
colnames(x) <- paste0("f", 1:f)
table <- data.frame(batch, age, stage, x)
cov <- cbind(age, stage)
add <- function(kind, y) data.frame(kind = kind, case = as.vector(col(y)), feature = as.vector(row(y)), value = signif(as.vector(y), 14))
found <- rbind(
  add("plain", suppressMessages(ComBat(t(x), batch))),
  add("covariates", suppressMessages(ComBat(t(x), batch, mod = model.matrix(~ age + stage))))
)
share <- data.frame()
r2 <- function(m) 1 - deviance(m) / df.residual(m)  # adjusted within a given denominator
for (j in 1:f) {
  y <- x[, j]
  for (w in c("batch", "age", "both")) {
    m <- switch(w, batch = lm(y ~ batch), age = lm(y ~ age), both = lm(y ~ batch + age + stage))
    share <- rbind(share, data.frame(feature = j, what = w, value = summary(m)$adj.r.squared))
  }
  given <- lm(y ~ stage); more <- lm(y ~ stage + batch)
  value <- 1 - (deviance(more) / df.residual(more)) / (deviance(given) / df.residual(given))
  share <- rbind(share, data.frame(feature = j, what = "batch given stage", value = value))
  hole <- y; hole[c(3, 8, 20)] <- NA
  share <- rbind(share, data.frame(feature = j, what = "batch, holes", value = summary(lm(hole ~ batch))$adj.r.squared))
}
share$value <- signif(share$value, 12)
write.csv(table, file.path(place, "harmonisation_values.csv"), row.names = FALSE, quote = FALSE)
write.csv(found, file.path(place, "harmonisation.csv"), row.names = FALSE, quote = FALSE)
write.csv(share, file.path(place, "explained.csv"), row.names = FALSE, quote = c(2))
