# Golden values of tests/golden/decision_curve*.csv: net benefit by its definition in each of 40 resamples, with survfit of R's
# survival among the patients drawn and treated, and the interval of their standard deviation.
#     Rscript tests/golden/make/decision_curve.R tests/golden
# Who is drawn follows from whole numbers, so that the test draws the same; two patients have two lesions each.
suppressMessages(library(survival))
place <- commandArgs(trailingOnly = TRUE)[1]
set.seed(7)
n <- 60
risk <- round(runif(n, 0.05, 0.9), 3)
t <- rexp(n, risk / 300); c <- runif(n, 100, 900)
cases <- data.frame(unit = c(0:57, 3, 8), risk = risk, time = ceiling(pmin(t, c) / 20) * 20, event = as.integer(t <= c),
                    y = rbinom(n, 1, risk))
horizon <- 400
benefit <- function(d, kind, p) {
  treated <- d[d$risk > p, ]; odds <- p / (1 - p)
  if (!nrow(treated)) return(0)
  if (kind == "binary") return(sum(treated$y) / nrow(d) - sum(1 - treated$y) / nrow(d) * odds)
  last <- treated$time == max(treated$time)
  if (max(treated$time) < horizon && !all(treated$event[last] == 1)) return(NA)
  km <- summary(survfit(Surv(time, event) ~ 1, treated), times = horizon, extend = TRUE)$surv
  nrow(treated) / nrow(d) * ((1 - km) - km * odds)
}
drawn <- lapply(0:39, function(b) unlist(lapply(0:57, function(i) which(cases$unit == (i * i * (b + 3) + 17 * b) %% 58))))
found <- data.frame()
for (kind in c("survival", "binary")) for (p in c(0.1, 0.3, 0.5, 0.8)) {
  value <- benefit(cases, kind, p); error <- sd(sapply(drawn, function(k) benefit(cases[k, ], kind, p)), na.rm = TRUE)
  found <- rbind(found, data.frame(kind, threshold = p, value, low = value - qnorm(0.975) * error,
                                   high = value + qnorm(0.975) * error, all = benefit(transform(cases, risk = 1), kind, p)))
}
found[, 3:6] <- signif(found[, 3:6], 14)
write.csv(cases, file.path(place, "decision_curve_cases.csv"), row.names = FALSE)
write.csv(found, file.path(place, "decision_curve.csv"), row.names = FALSE)
