"""Arrays and text on their way into a page: compact, and never taken for markup or code.

Source: none.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np

#: The largest number of a coordinate: they are 16-bit integers from −LARGEST to LARGEST.
LARGEST = 32767


def coordinates(points: np.ndarray) -> np.ndarray:
    """Points in the plane on a grid of 16 bits, scaled alike on both axes: int16 [points, 2].

    Args:
        points: float [points, 2], finite.

    Example:
        >>> coordinates(np.array([[0.0, 0.0], [2.0, 1.0]])).tolist()
        [[-32767, -16384], [32767, 16384]]
    """
    if not len(points):
        return np.zeros((0, 2), np.int16)
    low, high = points.min(0), points.max(0)
    half = float((high - low).max()) / 2 or 1.0
    return np.round((points - (low + high) / 2) / half * LARGEST).astype(np.int16)


def fractions(values: np.ndarray) -> np.ndarray:
    """Numbers between −1 and 1 as 16-bit integers, which keeps four digits: int16, of the shape [...] given.

    Args:
        values: float [...]; what is not finite becomes 0.

    Example:
        >>> fractions(np.array([1.0, -0.5])).tolist()
        [32767, -16384]
    """
    finite = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    return np.round(np.clip(finite, -1, 1) * LARGEST).astype(np.int16)


def base64_of(array: np.ndarray) -> str:
    """An array's bytes, little-endian, as base64.

    Args:
        array: of integers or floats [...].

    Example:
        >>> base64_of(np.array([1, 2], np.int16))
        'AQACAA=='
    """
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return base64.b64encode(np.ascontiguousarray(little).tobytes()).decode("ascii")


def json_text(value: Any) -> str:
    """JSON that may stand inside a `<script type="application/json">` of a page.

    No sign of HTML is left in it, and nothing beyond ASCII: `</script>` in a word can't end the element, and
    a line separator is no line break.

    Args:
        value: dicts, lists, strings, finite numbers.

    Example:
        >>> json_text(["</script>"])
        '["\\\\u003c/script\\\\u003e"]'
    """
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
