# aerts2014_tables.csv: what the study config/studies/aerts2014-tables is checked by, from its tables with R alone.
#   RADIOLOOM_DATA=/path/to/data Rscript tests/golden/make/aerts2014_tables.R > tests/golden/aerts2014_tables.csv
library(survival)
data <- Sys.getenv("RADIOLOOM_DATA")
table_of <- function(...) read.csv(file.path(data, ...), check.names = FALSE)
lung1 <- merge(
  table_of("lung1/features_99/reference_outputs/extracted_features.csv"), table_of("lung1/clinical.csv"), by = "PatientID"
)
names(lung1) <- sub("^original_shape_", "", names(lung1))
hn1 <- table_of("hn1/HN_Radiomics.csv")
hn1 <- merge(hn1[hn1$Structure == "GTV-1", ], table_of("hn1/HN_ClinicalData.csv"), by = "id")
outcomes <- list(
  lung1 = Surv(lung1$Survival.time, lung1$deadstatus.event),
  hn1 = Surv(hn1$overall_survival_in_days, hn1$event_overall_survival)
)
tables <- list(lung1 = lung1, hn1 = hn1)
cat("cohort,model,group,metric,days,value\n")
row <- function(...) cat(sprintf("%s,%s,%s,%s,%g,%.12g\n", ...), sep = "")
for (model in c("VoxelVolume", "Sphericity")) {
  fit <- coxph(outcomes$lung1 ~ scale(lung1[[model]]))
  row("lung1", model, "", "sign", 0, sign(coef(fit)))
  for (cohort in names(tables)) {
    risk <- sign(coef(fit)) * tables[[cohort]][[model]]
    row(cohort, model, "", "c_index", 0, concordance(outcomes[[cohort]] ~ risk, reverse = TRUE)$concordance)
  }
  risk <- sign(coef(fit)) * lung1[[model]]
  high <- risk > median(risk)
  for (group in c("low", "high")) {
    curve <- survfit(outcomes$lung1[high == (group == "high")] ~ 1, conf.type = "log-log")
    row("lung1", model, group, "survival", c(365, 731, 1096), summary(curve, times = c(365, 731, 1096))$surv)
    row("lung1", model, group, "median_survival", 0, unname(quantile(curve, 0.5)$quantile))
  }
}
# Of whom the volume's C of 0.613 in READII-2-ROQC is.
few <- hn1$index_tumour_location == "oropharynx" & hn1$overall_hpv_p16_status %in% c("positive", "negative")
row("hn1-oropharynx", "VoxelVolume", "", "n", 0, sum(few))
row("hn1-oropharynx", "VoxelVolume", "", "c_index", 0, concordance(outcomes$hn1[few] ~ hn1$VoxelVolume[few], reverse = TRUE)$concordance)
