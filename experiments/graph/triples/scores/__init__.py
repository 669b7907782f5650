"""How well an entity answers a query: TransE, DistMult, ComplEx and RotatE as pure functions of vectors.

Each makes a vector of the query, of the width of an entity's, and compares that with the entities. So a
score against all of them is one product of matrices, or a distance that is made of one.
"""

from experiments.graph.triples.scores.base import Score
from experiments.graph.triples.scores.distances import RotatE, TransE
from experiments.graph.triples.scores.products import ComplEx, DistMult, Product

__all__ = ["ComplEx", "DistMult", "Product", "RotatE", "Score", "TransE"]
