"""Text: word2vec's and fastText's `.vec`, with a header, and GloVe's without."""

from __future__ import annotations

from collections.abc import Sequence

from embedlab.native import text
from embedlab.vectors.writing._numbers import Numbers
from embedlab.vectors.writing._writable import Writable


def write_lines(file: Writable, raw: Sequence[bytes] | None, numbers: Numbers, blank: bytes = b" ") -> None:
    """Writes a line a word: the word and its numbers.

    Args:
        file: where to.
        raw: the words as UTF-8; None for lines of numbers alone.
        numbers: [words, dim]; float16 is written as the float32 that it equals.
        blank: what parts them.

    Example:
        >>> import io, numpy as np
        >>> file = io.BytesIO()
        >>> write_lines(file, [b"cat"], Numbers(["cat"], np.float32([[0.1, -2]])))
        >>> file.getvalue()
        b'cat 0.1 -2.0\\n'

    Source: GloVe's format (Pennington et al. 2014); numbers are the shortest that give the same ones back.
    """
    first = 0
    for part in numbers.parts():
        words = None if raw is None else raw[first : first + len(part)]
        file.write(text.lines(words, part, blank))
        first += len(part)


def write_headed(file: Writable, raw: Sequence[bytes], numbers: Numbers) -> None:
    """Writes a line `words dim`, and behind it what `write_lines` does.

    Args:
        file: where to.
        raw: the words as UTF-8.
        numbers: [words, dim].

    Example:
        >>> import io, numpy as np
        >>> file = io.BytesIO()
        >>> write_headed(file, [b"cat"], Numbers(["cat"], np.float32([[0.1, -2]])))
        >>> file.getvalue()
        b'1 2\\ncat 0.1 -2.0\\n'

    Source: word2vec (Mikolov et al. 2013); fastText's `.vec` is the same.
    """
    rows, dim = numbers.shape
    file.write(b"%d %d\n" % (rows, dim))
    write_lines(file, raw, numbers)
