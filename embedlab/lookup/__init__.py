"""From ids to vectors. The only place, with `embedlab.sparse`, that touches a table.

`ids` is the one policy for bad ids, `gather` reads rows, `embed` and `bag` put the stages together.
"""

from embedlab.lookup.bag import bag
from embedlab.lookup.embed import all_vectors, attend, embed, max_norm
from embedlab.lookup.gather import gather
from embedlab.lookup.ids import count_bad_ids, host_ids

__all__ = ["all_vectors", "attend", "bag", "count_bad_ids", "embed", "gather", "host_ids", "max_norm"]
