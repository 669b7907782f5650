"""Which ids are real: masks, lengths and offsets, all as one mask of bools."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def as_mask(mask: Any, shape: tuple[int, ...]) -> Any:
    """A mask as bools: other than 0 is True, as in the attention masks of tokenizers.

    Args:
        mask: bools or integers of the ids' shape [...], or None.
        shape: the shape of the ids.

    Returns:
        bool [...], or None.

    Raises:
        TypeError: it holds anything else.
        ValueError: it has another shape.

    Example:
        >>> as_mask([1, 0], (2,))
        array([ True, False])

    Source: none.
    """
    if mask is None:
        return None
    mask = _array("mask", mask, "bools, or integers of which 0 is False", bools=True)
    if tuple(mask.shape) != tuple(shape):
        raise ValueError(f"mask.shape={tuple(mask.shape)}: give one value an id, shape {tuple(shape)}")
    return mask if mask.dtype == bool else mask != 0


def bag_mask(shape: tuple[int, ...], mask: Any, lengths: Any, offsets: Any) -> Any:
    """One mask from all the ways to say which ids of bags are real.

    Args:
        shape: of the ids, [..., length], or [values] with offsets.
        mask: bools or integers of that shape, or None.
        lengths: integers [...], how many leading ids of each bag are real, or None.
        offsets: integers [bags + 1], from 0 to at most the number of values, or None.

    Returns:
        bool of the ids' shape, or None where all are real.

    Raises:
        TypeError: lengths or offsets are no integers, or the mask is neither bools nor integers.
        ValueError: a shape, a length or an offset does not fit. Traced ones show their shape only.

    Example:
        >>> bag_mask((2, 3), None, [1, 3], None)
        Array([[ True, False, False],
               [ True,  True,  True]], dtype=bool)

    Source: `torch.nn.EmbeddingBag` has the same ways.
    """
    if not shape:
        raise ValueError("ids.shape=(): a bag needs ids of shape [..., length], or [values] with offsets")
    parts = [as_mask(mask, shape)]
    if lengths is not None:
        parts.append(_leading(lengths, shape, offsets))
    if offsets is not None:
        parts.append(_within(offsets, shape))
    real = [part for part in parts if part is not None]
    return None if not real else real[0] if len(real) == 1 else real[0] & real[1]


def _leading(lengths: Any, shape: tuple[int, ...], offsets: Any) -> Any:
    lengths = _array("lengths", lengths, "whole numbers")
    if offsets is not None or tuple(lengths.shape) != shape[:-1]:
        raise ValueError(f"lengths.shape={tuple(lengths.shape)}: give {shape[:-1]}, and no offsets beside")
    if not isinstance(lengths, jax.core.Tracer):
        outside = np.asarray(lengths)[(np.asarray(lengths) < 0) | (np.asarray(lengths) > shape[-1])]
        if outside.size:
            raise ValueError(f"lengths={outside[0]}: give 0 … {shape[-1]}, how many ids of a bag are real")
    return jnp.arange(shape[-1]) < lengths[..., None]


def _within(offsets: Any, shape: tuple[int, ...]) -> Any:
    offsets = _array("offsets", offsets, "whole numbers")
    if len(shape) != 1 or offsets.ndim != 1 or offsets.shape[0] < 1:
        raise ValueError(
            f"offsets.shape={tuple(offsets.shape)} with ids.shape={shape}: "
            "give ids [values] and offsets [bags + 1]"
        )
    if not isinstance(offsets, jax.core.Tracer):
        values = np.asarray(offsets).astype(np.int64)
        if values[0] != 0 or values[-1] > shape[0] or (np.diff(values) < 0).any():
            raise ValueError(
                f"offsets={values!r}: they rise from 0 to at most {shape[0]}, the number of values"
            )
    place = jnp.arange(shape[0])
    return (offsets[0] <= place) & (place < offsets[-1])  # traced offsets may start anywhere


def _array(field: str, value: Any, wanted: str, *, bools: bool = False) -> Any:
    """The value as an array of integers, or of bools where they will do."""
    array = value if isinstance(value, jax.Array) else np.asarray(value)
    if array.size == 0 and not isinstance(value, jax.Array | np.ndarray):
        return array.astype(np.int32)  # NumPy takes [] for floats
    if not (jnp.issubdtype(array.dtype, jnp.integer) or (bools and array.dtype == bool)):
        raise TypeError(f"{field} has dtype {array.dtype}: give {wanted}")
    return array
