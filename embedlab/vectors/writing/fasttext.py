"""A whole fastText model, as fastText itself writes it (`.bin`)."""

from __future__ import annotations

import dataclasses
import os
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from embedlab.checks import require
from embedlab.files import write_whole
from embedlab.text.ngrams import END_OF_SENTENCE
from embedlab.vectors.reading._sniff import FASTTEXT
from embedlab.vectors.reading.fasttext import FastText
from embedlab.vectors.writing._numbers import Progress
from embedlab.vectors.writing._words import RULES
from embedlab.vectors.writing._writable import Content, Writable
from embedlab.vectors.writing.written import Written

_VERSION = 12
_LOSSES = {"hierarchical-softmax": 1, "negative-sampling": 2, "softmax": 3, "one-vs-all": 4}
_MODELS = {"cbow": 1, "skipgram": 2, "supervised": 3}
_PART = 1 << 20  # numbers at a time
_MOST = 1 << 31  # what a 32-bit number counts


def write_fasttext(
    model: FastText, path: str | os.PathLike[str], *, progress: Progress | None = None
) -> Written:
    """Writes a whole model, which fastText's `load_model` and gensim's `load_facebook_model` take.

    A model that was read from a file of the present version is written byte for byte as it was. One of before
    there were versions is written as of the present one, which gives the sentence end no n-grams: its vector
    becomes its own row, so that it stays what it is.

    Args:
        model: as `read_model` gives it, or `fasttext_from_subword`; float32 [words + buckets, dim].
        path: of the file, `.bin` by habit; one that is there is replaced.
        progress: called with the rows that are written, of both tables, and all there are.

    Returns:
        What was written.

    Raises:
        ValueError: tables that do not fit the words, a word that the file can't hold or that is there twice,
            or a number that is not finite.
        OSError: the file can't be written; one that was there is as it was.

    Example:
        >>> import tempfile
        >>> from embedlab.vectors import Vectors, fasttext_from_vectors, read
        >>> model = fasttext_from_vectors(Vectors(("cat",), np.float32([[1, 2]])), counts=[3])
        >>> path = tempfile.mkdtemp() + "/model.bin"
        >>> write_fasttext(model, path).format, read(path)["cat"]
        ('fasttext-bin', array([1., 2.], dtype=float32))

    Source: fastText 0.9.3, FastText::saveModel; version 12 of the format.
    """
    _require_sound(model)
    model, path = _without_end_grams(model), Path(path)
    write_whole({path: fasttext_content(model, progress)})
    rows, dim = len(model.words), model.settings.dim
    return Written("fasttext-bin", rows, dim, (path,), path.stat().st_size)


def fasttext_content(model: FastText, progress: Progress | None) -> Content:
    """What writes a model.

    Args:
        model: sound, as `write_fasttext` requires it.
        progress: called with the rows that are written, and all there are.

    Returns:
        A function of a file.

    Example:
        >>> from embedlab.vectors import Vectors, fasttext_from_vectors
        >>> model = fasttext_from_vectors(Vectors(("cat",), np.float32([[1, 2]])))
        >>> callable(fasttext_content(model, None))
        True

    Source: fastText 0.9.3.
    """
    total = len(model.table) + len(model.output)

    def write(file: Writable) -> None:
        file.write(struct.pack("<2i", FASTTEXT, _VERSION) + _settings(model) + _dictionary(model))
        done = 0
        for table in (model.table, model.output):
            file.write(struct.pack("<?2q", False, *table.shape))  # not quantised
            for part in _parts(table):
                file.write(part.astype("<f4", copy=False).tobytes())
                done += len(part)
                if progress is not None:
                    progress(done, total)

    return write


def _parts(table: np.ndarray) -> Iterator[np.ndarray]:
    step = max(1, _PART // table.shape[1])
    return (table[first : first + step] for first in range(0, len(table), step))


def _settings(model: FastText) -> bytes:
    s = model.settings
    trained = (s.window, s.epoch, s.min_count, s.negatives, s.word_ngrams, _LOSSES[s.loss], _MODELS[s.model])
    return struct.pack("<12id", s.dim, *trained, s.buckets, s.minn, s.maxn, s.rate_every, s.sample)


def _dictionary(model: FastText) -> bytes:
    words, labels = len(model.words), len(model.labels)
    sizes = struct.pack("<3i2q", words + labels, words, labels, model.tokens, -1)  # −1: nothing was pruned
    entries = [
        b"%b\0%b" % (name, struct.pack("<qb", count, kind))
        for kind, names, counts in ((0, model.words, model.counts), (1, model.labels, model.label_counts))
        for name, count in zip(names, counts.tolist(), strict=True)
    ]
    return sizes + b"".join(entries)


def _without_end_grams(model: FastText) -> FastText:
    end = END_OF_SENTENCE.encode()
    if model.numbered or end not in model.words:
        return model
    table = np.array(model.table)
    table[model.words.index(end)] = model.vector(END_OF_SENTENCE)
    return dataclasses.replace(model, table=table, numbered=True)


def _require_sound(model: FastText) -> None:
    s, words = model.settings, len(model.words)
    outputs = len(model.labels) if s.model == "supervised" else words
    for field, table, rows in (
        ("table", model.table, words + s.buckets),
        ("output", model.output, outputs),
    ):
        remedy = f"it is to be float32 [{rows}, {s.dim}], by the words and the settings"
        fits = table.shape == (rows, s.dim) and table.dtype == np.float32
        require(fits, field, f"{table.dtype} {table.shape}", remedy)
        _require_finite(field, table)
    require(words > 0 and words + len(model.labels) < _MOST, "words", words, f"give 1 to {_MOST - 1}")
    for field, names, counts in (
        ("words", model.words, model.counts),
        ("labels", model.labels, model.label_counts),
    ):
        sizes = f"{len(counts)} counts for {len(names)} {field}"
        require(len(counts) == len(names), field, sizes, "give one each")
        require(min(counts.tolist(), default=0) >= 0, field, "a count below 0", "count from 0 up")
        _require_names(field, names)


def _require_finite(field: str, table: np.ndarray) -> None:
    row = 0
    for part in _parts(table):
        bad = np.flatnonzero(~np.isfinite(part).all(1))
        if len(bad):
            raise ValueError(f"{field}: its row {row + bad[0]} holds a NaN or an infinity; train it again")
        row += len(part)


def _require_names(field: str, names: list[bytes]) -> None:
    longest = RULES["fasttext-bin"].longest
    assert longest
    for name in names:
        if not name or b"\0" in name or len(name) > longest:
            remedy = f"a name in this file has 1 to {longest:,} bytes, none of them zero; leave it out"
            require(False, field, name[:40], remedy)
    if len(set(names)) != len(names):
        twice = next(name for i, name in enumerate(names) if name in names[:i])
        require(False, field, twice, "it is there more than once; give each once")
