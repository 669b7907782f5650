"""The usual kinds that are held against a table with a row for each word. A further one is one line."""

from __future__ import annotations

from embedlab import Hashed, Normal, Subword
from experiments.matched.comparison import Solve

# A word has next to no vector until its weights have learnt what it is worth. Of 1 (the default),
# Normal(0.05) and Normal(0.0005), this has the best accuracy on validation of TREC at a quarter of the bytes
# (81.6 %; 1 has 77.9 %), and 4 points more than 1 on a fold of AG News at a fifth; documentation strings tell
# them apart by little.
_SMALL = Normal(0.05)

#: By name: the most frequent words alone; narrower vectors; rows shared by hashing, summed plainly or by
#: learned importance; rows of n-grams alone.
KINDS = {
    "dense-cut": Solve("vocabulary", lambda full: full),
    "dense-narrow": Solve("dim", lambda full: full),
    "hashed": Solve("buckets", lambda full: Hashed(full.vocabulary, full.dim, 1, hashes=2)),
    "hashed-weighted": Solve(
        "buckets",
        lambda full: Hashed(
            full.vocabulary, full.dim, 1, hashes=2, importance=full.vocabulary, importance_initialiser=_SMALL
        ),
    ),
    "subword": Solve("buckets", lambda full: Subword(full.vocabulary, full.dim, 1, own_row=False)),
}
