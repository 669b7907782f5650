"""The kernels' tests need a compiler; those of what happens without one do not."""

from __future__ import annotations

import pytest

from embedlab import native


@pytest.fixture(scope="session")
def kernels() -> None:
    """Skips what can't run here."""
    if not native.available():
        pytest.skip("no kernels: no C++ compiler is found, or JAX does not compute on the CPU")
