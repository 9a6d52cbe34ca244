"""Gene modules: a table of clustering methods; `genomics.modules.method` of a study names a row of it."""

from radioloom.genomics.modules import coexpression, consensus, correlation_tree, eigengenes, given, kmeans, network
from radioloom.genomics.modules import regulators as regulation
from radioloom.genomics.modules.record import Method

CLUSTERINGS = (kmeans, eigengenes, correlation_tree, consensus, coexpression, network, regulation, given)
METHODS: dict[str, Method] = {each.METHOD.name: each.METHOD for each in CLUSTERINGS}
