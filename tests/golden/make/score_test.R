# Golden values of tests/golden/score_test*.csv: score tests of R, Debian bookworm (r-base-core r-cran-survival).
#     Rscript tests/golden/make/score_test.R tests/golden
suppressMessages(library(survival))
place <- commandArgs(trailingOnly = TRUE)[1]
set.seed(1948)
n <- 60; p <- 5
patient <- rep(1:30, each = 2); centre <- rep(c(1, 2, 2), each = 20)
x <- matrix(rnorm(n * p), n) + rnorm(30)[patient]
time <- ceiling(6 * rexp(n, exp(0.6 * x[, 1] + 0.5 * centre))); event <- as.integer(runif(n) < 0.7)
p_of <- function(chi) pchisq(chi, 1, lower.tail = FALSE)
found <- data.frame()
for (k in 1:p) {
  v <- x[, k]
  alone <- coxph(Surv(time, event) ~ v)
  apart <- coxph(Surv(time, event) ~ v + strata(centre))
  several <- coxph(Surv(time, event) ~ v, cluster = patient)
  rao <- function(null, full) anova(null, full, test = "Rao")$Rao[2]
  fit <- function(f) glm(f, binomial, control = glm.control(1e-15, 100))
  binary <- rao(fit(event ~ 1), fit(event ~ v))
  centres <- rao(fit(event ~ factor(centre)), fit(event ~ factor(centre) + v))
  found <- rbind(found, data.frame(survival = p_of(alone$score), survival_centres = p_of(apart$score),
    survival_patients = p_of(several$rscore), binary = p_of(binary), binary_centres = p_of(centres)))
}
stopifnot(length(unique(time[event == 1])) < sum(event))
write.csv(signif(found, 12), file.path(place, "score_test.csv"), row.names = FALSE)
write.csv(data.frame(time, event, patient, centre, signif(x, 15)), file.path(place, "score_test_cases.csv"), row.names = FALSE)
