# Golden values of tests/golden/coexpression*.csv: adjacency, topological overlap, connectivity, scale-free fit, eigengenes,
# merging and preservation of modules by WGCNA, Debian bookworm (r-base-core r-cran-wgcna).
#     Rscript tests/golden/make/coexpression.R tests/golden
suppressMessages(library(WGCNA))
place <- commandArgs(trailingOnly = TRUE)[1]
set.seed(2026)
member <- rep(1:3, each = 8); n <- 24
flip <- ifelse(runif(length(member)) < 0.2, -1, 1)
draw <- function(n) {
  programs <- matrix(rnorm(3 * n), n); programs[, 2] <- 0.9 * programs[, 1] + 0.3 * programs[, 2]
  x <- programs[, member] * rep(flip, each = n) + matrix(rnorm(n * length(member), sd = 0.8), n)
  colnames(x) <- paste0("G", seq_along(member))
  round(x, 6)
}
raw <- list(one = draw(n), other = draw(n + 6))
one <- scale(raw$one); other <- scale(raw$other)
labels <- paste0("m", member)
a <- adjacency(one, type = "signed", power = 6)
tom <- TOMsimilarity(a, TOMType = "unsigned", verbose = 0)
pairs <- upper.tri(a)
of <- function(kind, name, value) data.frame(kind, name, value = as.numeric(value))
key <- outer(colnames(one), colnames(one), paste)[pairs]
found <- rbind(of("adjacency", key, a[pairs]), of("overlap", key, tom[pairs]),
  of("connectivity", colnames(one), softConnectivity(one, type = "signed", power = 6, verbose = 0)))
for (power in c(1:10, seq(12, 20, 2))) {
  k <- softConnectivity(one, type = "signed", power = power, verbose = 0)
  fit <- scaleFreeFitIndex(k)
  found <- rbind(found, of("fit", power, fit$Rsquared.SFT), of("slope", power, fit$slope.SFT))
}
edges <- scaleFreeFitIndex(1:11)  # on the edges of bins
found <- rbind(found, of("edges", c("fit", "slope"), c(edges$Rsquared.SFT, edges$slope.SFT)))
eigen <- moduleEigengenes(one, labels)
for (m in 1:3) found <- rbind(found, of(paste0("eigengene m", m), seq_len(n), eigen$eigengenes[[paste0("MEm", m)]]))
found <- rbind(found, of("explained", paste0("m", 1:3), unlist(eigen$varExplained)),
  of("merged", colnames(one), as.integer(factor(mergeCloseModules(one, labels, cutHeight = 0.25, verbose = 0, relabel = FALSE)$colors))))
kept <- modulePreservation(list(one = list(data = one), other = list(data = other)), list(one = labels),
  networkType = "signed", referenceNetworks = 1, nPermutations = 2, savePermutedStatistics = FALSE, verbose = 0, checkData = FALSE, quickCor = 0)
stats <- kept$preservation$observed[[1]][[2]]
wanted <- c("meanSignAwareCorDat.pres", "meanAdj.pres", "propVarExplained.pres", "meanSignAwareKME.pres", "cor.kIM", "cor.kME", "cor.cor")
for (m in paste0("m", 1:3)) found <- rbind(found, of(paste("preserved", m), wanted, unlist(stats[m, wanted])))
found$value <- signif(found$value, 13)
genes <- data.frame(gene = colnames(one), module = member, t(raw$one), t(raw$other))
names(genes)[-(1:2)] <- c(paste0("one", seq_len(n)), paste0("other", seq_len(n + 6)))
write.csv(genes, file.path(place, "coexpression_genes.csv"), row.names = FALSE)
write.csv(found, file.path(place, "coexpression.csv"), row.names = FALSE)
