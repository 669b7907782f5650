"""Which encoders have a bag beside them; how it is trained is tested in test_folds_run."""

from __future__ import annotations

from pathlib import Path

import pytest

import embedlab
from experiments.comparisons.bag_baseline import directories, is_plain
from experiments.config import Config
from experiments.encoders import Bag, Cnn, Dan, Encoder, Rnn, Transformer

DENSE = embedlab.Dense(100, 8)


@pytest.mark.parametrize("mode", ["mean", "sum", "sqrtn", "max"])
def test_a_plain_bag_is_its_own_baseline(mode: str, tmp_path: Path) -> None:
    encoder = Bag(mode=mode)  # type: ignore[arg-type]
    assert is_plain(encoder)
    assert directories(tmp_path, Config(DENSE, encoder=encoder, seeds=(0, 1))) == {}


@pytest.mark.parametrize("encoder", [Bag(mode="attention"), Cnn(), Dan(), Rnn(), Transformer()], ids=str)
def test_what_learns_to_combine_has_a_bag_beside_it(encoder: Encoder, tmp_path: Path) -> None:
    assert not is_plain(encoder)
    found = directories(tmp_path, Config(DENSE, encoder=encoder, seeds=(0, 7)))
    assert {seed: directory.path for seed, directory in found.items()} == {
        seed: tmp_path / "bag" / f"seed-{seed}" for seed in (0, 7)
    }
