"""What is the same: to the bit on a CPU; nearly on a GPU, where sums are added up in another order."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

_ULPS = 8  # of the largest number in an array, on an accelerator


def same(found: Any, wanted: Any) -> None:
    """Asserts that trees of arrays agree, dtypes included."""
    assert jax.tree.structure(found) == jax.tree.structure(wanted)
    for a, b in zip(jax.tree.leaves(found), jax.tree.leaves(wanted), strict=True):
        assert a.dtype == b.dtype
        a, b = np.asarray(a), np.asarray(b)
        if jax.default_backend() == "cpu" or not np.issubdtype(b.dtype, np.floating):
            np.testing.assert_array_equal(a, b)
        else:
            largest = np.abs(b, where=np.isfinite(b), out=np.zeros_like(b)).max(initial=0)
            np.testing.assert_allclose(a, b, rtol=0, atol=_ULPS * np.finfo(b.dtype).eps * largest)
