"""Which way a table is updated: what is chosen, what can be asked for, and what is refused."""

from __future__ import annotations

import re

import jax
import jax.numpy as jnp
import pytest

from embedlab import native, sparse
from embedlab.sparse.merge import WAYS
from embedlab.sparse.strategy import STRATEGIES, choose

# With a kernel of its own, or without.
OWN = {
    "sgd": sparse.sgd(0.1),
    "sgd-frozen": sparse.sgd(0.1, freeze=sparse.Freeze(((0, 2),))),
    "sgd-scheduled": sparse.sgd(lambda count: 0.1),
    "momentum": sparse.sgd(0.1, 0.9),
    "adagrad": sparse.adagrad(0.1),
    "row_adagrad": sparse.row_adagrad(0.1),
    "adam": sparse.adam(0.1),
    "row_adam": sparse.row_adam(0.1),
}
NONE = {
    "nesterov": sparse.sgd(0.1, 0.9, nesterov=True),
    "momentum-exact": sparse.sgd(0.1, 0.9, exact=True),
    "adam-exact": sparse.adam(0.1, exact=True),
    "sgd-decay": sparse.sgd(0.1, weight_decay=0.1),
    "sgd-l2": sparse.sgd(0.1, l2=0.1),
    "sgd-max-norm": sparse.sgd(0.1, max_norm=1.0),
    "adagrad-decay": sparse.adagrad(0.1, weight_decay=0.1),
}
ALL = OWN | NONE
PLAIN_SGD = ("sgd", "sgd-frozen", "sgd-scheduled")
MERGING = "host, sort, scan, slots"


def table(dtype: str = "float32") -> jax.Array:
    return jnp.zeros((3, 2), dtype)


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a CPU where there is a compiler; nothing is called."""
    monkeypatch.setattr(jax, "default_backend", lambda: "cpu")
    monkeypatch.setattr(native, "available", lambda: True)


@pytest.fixture
def uncompiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jax, "default_backend", lambda: "cpu")
    monkeypatch.setattr(native, "available", lambda: False)


@pytest.mark.parametrize("name", ALL)
def test_float32_with_a_compiler(name: str, compiled: None) -> None:
    assert choose(table(), ALL[name], clipped=False) == ("kernel" if name in OWN else "native")
    assert choose(table(), ALL[name], clipped=True) == "native"


@pytest.mark.parametrize("name", ALL)
def test_float32_without_a_compiler(name: str, uncompiled: None) -> None:
    assert choose(table(), ALL[name], clipped=False) == ("positions" if name in PLAIN_SGD else "sort")
    assert choose(table(), ALL[name], clipped=True) == "sort"


def test_the_environment_switches_the_kernels_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jax, "default_backend", lambda: "cpu")
    monkeypatch.setenv("EMBEDLAB_NATIVE", "0")
    assert choose(table(), OWN["sgd"], clipped=False) == "positions"
    assert choose(table(), OWN["adam"], clipped=False) == "sort"


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("narrow", ["bfloat16", "float16"])
def test_narrow_tables_are_merged_in_the_program(narrow: str, name: str, compiled: None) -> None:
    for clipped in (False, True):
        assert choose(table(narrow), ALL[name], clipped=clipped) == "sort"


@pytest.mark.parametrize("name", ALL)
def test_float64_has_no_kernel(name: str, compiled: None, x64: None) -> None:
    wide = table("float64")
    assert wide.dtype == jnp.float64
    assert choose(wide, ALL[name], clipped=False) == ("positions" if name in PLAIN_SGD else "sort")
    assert choose(wide, ALL[name], clipped=True) == "sort"


@pytest.mark.parametrize("name", ALL)
def test_a_gpu_has_a_slot_for_each_row(name: str, compiled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    assert choose(table(), ALL[name], clipped=False) == ("positions" if name in PLAIN_SGD else "slots")
    assert choose(table(), ALL[name], clipped=True) == "slots"
    assert choose(table("bfloat16"), ALL[name], clipped=False) == "slots"


@pytest.mark.parametrize("name", ALL)
def test_other_accelerators_sort(name: str, compiled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jax, "default_backend", lambda: "tpu")
    for clipped in (False, True):
        assert choose(table(), ALL[name], clipped=clipped) == "sort"


@pytest.mark.parametrize("wanted", STRATEGIES)
def test_what_is_wanted_is_taken(wanted: str, compiled: None) -> None:
    assert choose(table(), OWN["sgd"], clipped=False, wanted=wanted) == wanted


@pytest.mark.parametrize("wanted", ["host", "sort", "scan", "slots"])
def test_merging_in_jax_can_always_be_wanted(wanted: str, uncompiled: None) -> None:
    for dtype in ("bfloat16", "float32"):
        for optimizer in ALL.values():
            assert choose(table(dtype), optimizer, clipped=True, wanted=wanted) == wanted


@pytest.mark.parametrize(
    ("wanted", "name", "dtype", "clipped", "can"),
    [
        ("kernel", "nesterov", "float32", False, f"native, {MERGING}"),
        ("kernel", "sgd", "float32", True, f"native, {MERGING}"),
        ("kernel", "sgd", "bfloat16", False, MERGING),
        ("native", "sgd", "bfloat16", False, MERGING),
        ("positions", "sgd", "float32", True, f"native, {MERGING}"),
        ("positions", "sgd", "bfloat16", False, MERGING),
        ("positions", "adagrad", "float32", False, f"kernel, native, {MERGING}"),
        ("positions", "sgd-decay", "float32", False, f"native, {MERGING}"),
    ],
)
def test_what_can_not_be_taken(
    wanted: str, name: str, dtype: str, clipped: bool, can: str, compiled: None
) -> None:
    why = "with clip, which needs merged gradients" if clipped else "for this table and optimizer"
    message = f"strategy={wanted!r}: it can't be taken {why}; {can} can"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        choose(table(dtype), ALL[name], clipped=clipped, wanted=wanted)


def test_kernels_can_not_be_wanted_without_a_compiler(uncompiled: None) -> None:
    for wanted in ("kernel", "native"):
        message = (
            f"strategy={wanted!r}: it can't be taken for this table and optimizer; positions, {MERGING} can"
        )
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            choose(table(), OWN["sgd"], clipped=False, wanted=wanted)


def test_an_unknown_strategy() -> None:
    message = f"strategy='best': choose one of kernel, positions, native, {MERGING}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        choose(table(), OWN["sgd"], clipped=False, wanted="best")
    with pytest.raises(ValueError, match=r"^strategy='': choose one of "):
        choose(table(), OWN["sgd"], clipped=False, wanted="")


def test_every_way_of_merging_is_a_strategy() -> None:
    assert ("kernel", "positions", *WAYS) == STRATEGIES
