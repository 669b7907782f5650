"""Words and their vectors in a folder: `vectors.npy` beside `words.txt`, one word a line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np

from embedlab.checks import require
from embedlab.files import write_whole
from embedlab.npy import npy_header
from embedlab.vectors.store import Vectors

_ARRAY, _WORDS = "vectors.npy", "words.txt"


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
