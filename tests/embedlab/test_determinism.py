"""The same twice: a small training gives the same bits in two processes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

TRAIN = """
import hashlib, jax, jax.numpy as jnp, numpy as np, optax, embedlab
words = [f"word{i}" for i in range(40)]
for spec in (
    embedlab.Dense(40, 8),
    embedlab.Hashed(40, 8, buckets=11, signed=True, importance=40),
    embedlab.Subword(40, 8, buckets=31),
):
    buffers = spec.word_buffers(words) if isinstance(spec, embedlab.Subword) else None
    variables = spec.init(jax.random.key(3), buffers)
    drop, tx = embedlab.Dropout(words=0.1, components=0.2), optax.adam(0.1)
    ids = jnp.asarray(np.random.default_rng(0).integers(0, 40, (16, 20)))  # enough to pool by distinct ids

    @jax.jit
    def step(tables, state, key):
        def loss(tables):
            v = embedlab.Variables(tables, buffers=variables.buffers)
            return jnp.square(embedlab.bag(spec, v, ids, dropout=drop, key=key) - 1).mean()
        value, gradient = jax.value_and_grad(loss)(tables)
        update, state = tx.update(gradient, state)
        return optax.apply_updates(tables, update), state, value

    tables, state = variables.tables, tx.init(variables.tables)
    for key in jax.random.split(jax.random.key(4), 5):
        tables, state, value = step(tables, state, key)
    digest = hashlib.sha256(b"".join(np.asarray(t).tobytes() for t in jax.tree.leaves(tables)))
    print(type(spec).__name__, float(value).hex(), digest.hexdigest())
"""


@pytest.mark.slow
def test_two_trainings_end_in_the_same_bits() -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", TRAIN],
            env=os.environ | {"PYTHONHASHSEED": seed, "JAX_PLATFORMS": "cpu"},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in ("0", "1")
    ]
    first, second = (process.communicate()[0] for process in processes)
    assert first.count("\n") == 3
    assert first == second
