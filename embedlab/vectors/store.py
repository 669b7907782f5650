"""Words and their vectors in a folder: `vectors.npy` beside `words.txt`, one word a line."""

from __future__ import annotations

import collections
import dataclasses
import difflib
import json
import os
from pathlib import Path

import numpy as np
from jaxtyping import Float

from embedlab.base import ABSENT
from embedlab.checks import require, require_count
from embedlab.files import write_whole
from embedlab.npy import npy_header
from embedlab.quality import neighbours
from embedlab.vectors.report import Report

_FLOATS = (np.float16, np.float32, np.float64)
_ARRAY, _WORDS = "vectors.npy", "words.txt"


@dataclasses.dataclass(frozen=True, eq=False)
class Vectors:
    """The vectors of a vocabulary.

    Attributes:
        words: the words, in the order of the rows.
        matrix: float [words, dim], of one of NumPy's own types.
        report: what a file that they were read from held beside them; None if they were not.

    Raises:
        ValueError: the matrix is none, there are not as many words as rows, a word is no string, or one
            stands twice.

    Example:
        >>> vectors = Vectors(("cat", "dog", "sun"), np.float32([[1, 0], [0.9, 0.1], [0, 1]]))
        >>> vectors["cat"].shape   # [dim]
        (2,)
        >>> vectors.neighbours("cat", k=1)[0][0]
        'dog'

    Source: the habit of gensim's KeyedVectors.
    """

    words: tuple[str, ...]
    matrix: Float[np.ndarray, "words dim"]
    report: Report | None = None

    def __post_init__(self) -> None:
        shown = _shown(self.matrix)
        remedy = "give a NumPy array, float [words, dim], as np.asarray(vectors, np.float32) is"
        require(_is_matrix(self.matrix), "matrix", shown, remedy)
        require(not isinstance(self.words, str), "words", self.words, "give a tuple of words, not one string")
        object.__setattr__(self, "words", tuple(self.words))
        if not all(issubclass(kind, str) for kind in set(map(type, self.words))):
            odd = next(word for word in self.words if not isinstance(word, str))
            require(False, "words", odd, "a word is a string")
        counts = f"{len(self.words)} words for {len(self.matrix)} vectors"
        require(len(self.words) == len(self.matrix), "words", counts, "give one each")
        rows = {word: row for row, word in enumerate(self.words)}
        if len(rows) != len(self.words):
            ((twice, _),) = collections.Counter(self.words).most_common(1)
            raise ValueError(f"words: {twice!r} is there more than once; give each word once")
        object.__setattr__(self, "_rows", rows)

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self._rows  # type: ignore[attr-defined]

    def __getitem__(self, word: str) -> Float[np.ndarray, " dim"]:
        return self.matrix[self.row(word)]

    def row(self, word: str) -> int:
        """The row of a word.

        Args:
            word: one of `words`.

        Returns:
            Its row in `matrix` [words, dim].

        Raises:
            KeyError: the word is not there; the nearest spelling is named.

        Example:
            >>> Vectors(("cat",), np.ones((1, 2), np.float32)).row("cat")
            0

        Source: none.
        """
        row = self._rows.get(word)  # type: ignore[attr-defined]
        if row is None:
            near = difflib.get_close_matches(str(word), self.words, 1)
            hint = f"; near: {near[0]!r}" if near else ""
            raise KeyError(f"{word!r} is not among the {len(self)} words{hint}")
        return row

    def neighbours(self, word: str, k: int = 10) -> list[tuple[str, float]]:
        """The k words whose vectors point nearest the same way: greatest `cos(e(word), e(other))`.

        Args:
            word: one of `words`.
            k: how many; where there are fewer other words, all of them.

        Returns:
            Words and cosines, the nearest first, the word itself left out, and those without a direction.

        Raises:
            KeyError: the word is not there.
            ValueError: `k` is below 1.

        Example:
            >>> v = Vectors(("a", "b", "c"), np.float32([[1, 0], [1, 1], [-1, 0]]))   # [words, dim]
            >>> [(word, round(cosine, 3)) for word, cosine in v.neighbours("a", k=2)]
            [('b', 0.707), ('c', -1.0)]

        Reference: Mikolov et al. 2013, "Linguistic regularities in continuous space word representations".
        """
        require_count("k", k)
        row = self.row(word)
        others = min(int(k), len(self) - 1)
        if others == 0:
            return []
        found = neighbours(self.matrix, self.matrix[row : row + 1], others, np.array([row], np.int32))
        pairs = zip(np.asarray(found.indices)[0].tolist(), np.asarray(found.scores)[0].tolist(), strict=True)
        return [(self.words[i], cosine) for i, cosine in pairs if i != ABSENT]


def save(folder: str | os.PathLike[str], vectors: Vectors) -> None:
    """Writes `vectors.npy` and `words.txt` (UTF-8, one word a line) into a folder, whole or not at all.

    Args:
        folder: made if it is not there.
        vectors: what to write, [words, dim].

    Raises:
        ValueError: a word holds a line break or a lone surrogate, which the file could not give back.
        OSError: a file can't be written. Either way, vectors that the folder holds stay as they were.

    Example:
        >>> import tempfile
        >>> save(tempfile.mkdtemp(), Vectors(("cat",), np.ones((1, 2), np.float32)))

    Source: none; both files open anywhere.
    """
    words = b"".join(map(_line, vectors.words))
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(
        {
            folder / _WORDS: lambda file: file.write(words),
            folder / _ARRAY: lambda file: np.save(file, vectors.matrix, allow_pickle=False),
        }
    )


def load(folder: str | os.PathLike[str]) -> Vectors:
    """The trained embedding of a finished run.

    A run's folder holds its vectors in `vectors/`. The folder of a comparison names, in
    `summary.json`, the run that did best on validation; that run's vectors are loaded.

    Args:
        folder: a run, a comparison, or a folder that `save` wrote.

    Returns:
        The vectors [words, dim].

    Raises:
        ValueError: there are no vectors in the folder, or its files do not fit each other.

    Example:
        >>> import tempfile
        >>> folder = tempfile.mkdtemp()
        >>> save(folder, Vectors(("cat", "dog"), np.ones((2, 3), np.float32)))
        >>> load(folder).words
        ('cat', 'dog')

    Source: none.
    """
    path = _find(Path(folder))
    try:
        words = tuple((path / _WORDS).read_text("utf-8").split("\n")[:-1])
        with open(path / _ARRAY, "rb") as file:
            shape, dtype = npy_header(file)
            matrix = len(shape) == 2 and np.issubdtype(dtype, np.floating)
            require(matrix, _ARRAY, f"{dtype} {shape}", "it is to be float [words, dim]")
            counts = f"{len(words)} words for {shape[0]} vectors"
            require(len(words) == shape[0], _WORDS, counts, "it is to have one each")
            return Vectors(words, np.load(file, allow_pickle=False))
    except (OSError, ValueError) as error:
        raise ValueError(f"folder={str(path)!r}: its vectors can't be read ({error}); train again") from None


def _find(folder: Path) -> Path:
    for place in (folder, folder / "vectors"):
        if (place / _ARRAY).is_file():
            return place
    try:
        best = json.loads((folder / "summary.json").read_text("utf-8")).get("best")
    except (OSError, ValueError, AttributeError, RecursionError):
        best = None
    if isinstance(best, str) and (folder / best / "vectors" / _ARRAY).is_file():
        return folder / best / "vectors"
    raise ValueError(f"folder={str(folder)!r}: no vectors here; give the --workdir of a finished run")


def _line(word: str) -> bytes:
    """A word as a line of the file, if the line gives it back."""
    # By Python's idea of lines, which knows more breaks than "\n": other readers may too.
    require(word.splitlines() in ([], [word]), "words", word, "it holds a line break; leave it out")
    try:
        return f"{word}\n".encode()
    except UnicodeEncodeError:
        remedy = "it holds a lone surrogate, which UTF-8 does not encode; decode with errors='replace'"
        raise ValueError(f"words={word!r}: {remedy}") from None


def _is_matrix(array: object) -> bool:
    return isinstance(array, np.ndarray) and array.ndim == 2 and array.dtype in _FLOATS


def _shown(array: object) -> str:
    return f"{array.dtype} {array.shape}" if isinstance(array, np.ndarray) else type(array).__name__
