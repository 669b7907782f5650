"""`write`: vectors into a file of any known format, whole or not at all."""

from __future__ import annotations

import dataclasses
import gzip
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, cast

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
from embedlab.vectors.writing.target import FOLDERS, Format, Target
from embedlab.vectors.writing.written import Written


def write(
    vectors: Vectors | FastText,
    path: str | os.PathLike[str],
    *,
    format: Format | None = None,
    dtype: str | None = None,
    counts: Sequence[int] | None = None,
    columns: Mapping[str, Sequence[object]] | None = None,
    lowercase: bool = False,
    unfit: Literal["error", "drop"] = "error",
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
        unfit: what becomes of a word that the format can't give back: `error`, or `drop`, which the notes
            then tell of.
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
    whole = isinstance(vectors, FastText)
    target = Target(Path(path), format, dtype, lowercase, whole)
    target.require_for("counts", counts, "fasttext-bin", "projector")
    target.require_for("columns", columns, "projector")
    require(unfit in ("error", "drop"), "unfit", unfit, "choose error or drop")
    if isinstance(vectors, FastText) and target.format == "fasttext-bin":
        require(counts is None, "counts", "given", "the model has counts of its own; leave them out")
        return write_fasttext(vectors, path, progress=progress)
    table = vectors.vectors() if isinstance(vectors, FastText) else vectors
    require(table.matrix.size > 0, "vectors", table.matrix.shape, "there is nothing to write; give a word")
    further = _columns(table, columns, counts)
    notes: list[str] = []
    if unfit == "drop":
        table, further = _fitting(table, further, target.chosen, notes)
    if target.format == "fasttext-bin":
        return dataclasses.replace(_dense(table, target, further, progress), notes=tuple(notes))
    raw = encoded(table.words, target.chosen)
    numbers = Numbers(
        table.words,
        table.matrix,
        target.dtype_of(table.matrix.dtype.name),
        progress,
        zeros=int(target.format == "sentence-transformers"),  # a row for all other words
    )
    contents = _contents(target, table, raw, numbers, further, notes)
    if target.format in FOLDERS:
        target.path.mkdir(parents=True, exist_ok=True)
    write_whole(contents)
    rows, dim = table.matrix.shape
    size = sum(file.stat().st_size for file in contents)
    return Written(target.chosen, rows, dim, tuple(contents), size, numbers.rounding, tuple(notes))


def _columns(
    table: Vectors,
    columns: Mapping[str, Sequence[object]] | None,
    counts: Sequence[int] | None,
) -> dict[str, Sequence[object]]:
    """What is known of the words beside their vectors."""
    found = {**({} if counts is None else {"count": counts}), **(columns or {})}
    for name, values in found.items():
        shown = f"{len(values)} values for {len(table)} words"
        require(len(values) == len(table), f"columns, {name!r}", shown, "give one a word")
    return found


def _fitting(
    table: Vectors, columns: dict[str, Sequence[object]], format: Format, notes: list[str]
) -> tuple[Vectors, dict[str, Sequence[object]]]:
    """The words that the format holds."""
    kept, first = [], None
    for row, word in enumerate(table.words):
        try:
            encoded((word,), format)
            kept.append(row)
        except ValueError as error:
            first = first or error
    if first is None:
        return table, columns
    left = len(table) - len(kept)
    require(bool(kept), "unfit", "drop", f"{format} holds none of the {left:,} words; write 'safetensors'")
    notes.append(f"{left:,} of {len(table):,} words were left out, as {first}.")
    words = tuple(table.words[row] for row in kept)
    fewer: dict[str, Sequence[object]] = {n: [x[row] for row in kept] for n, x in columns.items()}
    return Vectors(words, table.matrix[kept]), fewer


def _dense(
    table: Vectors, target: Target, columns: Mapping[str, Sequence[Any]], progress: Progress | None
) -> Written:
    """A fastText model of words alone."""
    encoded(table.words, "fasttext-bin")
    numbers = Numbers(table.words, table.matrix, "float32")
    for _ in numbers.parts():  # to know what it costs
        pass
    model = fasttext_from_vectors(table, counts=columns.get("count"))
    written = write_fasttext(model, target.path, progress=progress)
    return dataclasses.replace(written, rounding=numbers.rounding)


def _contents(
    target: Target,
    table: Vectors,
    raw: Sequence[bytes],
    numbers: Numbers,
    columns: Mapping[str, Sequence[object]],
    notes: list[str],
) -> dict[Path, Content]:
    """What each file is made of."""
    if target.format == "projector":
        notes.append(projector.OPENED.format(target.path))
        return projector.projector_files(target.path, raw, numbers, columns)
    if target.format == "sentence-transformers":
        tokenizer = sentence_transformers.word_tokenizer(table.words, lowercase=target.lowercase)
        notes += _unreached(tokenizer, table.words)
        return sentence_transformers.sentence_transformers_files(target.path, tokenizer, numbers)
    if target.format == "npy":
        return npy_files(target.path, raw, numbers)
    if target.format == "safetensors":
        return {target.path: safetensors_content(numbers, words_header(table.words))}
    lines = {"word2vec-binary": write_binary, "glove": write_lines}.get(target.chosen, write_headed)

    def content(file: Writable) -> None:
        lines(file, raw, numbers)

    return {target.path: _compressed(content) if target.packed else content}


def _compressed(content: Content) -> Content:
    def write(file: Writable) -> None:
        # Neither name nor time in it: the same vectors give the same bytes.
        with gzip.GzipFile("", "wb", 6, cast(Any, file), mtime=0) as opened:
            content(opened)

    return write


def _unreached(tokenizer: object, words: Sequence[str]) -> list[str]:
    missed = sentence_transformers.unreached(tokenizer, words)
    if not missed:
        return []
    told = f"{len(missed):,} of {len(words):,} words are never looked up, such as {missed[0]!r}"
    return [f"{told}: no text is parted into them so."]
