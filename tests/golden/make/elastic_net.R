# Golden values of tests/golden/elastic_net*.csv: paths and cross-validation of glmnet, Debian bookworm (r-base-core
# r-cran-glmnet r-cran-survival). Times are not tied: glmnet has Breslow's ties for Cox, the project Efron's.
#     Rscript tests/golden/make/elastic_net.R tests/golden
suppressMessages({library(glmnet); library(survival)})
place <- commandArgs(trailingOnly = TRUE)[1]
set.seed(2026)
n <- 90; p <- 12
x <- matrix(rnorm(n * 3), n) %*% matrix(rnorm(3 * p), 3) + matrix(rnorm(n * p), n)
x <- apply(x, 2, function(v) (v - mean(v)) / sqrt(mean((v - mean(v))^2)))
died <- rexp(n, exp(0.5 * x[, 1] - 0.4 * x[, 2])); left <- runif(n, 0.2, 4)
time <- round(pmin(died, left), 9); event <- as.integer(died <= left); fold <- rep(1:6, length.out = n)
stopifnot(!anyDuplicated(time))
found <- data.frame()
for (mixing in c(1, 0.4, 0)) for (kind in c("survival", "binary")) {
  y <- if (kind == "survival") Surv(time, event) else event
  family <- if (kind == "survival") "cox" else "binomial"
  fit <- function(...) glmnet(x, y, family = family, alpha = mixing, standardize = FALSE, thresh = 1e-20, maxit = 1e7, ...)
  strengths <- head(fit(nlambda = 40)$lambda, 24)
  path <- fit(lambda = strengths)
  cv <- cv.glmnet(x, y, family = family, alpha = mixing, standardize = FALSE, thresh = 1e-20, maxit = 1e7, lambda = strengths, foldid = fold)
  intercept <- if (kind == "survival") rep(0, length(strengths)) else path$a0
  beta <- t(as.matrix(path$beta)); colnames(beta) <- paste0("b", 1:p); rownames(beta) <- NULL
  found <- rbind(found, data.frame(kind, mixing, strength = strengths, deviance = cv$cvm, error = cv$cvsd,
    least = strengths == cv$lambda.min, one_standard_error = strengths == cv$lambda.1se, intercept, beta))
}
found[] <- lapply(found, function(v) if (is.numeric(v)) signif(v, 12) else v)
write.csv(data.frame(time, event, fold, signif(x, 15)), file.path(place, "elastic_net_cases.csv"), row.names = FALSE)
write.csv(found, file.path(place, "elastic_net.csv"), row.names = FALSE)
