# Golden values of tests/golden/programs*.csv: linear elastic nets and their cross-validation by glmnet, Debian bookworm
# (r-base-core r-cran-glmnet). y has standard deviation 1: glmnet scales the ridge by that of others.
#     Rscript tests/golden/make/programs.R tests/golden
suppressMessages(library(glmnet))
place <- commandArgs(trailingOnly = TRUE)[1]
set.seed(2026)
n <- 40; p <- 9
x <- round(matrix(rnorm(n * 3), n) %*% matrix(rnorm(3 * p), 3) + matrix(rnorm(n * p), n), 6)
y <- x[, 1] - 0.5 * x[, 4] + rnorm(n, sd = 2)
y <- y / sqrt(mean((y - mean(y))^2))
fold <- rep(1:5, length.out = n)
found <- data.frame()
for (mixing in c(1, 0.5)) {
  fit <- function(...) glmnet(x, y, alpha = mixing, standardize = FALSE, thresh = 1e-20, maxit = 1e7, ...)
  strongest <- max(fit(nlambda = 5)$lambda)
  strengths <- strongest * exp(seq(0, log(0.01), length.out = 50))
  path <- fit(lambda = strengths)
  cv <- cv.glmnet(x, y, alpha = mixing, standardize = FALSE, thresh = 1e-20, maxit = 1e7, lambda = strengths, foldid = fold, grouped = FALSE)
  beta <- t(as.matrix(path$beta)); colnames(beta) <- paste0("b", 1:p); rownames(beta) <- NULL
  found <- rbind(found, data.frame(mixing, strength = strengths, error = cv$cvm, intercept = path$a0, beta))
}
found[] <- lapply(found, function(v) signif(v, 12))
write.csv(data.frame(y = signif(y, 15), fold, x), file.path(place, "programs_cases.csv"), row.names = FALSE)
write.csv(found, file.path(place, "programs.csv"), row.names = FALSE)
