# aerts2014_verdicts.csv: the verdict on each number that config/studies/aerts2014-tables judges, by R's own reading of its targets
# and the values of aerts2014_tables.csv; the rule is docs/targets.md's, half of the last digit where there is no tolerance.
#   Rscript tests/golden/make/aerts2014_verdicts.R > tests/golden/aerts2014_verdicts.csv
targets <- yaml::read_yaml("config/studies/aerts2014-tables/targets.yaml")$targets
known <- read.csv("tests/golden/aerts2014_tables.csv", na.strings = "")
known[is.na(known)] <- ""
feature <- c(volume = "VoxelVolume", sphericity = "Sphericity")
cat("target,estimate,verdict\n")
for (name in names(targets)) {
  target <- targets[[name]]
  asked <- target$compare
  if (is.null(asked)) next
  cohort <- if (is.null(asked$cohort)) "lung1" else asked$cohort
  group <- if (is.null(asked$group)) "" else asked$group
  days <- if (is.null(asked$days)) 0 else asked$days
  same <- known$cohort == cohort & known$model == feature[[asked$model]] & known$group == group
  value <- known$value[same & known$metric == asked$metric & known$days == days]
  digits <- nchar(sub("^[^.]*\\.?", "", target$published))
  tolerance <- if (is.null(target$tolerance)) 0.5 * 10^-digits else target$tolerance
  apart <- abs(value - as.numeric(target$published))
  inside <- !is.null(target$band) && value >= target$band[1] && value <= target$band[2]
  verdict <- if (apart <= tolerance + 1e-9) "reproduced" else if (inside) "within band" else "differs"
  if (!target$verified %in% c("paper", "digest")) verdict <- "shown"
  cat(sprintf("%s,%.12g,%s\n", name, value, verdict))
}
