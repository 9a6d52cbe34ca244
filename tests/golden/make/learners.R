# Golden values of tests/golden/learners_*.csv: stepwise models (MASS and R's step), naive Bayes and support vector machine
# (e1071), trees by entropy and by Poisson deviance (rpart), on the cases of elastic_net_cases.csv. Debian bookworm
# (r-base-core r-cran-mass r-cran-survival r-cran-e1071 r-cran-rpart).
#     Rscript tests/golden/make/learners.R tests/golden
suppressMessages({library(MASS); library(survival); library(e1071); library(rpart)})
place <- commandArgs(trailingOnly = TRUE)[1]
cases <- read.csv(file.path(place, "elastic_net_cases.csv"))
x <- as.matrix(cases[grep("^X", names(cases))]); p <- ncol(x)
all <- reformulate(colnames(x))
found <- data.frame()
for (kind in c("survival", "binary")) for (criterion in c("aic", "bic")) for (direction in c("both", "forward", "backward")) {
  fit <- if (kind == "survival") function(f) coxph(f, cases) else function(f) glm(f, binomial, cases, epsilon = 1e-14)
  y <- if (kind == "survival") "Surv(time, event)" else "event"
  n <- if (kind == "survival") sum(cases$event) else nrow(cases)
  start <- fit(if (direction == "backward") reformulate(colnames(x), y) else as.formula(paste(y, "~ 1")))
  last <- stepAIC(start, scope = list(lower = ~1, upper = all), direction = direction, trace = 0,
                  k = if (criterion == "aic") 2 else log(n))
  beta <- setNames(rep(0, p), colnames(x)); taken <- coef(last)[names(coef(last)) != "(Intercept)"]
  beta[names(taken)] <- taken
  found <- rbind(found, data.frame(kind, criterion, direction, likelihood = as.numeric(logLik(last)), t(signif(beta, 12))))
}
write.csv(found, file.path(place, "learners_steps.csv"), row.names = FALSE)
event <- factor(cases$event)
bayes <- predict(naiveBayes(x, event), x, type = "raw", eps = 0, threshold = 0)
machine <- svm(x, event, scale = FALSE, cost = 1, gamma = 1 / p, tolerance = 1e-10)
margin <- attr(predict(machine, x, decision.values = TRUE), "decision.values")[, 1]
if (cor(margin, cases$event) < 0) margin <- -margin
control <- function(leaf, depth) rpart.control(minsplit = 2 * leaf, minbucket = leaf, cp = -1, maxdepth = depth, xval = 0)
tree <- rpart(event ~ ., data.frame(event, x), method = "class", parms = list(split = "information"), control = control(5, 2))
order <- survfit(Surv(time, event) ~ 1, cases)
expected <- approx(order$time, cumsum(order$n.event / order$n.risk), cases$time, method = "constant", rule = 2, yleft = 0)$y
rate <- rpart(cbind(pmax(expected, 1e-12), cases$event) ~ x, method = "poisson", parms = list(shrink = 0), control = control(10, 30))
write.csv(signif(data.frame(bayes = bayes[, 2], margin, entropy = predict(tree)[, 2], relative = predict(rate)), 12),
          file.path(place, "learners_cases.csv"), row.names = FALSE)
