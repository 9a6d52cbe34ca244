"""Ways to cluster patients; `unsupervised.clustering` of a study names a row."""

from radioloom.unsupervised.clusterings.hierarchical import HIERARCHICAL
from radioloom.unsupervised.clusterings.kmeans import KMEANS
from radioloom.unsupervised.clusterings.record import Clustering

CLUSTERINGS: dict[str, Clustering] = {row.name: row for row in (HIERARCHICAL, KMEANS)}
