# Golden values of tests/golden/clusters*.csv: base R and cluster of Debian bookworm (r-base-core r-cran-cluster).
#     Rscript tests/golden/make/clusters.R tests/golden
# Ward's trees cut into 2 to 5, k-means of many starts, silhouettes, and the consensus (Monti 2003) of resamples that are
# written too: which patients each had, so that the test clusters the same ones.
suppressMessages(library(cluster))
place <- commandArgs(trailingOnly = TRUE)[1]
set.seed(2003)
n <- 40; f <- 6
centres <- matrix(rnorm(3 * f, sd = 1.2), 3)
z <- round(centres[rep(1:3, length.out = n), ] + matrix(rnorm(n * f), n), 4)
resamples <- t(replicate(25, sort(sample(n, floor(0.8 * n)))))
found <- data.frame()
add <- function(set, k, key, value) found <<- rbind(found, data.frame(set = set, clusters = k, key = key, value = value))
tree <- hclust(dist(z), "ward.D2")
for (k in 2:5) {
  labels <- cutree(tree, k)
  for (i in 1:n) add("ward", k, i, labels[i])
  add("silhouette", k, "mean", mean(silhouette(labels, dist(z))[, 3]))
  add("kmeans", k, "within", kmeans(z, k, nstart = 500, iter.max = 100, algorithm = "Lloyd")$tot.withinss)
  together <- both <- matrix(0, n, n)
  for (b in 1:nrow(resamples)) {
    rows <- resamples[b, ]
    part <- cutree(hclust(dist(z[rows, ]), "ward.D2"), k)
    both[rows, rows] <- both[rows, rows] + 1
    together[rows, rows] <- together[rows, rows] + outer(part, part, "==")
  }
  share <- together / pmax(both, 1)
  pairs <- share[upper.tri(share)]
  add("consensus", k, "sum", sum(pairs)); add("consensus", k, "squares", sum(pairs^2))
  add("consensus", k, "ambiguous", mean(pairs > 0.1 & pairs < 0.9))
  final <- cutree(hclust(as.dist(1 - share), "average"), k)
  for (i in 1:n) add("final", k, i, final[i])
}
write.csv(z, file.path(place, "clusters_patients.csv"), row.names = FALSE)
write.csv(resamples, file.path(place, "clusters_resamples.csv"), row.names = FALSE)
write.csv(transform(found, value = format(value, digits = 17, trim = TRUE)), file.path(place, "clusters.csv"), row.names = FALSE, quote = FALSE)
