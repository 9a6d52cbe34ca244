# Golden values of tests/golden/contingency*.csv: base R of Debian bookworm (r-base-core).
#     Rscript tests/golden/make/contingency.R tests/golden
# Tests of groups against levels (chisq.test without correction, fisher.test) and against numbers (kruskal.test).
# The patients are written too, so that the test reads exactly what R read.
place <- commandArgs(trailingOnly = TRUE)[1]
set.seed(2014)
n <- 150
group <- sample(1:3, n, TRUE, c(0.45, 0.35, 0.2))
patients <- data.frame(
  group = group,
  stage = sample(c("I", "II", "IIIa", "IIIb"), n, TRUE) ,
  histology = ifelse(runif(n) < 0.25 * group, "squamous", "other"),
  rare = sample(c("a", "b", "c"), n, TRUE, c(0.93, 0.04, 0.03)),
  age = round(rnorm(n, 65 + 2 * group, 8)),
  size = round(rexp(n), 3))
found <- data.frame()
add <- function(set, key, value) found <<- rbind(found, data.frame(set = set, key = key, value = value))
for (set in c("stage", "histology", "rare")) {
  counts <- table(patients$group, patients[[set]])
  test <- suppressWarnings(chisq.test(counts, correct = FALSE))
  add(set, "chi2", test$statistic); add(set, "df", test$parameter); add(set, "p", test$p.value)
  add(set, "smallest expected", min(test$expected)); add(set, "fisher", fisher.test(counts, workspace = 2e7)$p.value)
}
two <- table(patients$group == 1, patients$rare == "a")
add("two", "fisher", fisher.test(two)$p.value)
for (set in c("age", "size")) {
  test <- kruskal.test(patients[[set]], patients$group)
  add(set, "h", test$statistic); add(set, "df", test$parameter); add(set, "p", test$p.value)
}
write.csv(patients, file.path(place, "contingency_patients.csv"), row.names = FALSE)
write.csv(transform(found, value = format(value, digits = 17, trim = TRUE)), file.path(place, "contingency.csv"), row.names = FALSE, quote = FALSE)
