"""`value_and_grad`: rows written out equal JAX's gradient, for every kind and every form of a look-up."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import embedlab
from embedlab.sparse import value_and_grad
from tests.embedlab.sparse.losses import KINDS, is_rows, make, paired, same_gradients, weigh

RNG = np.random.default_rng(0)
IDS = RNG.integers(0, 12, (5, 4)).astype(np.int32)  # of twenty, so that many repeat
IDS[1] = IDS[0, 0]
IDS[2, 1:] = [-1, 13, embedlab.ABSENT]  # no ids
MASK = np.arange(4) < np.array([[4], [2], [3], [0], [1]])
OFFSETS = np.array([0, 3, 3, 11, 18], np.int32)  # an empty bag, and two values past the last
WEIGHTS = RNG.uniform(0.5, 2, IDS.shape)
DROP = embedlab.Dropout(words=0.3, components=0.3)
MANY = RNG.integers(-1, 14, (3, 60)).astype(np.int32)  # few bags, long ones, and beyond 128 ids


def vectors(spec: Any, words: Any, weights: Any) -> Any:
    return (
        weigh(embedlab.embed(spec, words, IDS, mask=MASK))
        + weigh(embedlab.embed(spec, words, IDS, dropout=DROP, key=jax.random.key(1)))
        + weigh(embedlab.embed(spec, words, IDS) * weights[..., None])
    )


def padded(spec: Any, words: Any, weights: Any) -> Any:
    bag = functools.partial(embedlab.bag, spec, words, IDS)
    total = sum(weigh(bag(mode=mode, weights=weights, mask=MASK)) for mode in ("sqrtn", "max"))
    total += sum(weigh(bag(mode=mode, lengths=MASK.sum(1))) for mode in ("sum", "mean"))
    return total + weigh(bag(dropout=DROP, key=jax.random.key(2), weights=weights))


def ragged(spec: Any, words: Any, weights: Any) -> Any:
    bag = functools.partial(embedlab.bag, spec, words, IDS.ravel(), offsets=OFFSETS)
    total = sum(weigh(bag(mode=mode, weights=weights.ravel())) for mode in ("sum", "mean"))
    return total + sum(weigh(bag(mode=mode, mask=MASK.ravel())) for mode in ("sqrtn", "max"))


def many(spec: Any, words: Any, weights: Any) -> Any:
    scale = weights.ravel()[0]
    return scale * (
        weigh(embedlab.embed(spec, words, MANY))
        + weigh(embedlab.bag(spec, words, MANY, mode="sum"))
        + weigh(embedlab.bag(spec, words, MANY, mode="max"))
        + weigh(embedlab.bag(spec, words, MANY.ravel(), offsets=np.array([0, 20, 180]), mode="mean"))
    )


FORMS = {form.__name__: form for form in (vectors, padded, ragged, many)}


CASES = [(kind, form) for kind in KINDS for form in FORMS if form != "many" or kind in ("dense", "subword")]


SLOW = {  # whose parts are in others
    "vectors": ("hashed-signed", "hashed-importance"),
    "padded": ("hashed", "hashed-signed", "hashed-importance"),
    "ragged": ("hashed", "hashed-signed", "hashed-importance"),
}


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        pytest.param(kind, form, marks=[pytest.mark.slow] if kind in SLOW.get(form, ()) else [])
        for kind, form in CASES
    ],
)
def test_gradients_equal_those_of_jax(kind: str, form: str, x64: None) -> None:
    spec, words = make(kind)
    params = {"words": words, "weights": jnp.asarray(WEIGHTS.ravel())}

    def loss(params: Any) -> Any:
        return FORMS[form](spec, params["words"], params["weights"].reshape(IDS.shape))

    same_gradients(loss, params)


ONE = {
    "embed": lambda spec, words: embedlab.embed(spec, words, IDS),
    "bag": lambda spec, words: embedlab.bag(spec, words, IDS, mode="sum"),
    "many": lambda spec, words: embedlab.bag(spec, words, MANY, mode="mean"),
}


NARROW = [(kind, dtype) for kind in ("dense", "subword") for dtype in ("float32", "bfloat16")]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "narrow"), [*NARROW, ("hashed-signed-importance", "float16")])
def test_gradients_of_narrow_tables(kind: str, narrow: str) -> None:
    """Of a single look-up each, as JAX rounds the gradient of every look-up to the table's type."""
    spec, words = make(kind, narrow)

    @jax.jit
    def each(words: Any) -> Any:
        def loss(look: Any, words: Any) -> Any:
            return weigh(look(spec, words))

        return {name: paired(functools.partial(loss, look), words) for name, look in ONE.items()}

    eps = float(jnp.finfo(narrow).eps)
    for (_, *mine), (_, *yours) in each(words).values():
        for a, b in zip(mine, yours, strict=True):
            assert a.dtype == b.dtype == narrow
            a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
            # Learned weights are narrow too, and so is each of their gradients before it is added up.
            assert np.linalg.norm(b) > 0 and np.linalg.norm(a - b) <= 4 * eps * np.linalg.norm(b)


def test_a_value_and_what_comes_beside_it() -> None:
    spec, words = make("dense", "float32")

    def loss(words: Any, factor: Any, *, shift: float = 0.0) -> Any:
        found = embedlab.embed(spec, words, IDS)
        return factor * weigh(found) + shift, {"found": found}

    (value, aux), gradient = value_and_grad(loss, has_aux=True)(words, 2.0)
    wanted, beside = loss(words, 2.0)
    np.testing.assert_allclose(value, wanted, rtol=1e-6)
    np.testing.assert_array_equal(aux["found"], beside["found"])
    assert isinstance(gradient, embedlab.Variables) and is_rows(gradient.tables["table"])


def test_several_tables_in_one_loss(x64: None) -> None:
    """Two kinds, one of them read twice, with the vectors of one as weights of the other."""
    (users, u), (items, i) = make("dense"), make("subword", seed=1)
    params = {"users": u, "items": i, "head": jnp.ones(4)}

    def loss(params: Any) -> Any:
        gate = embedlab.embed(users, params["users"], IDS)[..., 0]
        bags = embedlab.bag(items, params["items"], IDS, mode="sum", weights=gate)
        return weigh(bags * params["head"]) + weigh(embedlab.embed(users, params["users"], IDS[0]))

    same_gradients(loss, params)
    gradient = value_and_grad(loss)(params)[1]
    assert [len(gradient[name].tables["table"].parts) for name in ("users", "items")] == [2, 1]


def test_one_table_under_two_specs(x64: None) -> None:
    plain, words = make("hashed")
    other = embedlab.Hashed(99, 4, buckets=7, hashes=3, seed=5, dtype="float64")

    def loss(words: Any) -> Any:
        return weigh(embedlab.embed(plain, words, IDS)) + weigh(embedlab.bag(other, words, IDS + 70))

    same_gradients(loss, words)


# --- programs within the program ---------------------------------------------------------------------


def in_jit(function: Any) -> Any:
    return jax.jit(function)


def in_jit_twice(function: Any) -> Any:
    return jax.jit(lambda *arguments: jax.jit(function)(*arguments))


def with_policy(function: Any) -> Any:
    return jax.checkpoint(function, policy=jax.checkpoint_policies.dots_saveable)


def in_checkpoints(function: Any) -> Any:
    return jax.checkpoint(jax.jit(jax.checkpoint(function, prevent_cse=False)))


WRAPPERS = (in_jit, in_jit_twice, jax.checkpoint, with_policy, in_checkpoints)


@pytest.mark.slow
@pytest.mark.parametrize("wrap", WRAPPERS, ids=lambda wrap: wrap.__name__)
def test_look_ups_within_other_programs(wrap: Any, x64: None) -> None:
    """Called twice, the second time as it was traced before, and around the whole loss as well."""
    spec, words = make("hashed-importance")
    params = {"words": words, "scale": jnp.array([0.7])}
    look = wrap(lambda params, ids: jnp.tanh(embedlab.bag(spec, params["words"], ids) * params["scale"]))

    def loss(params: Any) -> Any:
        return weigh(look(params, IDS)) + weigh(look(params, IDS[::-1] * 2)) + weigh(params["scale"])

    same_gradients(wrap(loss), params)


def test_programs_that_hand_a_table_on(x64: None) -> None:
    """A table that comes out of a program is still the table: its gradient must not vanish."""
    spec, words = make("hashed-importance")
    hand_on = jax.jit(lambda words, factor: (words, 2 * factor))

    def loss(words: Any) -> Any:
        again, factor = hand_on(words, 1.5)
        again, factor = jax.checkpoint(hand_on)(again, factor)
        return factor * weigh(embedlab.embed(spec, again, IDS))

    same_gradients(loss, words)


def test_functions_with_derivatives_of_their_own(x64: None) -> None:
    spec, words = make("dense")

    @jax.custom_vjp
    def doubled(x: Any) -> Any:
        return x

    doubled.defvjp(lambda x: (x, None), lambda _, g: (2 * g,))

    def loss(words: Any) -> Any:
        found = jax.nn.relu(embedlab.embed(spec, words, IDS))
        return weigh(doubled(found)) + jax.nn.log_softmax(found).sum()

    same_gradients(loss, words)


def test_inside_of_scan_over_steps(x64: None) -> None:
    """The gradient itself may be taken in a loop: of steps, say."""
    spec, words = make("hashed-importance")

    def loss(words: Any, ids: Any) -> Any:
        return weigh(embedlab.bag(spec, words, ids))

    def descend(gradient: Any) -> Any:
        def step(words: Any, ids: Any) -> Any:
            value, found = gradient(words, ids)
            return jax.tree.map(lambda w, g: w - 0.1 * g, words, found), value

        return jax.jit(lambda words: jax.lax.scan(step, words, np.stack([IDS, IDS[::-1], IDS + 1])))

    def rows(words: Any, ids: Any) -> Any:
        value, found = value_and_grad(loss)(words, ids)
        tables = {name: found.tables[name].dense(table) for name, table in words.tables.items()}
        return value, embedlab.Variables(tables)

    mine, yours = descend(rows)(words), descend(jax.value_and_grad(loss))(words)
    for a, b in zip(jax.tree.leaves(mine), jax.tree.leaves(yours), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


# --- what is refused, and what is dense --------------------------------------------------------------


def under_vmap(spec: Any, words: Any) -> Any:
    return jax.vmap(lambda ids: embedlab.bag(spec, words, ids))(IDS)


def in_scan(spec: Any, words: Any) -> Any:
    return jax.lax.scan(lambda _, ids: (None, embedlab.bag(spec, words, ids[None])), None, jnp.asarray(IDS))[
        1
    ]


def in_cond(spec: Any, words: Any) -> Any:
    def look() -> Any:
        return embedlab.bag(spec, words, IDS)

    return jax.lax.cond(words.tables["table"][0, 0] > -9, look, lambda: 2 * look())


def in_map(spec: Any, words: Any) -> Any:
    return jax.lax.map(lambda ids: embedlab.bag(spec, words, ids[None]), jnp.asarray(IDS))


def by_hand(spec: Any, words: Any) -> Any:
    return words.tables["table"][IDS]


def by_product(spec: Any, words: Any) -> Any:
    return embedlab.attend(spec, words, jnp.ones((2, 4), words.tables["table"].dtype))


def by_identity_and_more(spec: Any, words: Any) -> Any:
    return jax.jit(lambda words: embedlab.attend(spec, words, jnp.ones((2, 4))))(words)


LOOPS = (in_scan, in_map, in_cond, by_hand, by_product, by_identity_and_more)


@pytest.mark.parametrize("use", [under_vmap, *LOOPS], ids=lambda use: use.__name__)
def test_a_table_used_otherwise_is_dense_or_refused(use: Any, x64: None) -> None:
    spec, words = make("dense")
    params = {"words": words, "other": make("dense", seed=1)[1]}

    def loss(params: Any) -> Any:
        return weigh(use(spec, params["words"])) + weigh(embedlab.embed(spec, params["other"], IDS))

    with pytest.raises(ValueError, match=r"^loss: .* table 'words\.table'"):
        value_and_grad(loss, dense=())(params)
    wanted = jax.grad(loss)(params)
    chosen = [("words.table",)] if use is under_vmap else [("words.table",), None]
    for dense in chosen:
        gradient = value_and_grad(loss, dense=dense)(params)[1]
        assert is_rows(gradient["other"].tables["table"])
        found = gradient["words"].tables["table"]
        assert not is_rows(found)
        np.testing.assert_allclose(found, wanted["words"].tables["table"], rtol=1e-12)
        other = gradient["other"].tables["table"].dense(params["other"].tables["table"])
        np.testing.assert_allclose(other, wanted["other"].tables["table"], rtol=1e-12)


def test_a_loop_names_itself() -> None:
    spec, words = make("dense", "float32")
    for use, name in ((in_scan, "scan"), (in_cond, "cond")):
        with pytest.raises(ValueError, match=rf"inside of {name}.*dense=\('table',\)"):
            value_and_grad(lambda words, use=use: weigh(use(spec, words)), dense=())(words)
    with pytest.raises(ValueError, match="under vmap"):
        value_and_grad(lambda words: weigh(under_vmap(spec, words)))(words)


def test_a_name_that_is_no_table() -> None:
    spec, words = make("dense", "float32")
    with pytest.raises(ValueError, match=r"^dense=\['tabel'\]: no such table; there is table"):
        value_and_grad(lambda words: weigh(embedlab.embed(spec, words, IDS)), dense=("tabel",))(words)


def test_a_table_that_is_not_read_has_an_empty_gradient() -> None:
    _, words = make("dense", "float32")
    value, gradient = value_and_grad(lambda words: jnp.float32(3))(words)
    assert float(value) == 3 and gradient.tables["table"].parts == ()
    assert not gradient.tables["table"].dense(words.tables["table"]).any()


# --- any ids -----------------------------------------------------------------------------------------

BAD = st.sampled_from([-1, -(2**31), 13, 14, embedlab.ABSENT])


@functools.cache
def drawn_gradients(kind: str) -> Any:
    spec, words = make(kind, "float32")

    def loss(words: Any, ids: Any, offsets: Any, mask: Any) -> Any:
        bags = embedlab.bag(spec, words, ids, mode="sqrtn", offsets=offsets, mask=mask)
        return weigh(bags) + weigh(embedlab.embed(spec, words, ids, mask=mask))

    return spec, words, jax.jit(functools.partial(paired, loss))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["hashed-signed-importance", "subword"])
@settings(max_examples=25)
@given(data=st.data())
def test_any_ids(kind: str, data: Any) -> None:
    """Equal gradients for whatever ids and bags; and a row that no good id has gets exactly none."""
    spec, words, gradients = drawn_gradients(kind)
    ids = np.array(
        data.draw(st.lists(st.one_of(st.integers(0, 12), BAD), min_size=12, max_size=12)), np.int32
    )
    inner = sorted(data.draw(st.lists(st.integers(0, 12), min_size=2, max_size=2)))
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=12, max_size=12)))
    offsets = np.array([0, *inner, data.draw(st.integers(inner[-1], 12))], np.int32)
    mine, yours = gradients(words, ids, offsets, mask)
    for a, b in zip(mine, yours, strict=True):
        a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
        # A sum may cancel: its error is one of what is summed, whose size here is about one.
        assert np.linalg.norm(a - b) <= 2e-6 * max(np.linalg.norm(b), 1)
    good = ids[mask & (ids >= 0) & (ids < 13)]
    read = {look.table: look.rows for look in spec.index(KINDS[kind][1], good)}
    for name, gradient in zip(sorted(words.tables), mine[1:], strict=True):
        unread = np.setdiff1d(np.arange(len(gradient)), read[name])
        assert not np.asarray(gradient)[unread].any()
