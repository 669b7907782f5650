"""Channels: the rows of several tables beside one another."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from embedlab import Dense, Uniform, Variables, bag, embed
from embedlab.channels import Channels

SPEC = Channels(vocabulary=7, dim=6, channels=3, initialiser=Uniform(-1.0, 1.0))
IDS = np.array([[6, 0], [3, 3]])


def test_a_vector_is_the_rows_of_its_id_side_by_side() -> None:
    variables = SPEC.init(jax.random.key(0))
    parts = [np.asarray(variables.tables[f"channel-{n}"]) for n in range(3)]
    assert not any((one == other).all() for one, other in ((parts[0], parts[1]), (parts[1], parts[2])))
    whole = np.concatenate(parts, 1)
    np.testing.assert_array_equal(embed(SPEC, variables, IDS), whole[IDS])
    as_one = bag(Dense(7, 6), Variables({"table": whole}), IDS, mode="mean")
    np.testing.assert_allclose(bag(SPEC, variables, IDS, mode="mean"), as_one, rtol=1e-6)


def test_a_dim_that_channels_cannot_share_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^dim=7: give a multiple of channels=2"):
        Channels(10, 7)
    with pytest.raises(ValueError, match=r"^channels=0: "):
        Channels(10, 4, channels=0)
