"""word2vec's binary format: a line `words dim`, then of each word its bytes, a space, and `dim` float32."""

from __future__ import annotations

from collections.abc import Sequence

from embedlab.vectors.writing._numbers import Numbers
from embedlab.vectors.writing._writable import Writable


def write_binary(file: Writable, raw: Sequence[bytes], numbers: Numbers) -> None:
    """Writes the format, with a line break behind each vector, as word2vec itself does.

    Args:
        file: where to.
        raw: the words as UTF-8.
        numbers: float32 [words, dim].

    Example:
        >>> import io, numpy as np
        >>> file = io.BytesIO()
        >>> write_binary(file, [b"cat"], Numbers(["cat"], np.float32([[0, -2]])))
        >>> file.getvalue()
        b'1 2\\ncat \\x00\\x00\\x00\\x00\\x00\\x00\\x00\\xc0\\n'

    Source: word2vec (Mikolov et al. 2013).
    """
    rows, dim = numbers.shape
    file.write(b"%d %d\n" % (rows, dim))
    first, width = 0, dim * numbers.dtype.itemsize
    for part in numbers.parts():
        data = part.tobytes()
        words = raw[first : first + len(part)]
        file.write(b"".join(b"%b %b\n" % (w, data[i * width : (i + 1) * width]) for i, w in enumerate(words)))
        first += len(part)
