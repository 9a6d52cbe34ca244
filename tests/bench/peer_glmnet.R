# CPU seconds of a path of glmnet with its own precision: one line of JSON. A CSV of time, event and columns; one of strengths.
suppressMessages({library(glmnet); library(survival)})
files <- commandArgs(TRUE)
cases <- as.matrix(read.csv(files[1])); x <- cases[, -(1:2)]; y <- Surv(cases[, 1], cases[, 2])
strengths <- read.csv(files[2])
mixings <- c("1", "0.5", "0.1")
taken <- sapply(mixings, function(mixing) {
  call <- function() glmnet(x, y, family = "cox", alpha = as.numeric(mixing), lambda = strengths[[paste0("m", mixing)]],
                            standardize = FALSE)
  min(sapply(1:3, function(turn) { start <- sum(proc.time()[1:2]); call(); sum(proc.time()[1:2]) - start }))
})
cat("{", paste(sprintf("\"%s\": %.9g", mixings, taken), collapse = ", "), "}\n", sep = "")
