"""Lazy optimizers against torch's, on the same sparse gradients."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from embedlab import sparse
from tests.embedlab.sparse.steps import ROWS, error, gradients, run, table_of

torch = pytest.importorskip("torch", reason="torch is not installed: it is for the differential tests")

# Ours, and torch's optimizer of the same numbers.
PEERS = {
    "sgd": (sparse.sgd(0.1), lambda w: torch.optim.SGD([w], 0.1)),
    "adagrad": (
        sparse.adagrad(0.1, initial=0.0, eps_root=0.0, eps=1e-10),
        lambda w: torch.optim.Adagrad([w], 0.1),
    ),
    "adam": (sparse.adam(0.01), lambda w: torch.optim.SparseAdam([w], 0.01)),
    "adam-large-eps": (
        sparse.adam(0.1, b1=0.8, b2=0.9, eps=0.1),
        lambda w: torch.optim.SparseAdam([w], 0.1, betas=(0.8, 0.9), eps=0.1),
    ),
}


def theirs(make: Any, table: Any, given: Any) -> np.ndarray:
    weight = torch.nn.Parameter(torch.tensor(table))
    optimizer = make(weight)
    for rows, values in zip(*given, strict=True):
        real = (rows >= 0) & (rows < ROWS)
        indices = torch.tensor(rows[real][None], dtype=torch.int64)
        values = torch.tensor(values[real].astype(table.dtype))
        # With its duplicates, which torch adds up.
        weight.grad = torch.sparse_coo_tensor(indices, values, table.shape, check_invariants=True)
        optimizer.step()
    return weight.detach().numpy()


@pytest.mark.parametrize("name", PEERS)
def test_lazy_modes_equal_those_of_torch(name: str, x64: None) -> None:
    """In float64 to rounding; in float32, by the way chosen for it, no farther from that than twice torch."""
    optimizer, make = PEERS[name]
    given = gradients(150)
    wanted = theirs(make, table_of(), given)
    assert error(wanted, table_of()) > 0.05
    assert error(run(optimizer, table_of(), given)[0], wanted) <= 1e-12
    narrow = table_of().astype(np.float32)
    way = sparse.strategy.choose(jnp.asarray(narrow), optimizer, clipped=False)
    found, _ = run(optimizer, narrow, given, way)
    assert found.dtype == jnp.float32
    assert error(found, wanted) <= 2 * error(theirs(make, narrow, given), wanted)
