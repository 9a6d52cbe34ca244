"""Gene modules: a table of clustering methods; `genomics.modules.method` of a study names a row of it."""

from radioloom.genomics.modules import correlation_tree, eigengenes, kmeans, network
from radioloom.genomics.modules.record import Method

METHODS: dict[str, Method] = {
    method.name: method for method in (kmeans.METHOD, eigengenes.METHOD, correlation_tree.METHOD, network.METHOD)
}
