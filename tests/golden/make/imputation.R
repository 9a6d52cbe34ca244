# Imputation of R's mice, for tests/golden. Run in tests/golden: Rscript make/imputation.R
#   imputation_cases.csv   standardised columns with gaps (missing at random), time, event
#   imputation_filled.csv  chained regressions without noise, to convergence (norm.predict)
#   imputation_copies.csv  five completed copies (norm, with event and Nelson-Aalen hazard among the predictors)
#   imputation_pooled.csv  pool() of coxph and glm on these copies; and of 500 copies, with 10 sweeps
library(mice, warn.conflicts = FALSE, quietly = TRUE)
library(survival)
set.seed(13)
n <- 90
z <- matrix(rnorm(n * 4), n) %*% chol(matrix(c(1, .6, .4, 0, .6, 1, .3, .2, .4, .3, 1, .1, 0, .2, .1, 1), 4))
d <- as.data.frame(round(z, 4)); names(d) <- c("a", "b", "c", "d")
t <- rexp(n, exp(0.8 * d$a - 0.5 * d$b)); leave <- runif(n, 0.2, 4)
d$time <- ceiling(1000 * pmin(t, leave)); d$event <- as.integer(t <= leave)
d$b[runif(n) < plogis(-1 + d$a)] <- NA
d$c[runif(n) < 0.2] <- NA
d$a[runif(n) < 0.1] <- NA
write.csv(d, "imputation_cases.csv", row.names = FALSE, na = "")

x <- d[c("a", "b", "c", "d")]
filled <- complete(mice(x, m = 1, method = "norm.predict", maxit = 300, printFlag = FALSE))
write.csv(format(filled, digits = 17), "imputation_filled.csv", row.names = FALSE, quote = FALSE)

d$hazard <- nelsonaalen(d, time, event)
predict <- make.predictorMatrix(d); predict[, "time"] <- 0
imputed <- function(m, maxit) mice(d, m = m, maxit = maxit, method = "norm", predictorMatrix = predict, printFlag = FALSE, seed = 7)
fits <- function(imp) list(
  cox = with(imp, coxph(Surv(time, event) ~ a + b + c + d, ties = "efron", control = coxph.control(eps = 1e-14, iter.max = 50))),
  logistic = with(imp, glm(event ~ a + b + c + d, family = binomial, control = glm.control(epsilon = 1e-14, maxit = 50))))
five <- imputed(5, 10)
copies <- complete(five, "long")[c(".imp", "a", "b", "c", "d")]
write.csv(format(copies, digits = 17), "imputation_copies.csv", row.names = FALSE, quote = FALSE)
rows <- NULL
for (m in c(5, 500)) for (kind in c("cox", "logistic")) {
  s <- summary(pool(fits(if (m == 5) five else imputed(500, 10))[[kind]]), conf.int = TRUE)
  s <- s[s$term != "(Intercept)", ]
  rows <- rbind(rows, data.frame(copies = m, kind = kind, term = s$term, estimate = s$estimate, error = s$std.error,
                                 degrees = s$df, low = s[["2.5 %"]], high = s[["97.5 %"]]))
}
write.csv(format(rows, digits = 17), "imputation_pooled.csv", row.names = FALSE, quote = FALSE)
