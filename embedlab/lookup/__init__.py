"""From ids to vectors: the only place that touches a table.

`ids` is the one policy for bad ids, `entry` applies it, `take` and `pool` read rows, `gather` serves the
kinds, and `embed` and `bag` put the stages together.
"""

from embedlab.lookup.bag import bag
from embedlab.lookup.embed import embed
from embedlab.lookup.entry import lookups
from embedlab.lookup.gather import gather
from embedlab.lookup.ids import count_bad_ids, host_ids
from embedlab.lookup.max_norm import max_norm
from embedlab.lookup.scores import all_vectors, attend

__all__ = [
    "all_vectors",
    "attend",
    "bag",
    "count_bad_ids",
    "embed",
    "gather",
    "host_ids",
    "lookups",
    "max_norm",
]
