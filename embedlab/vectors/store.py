"""Words and their vectors in a folder: `vectors.npy` beside `words.txt`, one word a line."""

from __future__ import annotations

import dataclasses
import difflib
import json
import os
from pathlib import Path

import numpy as np
from jaxtyping import Float

from embedlab.base import ABSENT
from embedlab.quality import neighbours

_ARRAY, _WORDS = "vectors.npy", "words.txt"


@dataclasses.dataclass(frozen=True, eq=False)
class Vectors:
    """The vectors of a vocabulary.

    Attributes:
        words: the words, in the order of the rows.
        matrix: float [words, dim].

    Raises:
        ValueError: there are not as many words as rows, or a word stands twice.

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

    def __post_init__(self) -> None:
        if len(self.words) != len(self.matrix):
            raise ValueError(f"words: {len(self.words)} words for {len(self.matrix)} vectors; give one each")
        rows = {word: row for row, word in enumerate(self.words)}
        if len(rows) != len(self.words):
            raise ValueError(f"words: {len(self.words) - len(rows)} stand twice; give each word once")
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
            near = difflib.get_close_matches(word, self.words, 1)
            raise KeyError(
                f"{word!r} is not among the {len(self)} words{f'; near: {near[0]!r}' * bool(near)}"
            )
        return row

    def neighbours(self, word: str, k: int = 10) -> list[tuple[str, float]]:
        """The k words whose vectors point nearest the same way: greatest `cos(e(word), e(other))`.

        Args:
            word: one of `words`.
            k: how many.

        Returns:
            Words and cosines, the nearest first, the word itself left out.

        Raises:
            KeyError: the word is not there.
            ValueError: `k` is below 1.

        Example:
            >>> v = Vectors(("a", "b", "c"), np.float32([[1, 0], [1, 1], [-1, 0]]))   # [words, dim]
            >>> [(word, round(cosine, 3)) for word, cosine in v.neighbours("a", k=2)]
            [('b', 0.707), ('c', -1.0)]

        Reference: Mikolov et al. 2013, "Linguistic regularities in continuous space word representations".
        """
        if k < 1:
            raise ValueError(f"k={k}: give a whole number of at least 1")
        row = self.row(word)
        found = neighbours(
            self.matrix, self.matrix[row : row + 1], min(k, len(self) - 1), np.array([row], np.int32)
        )
        pairs = zip(np.asarray(found.indices)[0].tolist(), np.asarray(found.scores)[0].tolist(), strict=True)
        return [(self.words[i], cosine) for i, cosine in pairs if i != ABSENT]


def save(folder: str | os.PathLike[str], vectors: Vectors) -> None:
    """Writes `vectors.npy` and `words.txt` (UTF-8, one word a line) into a folder.

    Args:
        folder: made if it is not there.
        vectors: what to write, [words, dim].

    Raises:
        ValueError: a word holds a line break, which the file could not give back.

    Example:
        >>> import tempfile
        >>> save(tempfile.mkdtemp(), Vectors(("cat",), np.ones((1, 2), np.float32)))

    Source: none; both files open anywhere.
    """
    for word in vectors.words:
        if len(word.splitlines()) > 1 or word.endswith(("\n", "\r")):
            raise ValueError(f"words: {word!r} holds a line break; leave it out")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / _ARRAY, vectors.matrix, allow_pickle=False)
    (folder / _WORDS).write_text("".join(word + "\n" for word in vectors.words), "utf-8", newline="\n")


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
        matrix = np.load(path / _ARRAY, allow_pickle=False)
        words = tuple((path / _WORDS).read_text("utf-8").split("\n")[:-1])
    except (OSError, ValueError, EOFError) as error:
        raise ValueError(f"folder={str(path)!r}: its vectors can't be read ({error}); train again") from None
    if matrix.ndim != 2 or not np.issubdtype(matrix.dtype, np.floating):
        found = f"{matrix.dtype} {matrix.shape}"
        raise ValueError(f"folder={str(path)!r}: {_ARRAY} is {found}, not float [words, dim]")
    return Vectors(words, matrix)


def _find(folder: Path) -> Path:
    for place in (folder, folder / "vectors"):
        if (place / _ARRAY).is_file():
            return place
    try:
        best = json.loads((folder / "summary.json").read_text("utf-8")).get("best")
    except (OSError, ValueError, AttributeError):
        best = None
    if isinstance(best, str) and (folder / best / "vectors" / _ARRAY).is_file():
        return folder / best / "vectors"
    raise ValueError(f"folder={str(folder)!r}: no vectors here; give the --workdir of a finished run")
