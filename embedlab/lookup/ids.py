"""The one policy for ids: how they enter, and what a bad one does.

An id is *bad* if it is negative or not below the number of known ids. In the fast mode a bad id is
absent: its vector is zeros, no row gets a gradient from it, and a bag neither adds nor counts it, just
as for padding. In the checked mode it is an error. `count_bad_ids` counts them, for a log. Nothing
ever wraps or clamps.

Ids enter at the host as any integer type and are converted there. A traced int32 can no longer show
that it was cut from an int64: convert with `host_ids` before a `jit` of your own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental import checkify
from jaxtyping import Array, Int

from embedlab.base import ABSENT, Embedding, Ids64
from embedlab.lookup.masks import as_mask


def host_ids(spec: Embedding, ids: Any, buffers: Mapping[str, Any] | None = None) -> Any:
    """Checks and converts ids on the host: integers of any type → int32, or `Ids64` where ids are 64-bit.

    Args:
        spec: the embedding the ids are for.
        ids: integers [...]: a list, a NumPy or JAX array, or `Ids64`.
        buffers: the buffers of the embedding's `Variables`, where it has any.

    Returns:
        int32 NumPy array [...]; `Ids64` [...] for an embedding that knows every 64-bit id.

    Raises:
        TypeError: the ids are floats, bools or no numbers.
        ValueError: an id is negative or not below the number of ids; the first such is named.

    Example:
        >>> from embedlab import Dense
        >>> host_ids(Dense(10, 4), [[1, 2]])
        array([[1, 2]], dtype=int32)

    Source: none; JAX itself would cut 2³² + 3 to 3, and read row 3.
    """
    known = spec.num_ids(buffers or {})
    ids = as_ids(ids)
    if isinstance(ids, Ids64) and known is None:
        return ids
    array = _whole(ids) if isinstance(ids, Ids64) else np.asarray(ids)
    real = _real(ids, None)
    _refuse_bad(array, known, real)
    if known is None:
        return _split(array, None)
    return (array if real is None else np.where(real, array, ABSENT)).astype(np.int32)


def as_ids(ids: Any) -> Any:
    """Ids of any form as something that has a shape, once they are found to be integers.

    Args:
        ids: integers [...]: a list, a NumPy or JAX array, or `Ids64`.

    Returns:
        A JAX array or `Ids64` as they are; else a NumPy array [...] of the type the ids have.

    Raises:
        TypeError: they are floats, bools or no numbers.
        ValueError: the halves of `Ids64` are of two shapes, or no 64-bit type holds all ids of a list.

    Example:
        >>> as_ids([1, 2]).shape
        (2,)

    Source: none; see the module's head.
    """
    if isinstance(ids, Ids64):
        _require_halves(ids)
        return ids
    if isinstance(ids, jax.Array):
        _require_integers(ids.dtype)
        return ids
    array = np.asarray(ids)
    if array.size == 0 and not isinstance(ids, np.ndarray):
        return array.astype(np.int32)  # NumPy takes [] for floats
    if array.dtype in (np.float64, object) and not isinstance(ids, np.ndarray):
        _refuse_wide(ids)
    _require_integers(array.dtype)
    return array


def enter(ids: Any, known: int | None, mask: Any = None) -> Any:
    """What `embed` and `bag` do with ids before their own `jit`: host arrays are never truncated.

    Args:
        ids: integers [...] of any form; tracers pass.
        known: number of known ids, or None for all.
        mask: bool [...], False where ids may hold anything; None for all True.

    Returns:
        An array [...] whose type survives `jit`, or `Ids64`.

    Raises:
        TypeError: the ids are floats, bools or no numbers.
        ValueError: a host id needs more than 32 bits, and the embedding does not take such ids.

    Example:
        >>> enter(np.array([3], np.int64), known=10)
        array([3], dtype=int32)

    Source: none; see the module's head.
    """
    ids = as_ids(ids)
    if isinstance(ids, jax.Array | Ids64):
        return ids
    return _split(ids, ids >= 0) if known is None else _fit_32_bits(ids, mask)


def canonical(ids: Any, known: int | None, mask: Any = None) -> Any:
    """Applies the policy: bad and masked ids become `ABSENT`. NumPy in, NumPy out.

    Args:
        ids: integers [...] of any type, or `Ids64`.
        known: number of known ids, or None for all 64-bit ids.
        mask: bool [...], False where there is no id; None for all True.

    Returns:
        int32 [...] in 0 … known − 1 or `ABSENT`; `Ids64` with `present` where all ids are known.

    Example:
        >>> canonical(np.array([0, -1, 7, 10]), 10) == ABSENT
        array([False,  True, False,  True])

    Source: none; see the module's head.
    """
    good, xp = _good(ids, known)
    if mask is not None:
        good = good & mask
    if known is None:
        return _wide(ids, good, xp)
    values = ids.low if isinstance(ids, Ids64) else ids
    return xp.where(good, values.astype(xp.int32), xp.int32(ABSENT))


def is_present(ids: Any) -> Any:
    """bool [...]: where canonical ids [...] are not absent.

    Args:
        ids: canonical ids [...].

    Returns:
        bool [...].

    Example:
        >>> is_present(np.array([3, ABSENT], np.int32))
        array([ True, False])

    Source: none; see the module's head.
    """
    if not isinstance(ids, Ids64):
        return ids != ABSENT
    return jnp.ones(ids.shape, bool) if ids.present is None else ids.present


def count_bad_ids(
    spec: Embedding, ids: Any, *, mask: Any = None, buffers: Mapping[str, Any] | None = None
) -> Int[Array, ""]:
    """How many ids are bad: negative, or not below the number of known ids. Cheap, and clean under `jit`.

    Args:
        spec: the embedding.
        ids: integers [...], or `Ids64`.
        mask: bool [...]; what it leaves out is not counted.
        buffers: the buffers of the embedding's `Variables`, where it has any.

    Returns:
        int32 [], a number to log.

    Raises:
        TypeError: the ids are floats, bools or no numbers.

    Example:
        >>> from embedlab import Dense
        >>> count_bad_ids(Dense(10, 4), jnp.array([3, 10, -1]))
        Array(2, dtype=int32)

    Source: none; FBGEMM's bounds check has such a warning count.
    """
    known = spec.num_ids(buffers or {})
    ids = as_ids(ids)  # what is of the host stays there, so that 64 bits are seen whole
    bad = _bad(ids, known, as_mask(mask, tuple(ids.shape)))
    return jnp.asarray(bad.sum(), jnp.int32)


def check_ids(ids: Any, known: int | None, mask: Any) -> None:
    """The checked mode: raises for a bad id, at once on the host, through `checkify` under `jit`.

    Args:
        ids: integers [...], or `Ids64`.
        known: number of known ids, or None for all.
        mask: bool [...] or None; what it leaves out may hold anything.

    Raises:
        ValueError: concrete ids hold a bad one. Traced ids raise through
            `jax.experimental.checkify.checkify`, which the caller wraps around its function.

    Example:
        >>> check_ids(np.array([3, 12]), 10, None)
        Traceback (most recent call last):
        ValueError: id 12 at position (1,): known are 0 … 9. Check the vocabulary the ids were made with.

    Source: JAX's `checkify` documentation.
    """
    values = jax.tree.leaves((ids, mask))
    if any(isinstance(v, jax.core.Tracer) for v in values):
        bad = _bad(ids, known, mask)
        message = f"{{bad}} ids are out of range: known are 0 … {'2⁶⁴' if known is None else known} − 1"
        checkify.check(~bad.any(), message, bad=bad.sum())
        return
    array = _whole(ids) if isinstance(ids, Ids64) else np.asarray(ids)
    _refuse_bad(array, known, _real(ids, mask))


def _good(ids: Any, known: int | None) -> tuple[Any, Any]:
    """Where ids are in range, in their own type (a cast could wrap a bad one into range)."""
    xp = jnp if any(isinstance(x, jax.Array) for x in jax.tree.leaves(ids)) else np
    if isinstance(ids, Ids64):
        present = xp.ones(ids.shape, bool) if ids.present is None else ids.present
        return (present if known is None else present & (ids.high == 0) & (ids.low < known)), xp
    if known is None:
        return ids >= 0, xp
    if ids.dtype.itemsize < 4:
        ids = ids.astype(xp.int32)  # `known` may not fit a narrower type
    return (ids >= 0) & (ids < known), xp


def _bad(ids: Any, known: int | None, mask: Any) -> Any:
    """Where there is an id, and it is not in range."""
    good, _ = _good(ids, known)
    real = _real(ids, mask)
    return ~good if real is None else ~good & real


def _real(ids: Any, mask: Any) -> Any:
    """Where there is an id at all: `mask`, less what `Ids64` itself marks as padding. None for everywhere."""
    present = ids.present if isinstance(ids, Ids64) else None
    if present is None or mask is None:
        return mask if present is None else present
    return present & mask


def _wide(ids: Any, good: Any, xp: Any) -> Ids64:
    if isinstance(ids, Ids64):
        return Ids64(ids.low, ids.high, good)
    if ids.dtype.itemsize == 8:
        return Ids64(ids.astype(xp.uint32), (ids >> 32).astype(xp.uint32), good)
    low = ids.astype(xp.uint32)
    return Ids64(low, xp.zeros(low.shape, xp.uint32), good)


def _require_integers(dtype: Any) -> None:
    if not jnp.issubdtype(dtype, jnp.integer):
        raise TypeError(f"ids have dtype {dtype}: ids are integers; convert with ids.astype('int32')")


def _refuse_wide(ids: Any) -> None:
    """Names whole numbers that NumPy made floats or objects of, since no 64-bit type holds them all."""
    numbers = np.asarray(ids, object).ravel().tolist()
    if all(type(number) is int for number in numbers):
        raise ValueError(f"ids from {min(numbers)} to {max(numbers)}: no type of 64 bits holds them all")


def _require_halves(ids: Ids64) -> None:
    for half in (ids.low, ids.high):
        if getattr(half, "dtype", None) != np.uint32:
            kind = getattr(half, "dtype", type(half).__name__)
            raise TypeError(f"ids have halves of dtype {kind}: give uint32, as embedlab.host_ids does")
    if ids.low.shape != ids.high.shape:
        raise ValueError(f"ids have halves of shapes {ids.low.shape} and {ids.high.shape}: give equal ones")


def _split(array: np.ndarray, present: Any) -> Ids64:
    whole = array.astype(np.uint64)
    return Ids64(whole.astype(np.uint32), (whole >> np.uint64(32)).astype(np.uint32), present)


def _whole(ids: Ids64) -> np.ndarray:
    return np.asarray(ids.low, np.uint64) | (np.asarray(ids.high, np.uint64) << np.uint64(32))


def _fit_32_bits(array: np.ndarray, mask: Any) -> np.ndarray:
    if array.dtype.itemsize < 8:
        return array
    bounds = np.iinfo(np.int32)
    beyond = (array > bounds.max) | (array < bounds.min) if array.dtype.kind == "i" else array > bounds.max
    if beyond.any() and mask is not None and not isinstance(mask, jax.core.Tracer):
        # What is masked may hold anything. (A traced mask doesn't show what it masks.)
        array = np.where(mask, array, -1)
        beyond = beyond & np.asarray(mask)
    if beyond.any():
        raise ValueError(
            f"id {array[beyond][0]} needs more than 32 bits: this embedding's ids are 32-bit. "
            "Use Hashed(vocabulary=None, …), which takes 64-bit ids whole."
        )
    return array.astype(np.int32)


def require_uncut(arguments: Any) -> None:
    """Requires that a `jit` takes whole numbers of the host as they are: without x64 it cuts off 64-bit ones.

    Args:
        arguments: a pytree; of its NumPy arrays [...], the 64-bit integers are looked at.

    Raises:
        ValueError: one needs more than 32 bits. As an id it would have become another.

    Example:
        >>> require_uncut({"ids": np.array([2**32 + 3])})
        Traceback (most recent call last):
        ValueError: 4294967299 in int64 [1] needs more than 32 bits, and would be cut off: as an id, ...

    Source: none.
    """
    for leaf in jax.tree.leaves(arguments):
        if not isinstance(leaf, np.ndarray | np.integer) or leaf.dtype.kind not in "iu" or not leaf.size:
            continue
        bounds = np.iinfo(jax.dtypes.canonicalize_dtype(leaf.dtype))
        for number in (leaf.min(), leaf.max()) if bounds.dtype != leaf.dtype else ():
            if not bounds.min <= number <= bounds.max:
                raise ValueError(
                    f"{number} in {leaf.dtype} {list(leaf.shape)} needs more than 32 bits, and would be cut "
                    "off: as an id, convert it with embedlab.host_ids(spec, ids)."
                )


def _refuse_bad(array: np.ndarray, known: int | None, mask: Any = None) -> None:
    bad = array < 0 if known is None else (array < 0) | (array >= known)
    if mask is not None:
        bad = bad & np.asarray(mask)
    if bad.any():
        place = tuple(int(i) for i in np.argwhere(bad)[0])
        last = "2⁶⁴ − 1" if known is None else known - 1
        raise ValueError(
            f"id {array[place]} at position {place}: known are 0 … {last}. "
            "Check the vocabulary the ids were made with."
        )
