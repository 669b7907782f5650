"""`write`: vectors into a file of any known format, whole or not at all."""

from __future__ import annotations

import dataclasses
import gzip
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, cast, get_args

from embedlab.checks import require
from embedlab.files import write_whole
from embedlab.vectors.reading.fasttext import FastText
from embedlab.vectors.store import Vectors
from embedlab.vectors.writing import _projector as projector
from embedlab.vectors.writing import _sentence_transformers as sentence_transformers
from embedlab.vectors.writing._binary import write_binary
from embedlab.vectors.writing._npy import npy_files
from embedlab.vectors.writing._numbers import Numbers, Progress
from embedlab.vectors.writing._safetensors import safetensors_content, words_header
from embedlab.vectors.writing._text import write_headed, write_lines
from embedlab.vectors.writing._words import encoded
from embedlab.vectors.writing._writable import Content, Writable
from embedlab.vectors.writing.fasttext import write_fasttext
from embedlab.vectors.writing.subword import fasttext_from_vectors
from embedlab.vectors.writing.written import Written

Format = Literal[
    "word2vec-text",
    "word2vec-binary",
    "glove",
    "fasttext-vec",
    "fasttext-bin",
    "npy",
    "safetensors",
    "projector",
    "sentence-transformers",
]
FORMATS: tuple[Format, ...] = get_args(Format)

_SUFFIXES: dict[str, Format] = {
    ".txt": "word2vec-text",
    ".vec": "fasttext-vec",
    ".bin": "word2vec-binary",
    ".npy": "npy",
    ".safetensors": "safetensors",
}
_TEXTS = ("float64", "float32")
#: The types that a format holds; the last one is taken where it does not hold the table's own.
_DTYPES: dict[Format, tuple[str, ...]] = {
    "word2vec-text": _TEXTS,
    "word2vec-binary": ("float32",),
    "glove": _TEXTS,
    "fasttext-vec": _TEXTS,
    "fasttext-bin": ("float32",),
    "npy": ("float64", "float16", "int8", "float32"),
    "safetensors": ("float64", "float16", "bfloat16", "int8", "float32"),
    "projector": ("float32",),
    "sentence-transformers": ("float64", "float16", "bfloat16", "int8", "float32"),
}
_FOLDERS = ("projector", "sentence-transformers")
_PACKED = ("word2vec-text", "word2vec-binary", "glove", "fasttext-vec")


def write(
    vectors: Vectors | FastText,
    path: str | os.PathLike[str],
    *,
    format: Format | None = None,
    dtype: str | None = None,
    counts: Sequence[int] | None = None,
    columns: Mapping[str, Sequence[object]] | None = None,
    lowercase: bool = False,
    progress: Progress | None = None,
) -> Written:
    """Writes words and vectors so that other programs, and `read`, have them as they were.

    | format | what comes of it | numbers |
    | --- | --- | --- |
    | `word2vec-text` | `.txt`: a line `words dim`, then a line a word | float32, float64 |
    | `fasttext-vec` | `.vec`: the same | float32, float64 |
    | `glove` | a line a word, without a header | float32, float64 |
    | `word2vec-binary` | `.bin` | float32 |
    | `fasttext-bin` | a whole model of fastText, without n-grams where `vectors` has none | float32 |
    | `npy` | `.npy`, and `NAME.words.txt` beside it | float16, 32, 64, int8 |
    | `safetensors` | `.safetensors`, words in its header | float16, 32, 64, bfloat16, int8 |
    | `projector` | a folder for TensorBoard's Projector | float32 |
    | `sentence-transformers` | a folder that `SentenceTransformer` loads | float16, 32, 64, bfloat16, int8 |

    Numbers of text are the shortest that are read back as the same ones. Where a format does not hold the
    table's type, they are rounded to float32, and what that cost is told, as it is with `dtype`. A word that
    the format would not give back is refused before anything is written. `.gz` behind the name of a text or
    of word2vec's binary compresses it.

    `sentence-transformers` has a row more than there are words, zeros, for all words that are none of them:
    they shorten the mean, and do not turn it.

    Args:
        vectors: float [words, dim]; or a whole fastText model, of which every format but `fasttext-bin`
            gets the words' vectors.
        path: of the file, or of the folder, which is made if it is not there. What is there is replaced.
        format: None to tell by the path's suffix. `.txt` is `word2vec-text`, whose header tells how long it
            is; GloVe's is to be named.
        dtype: of the numbers that are written; None for the table's own. `int8` has a scale a row.
        counts: how often each word occurred: for `fasttext-bin`, and as a column for `projector`.
        columns: of `projector`, further columns of the metadata: name → one value a word.
        lowercase: of `sentence-transformers`, whether text is made lower case before words are looked up.
        progress: called with the rows that are written, and all there are.

    Returns:
        What was written, and what it cost.

    Raises:
        ValueError: a word or a number that the format can't hold, a type that it does not have, a path that
            is none, or an option of another format.
        OSError: a file can't be written. Either way, what was there before is as it was.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> from embedlab.vectors import read
        >>> vectors = Vectors(("cat", "dog"), np.float32([[0.1, 2], [-3, 1e-7]]))
        >>> path = tempfile.mkdtemp() + "/vectors.txt"
        >>> write(vectors, path).bytes
        31
        >>> np.array_equal(read(path).matrix, vectors.matrix)
        True

    Source: the formats of word2vec (Mikolov et al. 2013), GloVe (Pennington et al. 2014), fastText
    (Bojanowski et al. 2017), NumPy (NEP 1), safetensors, TensorBoard and sentence-transformers.
    """
    chosen, packed = _format(vectors, Path(path), format)
    place = _place(Path(path), chosen)
    _require_options(chosen, counts, columns, lowercase, dtype)
    shape = vectors.table.shape if isinstance(vectors, FastText) else vectors.matrix.shape
    require(0 not in shape, "vectors", shape, "there is nothing to write; give a word")
    if chosen == "fasttext-bin":
        return _fasttext(vectors, place, counts, progress)
    table = vectors.vectors() if isinstance(vectors, FastText) else vectors
    raw = encoded(table.words, chosen)
    notes: list[str] = []
    numbers = Numbers(
        table.words,
        table.matrix,
        dtype or _own(table.matrix.dtype.name, chosen),
        progress,
        zeros=int(chosen == "sentence-transformers"),  # a row for all other words
    )
    if chosen == "projector":
        contents = projector.projector_files(place, raw, numbers, _columns(columns, counts))
        notes.append(projector.OPENED.format(place))
    elif chosen == "sentence-transformers":
        tokenizer = sentence_transformers.word_tokenizer(table.words, lowercase=lowercase)
        notes += _unreached(tokenizer, table.words)
        contents = sentence_transformers.sentence_transformers_files(place, tokenizer, numbers)
    elif chosen == "npy":
        contents = npy_files(place, raw, numbers)
    else:
        contents = {place: _compressed(_content(chosen, raw, table.words, numbers), packed)}
    if chosen in _FOLDERS:
        place.mkdir(parents=True, exist_ok=True)
    write_whole(contents)
    rows, dim = table.matrix.shape
    size = sum(file.stat().st_size for file in contents)
    return Written(chosen, rows, dim, tuple(contents), size, numbers.rounding, tuple(notes))


def _format(vectors: Vectors | FastText, path: Path, format: Format | None) -> tuple[Format, bool]:
    """The format, and whether the file is to be compressed."""
    packed = path.suffix == ".gz"
    suffix = path.with_suffix("").suffix if packed else path.suffix
    shown = ", ".join(FORMATS)
    if format is None:
        remedy = f"its suffix is none of {', '.join(_SUFFIXES)}; give format, one of {shown}"
        require(suffix in _SUFFIXES, "path", os.fspath(path), remedy)
        format = "fasttext-bin" if suffix == ".bin" and isinstance(vectors, FastText) else _SUFFIXES[suffix]
    require(format in FORMATS, "format", format, f"choose one of {shown}")
    remedy = f"{format} is not read compressed; leave .gz out"
    require(not packed or format in _PACKED, "path", os.fspath(path), remedy)
    return format, packed


def _place(path: Path, format: Format) -> Path:
    """The path, if something can be put there."""
    shown = os.fspath(path)
    if format in _FOLDERS:
        remedy = f"there is a file of that name, and {format} is a folder; give another"
        require(path.is_dir() or not path.exists(), "path", shown, remedy)
    else:
        require(
            not path.is_dir(), "path", shown, f"it is a folder, and {format} is a file; give its name too"
        )
        require(
            path.parent.is_dir(), "path", shown, f"there is no folder {str(path.parent)!r}; make it first"
        )
    return path


def _require_options(
    format: Format,
    counts: Sequence[int] | None,
    columns: Mapping[str, Sequence[object]] | None,
    lowercase: bool,
    dtype: str | None,
) -> None:
    remedy = "{} does not hold it; leave it out, or write {}"
    held = counts is None or format in ("fasttext-bin", "projector")
    require(held, "counts", "given", remedy.format(format, "'fasttext-bin' or 'projector'"))
    require(
        columns is None or format == "projector", "columns", "given", remedy.format(format, "'projector'")
    )
    other = remedy.format(format, "'sentence-transformers'")
    require(not lowercase or format == "sentence-transformers", "lowercase", lowercase, other)
    held_types = _DTYPES[format]
    such = ", ".join(name for name, types in _DTYPES.items() if dtype in types)
    remedy = f"{format} holds {', '.join(held_types)}" + (f"; of {dtype} are {such}" if such else "")
    require(dtype is None or dtype in held_types, "dtype", dtype, remedy)


def _own(dtype: str, format: Format) -> str:
    """The type of a table, if the format has it, else that which it has instead."""
    types = _DTYPES[format]
    return dtype if dtype in types else types[-1]


def _fasttext(
    vectors: Vectors | FastText, place: Path, counts: Sequence[int] | None, progress: Progress | None
) -> Written:
    if isinstance(vectors, FastText):
        require(counts is None, "counts", "given", "the model has counts of its own; leave them out")
        return write_fasttext(vectors, place, progress=progress)
    encoded(vectors.words, "fasttext-bin")
    rounding = Numbers(vectors.words, vectors.matrix, "float32")
    for _ in rounding.parts():
        pass
    model = fasttext_from_vectors(vectors, counts=counts)
    written = write_fasttext(model, place, progress=progress)
    return dataclasses.replace(written, rounding=rounding.rounding)


def _content(format: Format, raw: Sequence[bytes], words: Sequence[str], numbers: Numbers) -> Content:
    if format == "safetensors":
        return safetensors_content(numbers, words_header(words))
    if format == "word2vec-binary":
        return lambda file: write_binary(file, raw, numbers)
    if format == "glove":
        return lambda file: write_lines(file, raw, numbers)
    return lambda file: write_headed(file, raw, numbers)


def _compressed(content: Content, packed: bool) -> Content:
    if not packed:
        return content

    def write(file: Writable) -> None:
        # Neither name nor time in it: the same vectors give the same bytes.
        with gzip.GzipFile("", "wb", 6, cast(Any, file), mtime=0) as opened:
            content(opened)

    return write


def _columns(
    columns: Mapping[str, Sequence[object]] | None, counts: Sequence[int] | None
) -> dict[str, Sequence[object]]:
    return {**({} if counts is None else {"count": counts}), **(columns or {})}


def _unreached(tokenizer: object, words: Sequence[str]) -> list[str]:
    missed = sentence_transformers.unreached(tokenizer, words)
    if not missed:
        return []
    told = f"{len(missed):,} of {len(words):,} words are never looked up, such as {missed[0]!r}"
    return [f"{told}: no text is parted into them so."]
