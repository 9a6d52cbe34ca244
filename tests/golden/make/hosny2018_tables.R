# hosny2018_tables.csv: AUC of the network's predictions, and of volume, in the studies of config/studies/hosny2018-tables, by pROC.
#   RADIOLOOM_DATA=/path/to/data Rscript tests/golden/make/hosny2018_tables.R > tests/golden/hosny2018_tables.csv
suppressMessages(library(pROC))
cat("cohort,model,n,auc\n")
for (cohort in c("maastro", "m-spore")) {
  file <- file.path(Sys.getenv("RADIOLOOM_DATA"), sprintf("feature_tables/hosny2018_%s.csv", cohort))
  rows <- read.csv(file, check.names = FALSE)
  rows <- rows[trimws(rows$id) != "", ]
  volume <- suppressWarnings(as.numeric(rows$original_shape_Volume)) # one row is empty
  for (model in c("network", "volume")) {
    risk <- if (model == "network") -as.numeric(rows$logit_1) else volume
    area <- auc(rows$surv2yr == 0, risk, direction = "<", quiet = TRUE)
    cat(sprintf("%s,%s,%d,%.12g\n", cohort, model, sum(!is.na(risk)), area))
  }
}
