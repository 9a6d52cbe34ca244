# hosny2018_tables.csv: AUC of the network's predictions in config/studies/hosny2018-tables, by pROC.
#   RADIOLOOM_DATA=/path/to/data Rscript tests/golden/make/hosny2018_tables.R > tests/golden/hosny2018_tables.csv
suppressMessages(library(pROC))
rows <- read.csv(file.path(Sys.getenv("RADIOLOOM_DATA"), "feature_tables/hosny2018_maastro.csv"), check.names = FALSE)
rows <- rows[trimws(rows$id) != "", ]
cat("n,auc\n")
cat(sprintf("%d,%.12g\n", nrow(rows), auc(rows$surv2yr, as.numeric(rows$logit_1), direction = "<", quiet = TRUE)))
