"""The usual kinds that are held against a table with a row for each word. A further one is one line."""

from __future__ import annotations

from embedlab import Hashed, Subword
from experiments.matched.comparison import Solve

#: By name: the most frequent words alone; narrower vectors; rows shared by hashing, summed plainly or by
#: learned importance; rows of n-grams alone.
KINDS = {
    "dense-cut": Solve("vocabulary", lambda full: full),
    "dense-narrow": Solve("dim", lambda full: full),
    "hashed": Solve("buckets", lambda full: Hashed(full.vocabulary, full.dim, 1, hashes=2)),
    "hashed-weighted": Solve(
        "buckets", lambda full: Hashed(full.vocabulary, full.dim, 1, hashes=2, importance=full.vocabulary)
    ),
    "subword": Solve("buckets", lambda full: Subword(full.vocabulary, full.dim, 1, own_row=False)),
}
