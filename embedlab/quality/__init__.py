"""Quality of a table of vectors by itself, without a task: pure functions, each with its paper.

Some take `Vectors`, and ask of words what people have said of them: `word_similarity`, `analogies`,
`outlier_detection`; `purity` is of clusters of words. They say how many words are unknown.

What holds for all that take vectors, float [n, dim]:

- They compute in float32, or in float64 if the vectors are; narrower types are widened first.
- A shape that a metric is not defined for (no rows, one row where pairs are needed, k above what there
  is) is a ValueError. A value that it is not defined for (all vectors equal or zero) has a declared one.
- If any number is NaN or infinite a scalar metric is NaN. `neighbours` and `k_occurrence`, which return
  row numbers, leave such rows out.
- A zero row has no direction: metrics of directions leave it out.
- Metrics of pairs go by blocks; none holds an n × n array.

    >>> import jax
    >>> from embedlab import quality
    >>> table = jax.random.normal(jax.random.key(0), (1000, 16))
    >>> quality.effective_rank(table) > 15, abs(quality.mean_cosine(table)) < 0.01
    (Array(True, dtype=bool), Array(True, dtype=bool))
"""

from embedlab.quality.analogies import Analogies, Question, Section, accuracy_difference, analogies
from embedlab.quality.collisions import Collisions, observed_collisions, predicted_collisions
from embedlab.quality.coverage import Coverage, coverage
from embedlab.quality.hubness import hubness, k_occurrence
from embedlab.quality.interval import Interval
from embedlab.quality.isotropy import mean_cosine, partition_isotropy
from embedlab.quality.neighbours import Neighbours, neighbour_overlap, neighbours
from embedlab.quality.norms import norm_frequency_correlation, norm_summary
from embedlab.quality.outliers import OutlierDetection, OutlierSet, outlier_detection
from embedlab.quality.procrustes import Procrustes, procrustes
from embedlab.quality.purity import purity
from embedlab.quality.rank import effective_rank, rankme
from embedlab.quality.silhouette import silhouette
from embedlab.quality.summary import summary
from embedlab.quality.uniformity import alignment, uniformity
from embedlab.quality.word_similarity import WordSimilarity, similarity_difference, word_similarity

__all__ = [
    "Analogies",
    "Collisions",
    "Coverage",
    "Interval",
    "Neighbours",
    "OutlierDetection",
    "OutlierSet",
    "Procrustes",
    "Question",
    "Section",
    "WordSimilarity",
    "accuracy_difference",
    "alignment",
    "analogies",
    "coverage",
    "effective_rank",
    "hubness",
    "k_occurrence",
    "mean_cosine",
    "neighbour_overlap",
    "neighbours",
    "norm_frequency_correlation",
    "norm_summary",
    "observed_collisions",
    "outlier_detection",
    "partition_isotropy",
    "predicted_collisions",
    "procrustes",
    "purity",
    "rankme",
    "silhouette",
    "similarity_difference",
    "summary",
    "uniformity",
    "word_similarity",
]
