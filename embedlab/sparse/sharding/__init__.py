"""Tables over the devices of a mesh: rows over one of its axes, the batch over another, or both over one.

`Trainer(..., sharding=Sharding(mesh, rows="rows", batch="data"))` trains as on one device. A device holds a
share of the rows, and of what the optimizer keeps of them; what a step moves between devices depends on
the ids and bags of the batch, and never on the number of rows:

- A look-up: each device sums the rows that it holds, and `psum` over the rows axis adds the sums. A bag
  costs one vector a device, however many ids it has.
- Where one axis is both: `all_gather` of the ids, and `psum_scatter` of the sums, of which a device needs
  only those of its own bags.
- Ragged bags: `psum_scatter` over the batch axis, or `psum` where it doesn't divide the bags, since the ids
  of a bag may lie on several devices.
- The gradient of learned weights: `psum` over the rows axis, since each device knows the products with its
  rows.
- An update: `all_gather` of entries and cotangents over the batch axis, since duplicates must be summed
  before anything that isn't linear. Of a bag there is one cotangent, so this is less than the gradients of
  its rows. Each device then changes the rows that it holds, in place.
- Dense gradients: `psum` over the batch axis, and the clipped norm: one number over the rows axis. Both are
  XLA's own doing.

All of it is `jax.shard_map` and JAX's own collectives. `axes` says what lies where, `entries` picks a
device's own entries, `read` and `update` are the two halves of a step, `state` makes, pads and gathers,
`evaluate` reads without training.
"""

from embedlab.sparse.sharding.axes import Sharding
from embedlab.sparse.sharding.evaluate import evaluate

__all__ = ["Sharding", "evaluate"]
