"""The main config keeps its word: a quarter of the bytes, exactly, at the same width."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import pytest

import embedlab
from embedlab.base import OpenVocabulary
from experiments.config import Config
from experiments.settings.config_file import load


@pytest.fixture(scope="module")
def config(root: Path) -> Config:
    return load(str(root / "configs" / "quickstart.py"))


def trainable_bytes(spec: Any) -> int:
    words = ["word"] * spec.vocabulary if isinstance(spec, OpenVocabulary) else []
    buffers = spec.word_buffers(words) if words else None
    arrays = jax.eval_shape(lambda: spec.init(jax.random.key(0), buffers))
    return sum(leaf.size * leaf.dtype.itemsize for leaf in jax.tree.leaves((arrays.tables, arrays.dense)))


@pytest.mark.parametrize("name", ["dense-cut", "hashed", "hashed-weighted", "subword"])
def test_each_rival_has_a_quarter_of_the_bytes(config: Config, name: str) -> None:
    rival = config.rivals[name]
    assert 4 * trainable_bytes(rival) == trainable_bytes(config.embedding)
    assert rival.dim == config.embedding.dim


def test_every_kind_is_there(config: Config) -> None:
    kinds = {type(spec) for spec in (config.embedding, *config.rivals.values())}
    assert kinds == {embedlab.Dense, embedlab.Hashed, embedlab.Subword}
    assert len(config.seeds) >= 3 and config.baselines
