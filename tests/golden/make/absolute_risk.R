# Golden values of tests/golden/absolute_risk*.csv: survival, riskRegression, prodlim, pROC, rms, sandwich and base R of Debian bookworm
# (r-base-core r-cran-survival r-cran-riskregression r-cran-proc r-cran-rms r-cran-sandwich).
#     Rscript tests/golden/make/absolute_risk.R tests/golden
# The patients are written too, so that the test reads exactly what R read.
suppressMessages({library(survival); library(riskRegression); library(prodlim); library(pROC); library(rms)})
place <- commandArgs(trailingOnly = TRUE)[1]
set.seed(2026)
made <- function(n, ties) {
  x <- round(rnorm(n), 3); z <- round(rnorm(n), 3)
  t <- rexp(n, exp(0.7 * x - 0.4 * z) / 500); c <- runif(n, 100, 1500)
  time <- pmin(t, c); if (ties) time <- ceiling(time / 60) * 60
  data.frame(x = x, z = z, time = round(time, 2), event = as.integer(t <= c), y = rbinom(n, 1, plogis(0.8 * x - 0.5)))
}
patients <- data.frame(); found <- data.frame()
add <- function(set, what, key, value) found <<- rbind(found, data.frame(set = set, what = what, key = key, value = value))
for (set in 1:2) {
  train <- made(90, set == 2); test <- made(70, set == 2)
  patients <- rbind(patients, cbind(set = set, part = "train", train), cbind(set = set, part = "test", test))
  fit <- coxph(Surv(time, event) ~ x + z, train, ties = "efron", x = TRUE, control = coxph.control(eps = 1e-14, iter.max = 50))
  efron <- survfit(fit, newdata = data.frame(x = mean(train$x), z = mean(train$z)), se.fit = FALSE)
  for (h in c(100, 300, 600)) {
    add(set, "baseline cumulative hazard", h, summary(efron, times = h)$cumhaz)
    own <- survfit(fit, newdata = test, stype = 2, se.fit = FALSE)
    risk <- 1 - as.vector(summary(own, times = h)$surv)
    for (i in 1:5) add(set, paste("risk", h), i, risk[i])
    sc <- Score(list(m = matrix(risk, ncol = 1)), Surv(time, event) ~ 1, test, times = h, metrics = c("auc", "brier"),
                cens.model = "km", se.fit = FALSE, null.model = TRUE, summary = "ipa", conservative = TRUE)
    b <- as.data.frame(sc$Brier$score)
    add(set, "brier", h, b$Brier[b$model == "m"]); add(set, "brier null", h, b$Brier[b$model == "Null model"])
    add(set, "ipa", h, b$IPA[b$model == "m"]); add(set, "auc", h, as.data.frame(sc$AUC$score)$AUC[1])
    km <- summary(survfit(Surv(time, event) ~ 1, test), times = h)
    add(set, "km", h, km$surv); add(set, "km se", h, km$std.err)
    pseudo <- as.vector(1 - jackknife(prodlim(Hist(time, event) ~ 1, test), times = h))
    for (i in 1:5) add(set, paste("pseudo", h), i, pseudo[i])
    lo <- loess(pseudo ~ risk, degree = 1, span = 0.75, control = loess.control(surface = "direct"))
    for (q in c(0.2, 0.5, 0.8)) {
      g <- unname(quantile(risk, q)); add(set, paste("curve at", h), q, predict(lo, data.frame(risk = g)))
    }
  }
  grid <- sort(unique(c(0, test$time[test$time < 600], train$time[train$event == 1 & train$time < 600])))
  whole <- survfit(fit, newdata = test, stype = 2, se.fit = FALSE)
  steps <- sapply(grid[grid > 0], function(h) {
    p <- 1 - as.vector(summary(whole, times = h, extend = TRUE)$surv)
    s <- Score(list(m = matrix(p, ncol = 1)), Surv(time, event) ~ 1, test, times = h, metrics = "brier", cens.model = "km",
               se.fit = FALSE, null.model = TRUE)
    as.data.frame(s$Brier$score)$Brier
  })
  width <- diff(c(grid[grid > 0], 600)) / 600
  add(set, "integrated brier null", 600, sum(steps[1, ] * width)); add(set, "integrated brier", 600, sum(steps[2, ] * width))
  lp <- predict(fit, test, type = "lp")
  z <- cox.zph(coxph(Surv(time, event) ~ lp, test, ties = "efron"), transform = "km")$table["lp", ]
  add(set, "zph chisq", 0, z[["chisq"]]); add(set, "zph p", 0, z[["p"]])
  z <- cox.zph(coxph(Surv(time, event) ~ x, train, ties = "efron"), transform = "km")$table["x", ]
  add(set, "zph x chisq", 0, z[["chisq"]])
  for (tau in c(400, 700)) add(set, "uno", tau, 1 - concordance(Surv(time, event) ~ lp, test, timewt = "n/G2", ymax = tau)$concordance)
  g <- glm(y ~ x + z, binomial, train, control = glm.control(epsilon = 1e-14)); l <- predict(g, test)
  large <- glm(test$y ~ offset(l), family = binomial, control = glm.control(epsilon = 1e-14))
  add(set, "in the large", 0, coef(large)[[1]]); add(set, "in the large se", 0, sqrt(sandwich::vcovHC(large, type = "HC0")[1, 1]))
  v <- val.prob(plogis(l), test$y, pl = FALSE)
  add(set, "binary brier", 0, v[["Brier"]]); add(set, "binary slope", 0, v[["Slope"]])
  r <- roc(test$y, l, quiet = TRUE, direction = "<"); k <- coords(r, median(l), input = "threshold", transpose = FALSE)
  add(set, "sensitivity", 0, k$sensitivity); add(set, "specificity", 0, k$specificity)
  w <- prop.test(sum(test$y == 1 & l > median(l)), sum(test$y == 1), correct = FALSE)$conf.int
  add(set, "sensitivity low", 0, w[1]); add(set, "sensitivity high", 0, w[2])
}
found$value <- signif(found$value, 14)
write.csv(patients, file.path(place, "absolute_risk_patients.csv"), row.names = FALSE)
write.csv(found, file.path(place, "absolute_risk.csv"), row.names = FALSE)
