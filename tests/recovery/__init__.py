"""Recovery of planted module networks: of genes and of trees' traits, against the strength of the signal."""
