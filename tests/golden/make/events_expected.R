# Exact intervals and limits of events over expected ones: Rscript tests/golden/make/events_expected.R
rows <- expand.grid(observed = c(0, 1, 9, 28, 45, 300), expected = c(0.7, 4.2, 31.969, 250))
bounds <- t(mapply(function(o, e) c(poisson.test(o, T = e)$conf.int, qpois(c(.005, .995), e) / e), rows$observed, rows$expected))
colnames(bounds) <- c("low", "high", "limit_low", "limit_high")
write.csv(cbind(rows, signif(bounds, 12)), "tests/golden/events_expected.csv", row.names = FALSE)
