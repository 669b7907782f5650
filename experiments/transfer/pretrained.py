"""Pretrained vectors as a comparison reads them: those of the words of its documents, once for all runs."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from embedlab.checks import require
from embedlab.subword import Subword
from embedlab.vectors import FastText, Vectors, format_of, have_vectors, load, read, read_fasttext
from embedlab.vectors.transfer import forms_of
from experiments.config import Transfer
from experiments.documents.corpus import is_run
from experiments.vector_files import MODEL, WHOLE

_FASTTEXT = "fasttext-bin"


def open_vectors(path: str, **how: Any) -> Vectors | FastText:
    """A file's vectors; of a fastText model all of it, which stays on the disk where it is not compressed.

    Args:
        path: as of `embedlab.vectors.read`; or the folder of a finished run, or of sentence-transformers. Of
            a pretraining of subwords it is the whole fastText model that lies there.
        how: what `read` takes, for files of other formats.

    Raises:
        ValueError: as it does, naming `transfer.vectors`.

    Example:
        >>> open_vectors("none.txt")
        Traceback (most recent call last):
        ValueError: transfer.vectors='none.txt': No such file or directory; give a file of vectors
    """
    try:
        source = Path(path)
        if source.is_dir():
            inside = next((source / name for name in (MODEL, WHOLE) if (source / name).is_file()), None)
            if inside is None:
                return _some(load(source), how.get("only"))
            source = inside
        return read_fasttext(source) if format_of(source) == _FASTTEXT else read(source, **how)
    except ValueError as error:
        said = re.sub(r"^(path|folder)='[^']*': ", "", str(error))
        raise ValueError(f"transfer.vectors={path!r}: {said}") from None


def _some(vectors: Vectors, only: Collection[str] | None) -> Vectors:
    """Those of some words, in their order; all for None."""
    if only is None:
        return vectors
    rows = [row for row, word in enumerate(vectors.words) if word in only]
    return Vectors(tuple(vectors.words[row] for row in rows), vectors.matrix[rows])


@dataclasses.dataclass(frozen=True, eq=False)
class Pretrained:
    """The vectors of some words. The file is read when they are first asked for.

    Attributes:
        transfer: which vectors, and what is done to them.
        corpus_words: all words of the documents; of others nothing is read.

    Example:
        >>> made = Pretrained(Transfer("glove-6b-50d"), ("the", "What", "xyzzyqux"))
        >>> made.have(["the", "What", "what", "xyzzyqux"]).tolist()
        [True, True, True, False]
        >>> made.fingerprint["words"]
        2
    """

    transfer: Transfer
    corpus_words: Sequence[str]

    @functools.cached_property
    def raw(self) -> Vectors | FastText:
        """As they are in the file, before anything is done to them.

        Raises:
            ValueError: the file can't be read, or has none of the words.
        """
        words = [word for word in self.corpus_words if not is_run(word)]
        forms = [form for word in words for form in forms_of(word)] if self.transfer.forms else []
        found = open_vectors(self.transfer.vectors, only={*words, *forms})
        some = " ".join(words[:7])
        remedy = f"none of the {len(words):,} words of the documents ({some} …) has a vector there; are they "
        remedy += "of another language, or tokenised otherwise?"
        if isinstance(found, FastText) and not isinstance(found.spec, Subword):
            found = found.vectors(only={*words, *forms})  # without n-grams it is a table like any other
        require(
            isinstance(found, FastText) or len(found) > 0, "transfer.vectors", self.transfer.vectors, remedy
        )
        return found

    @functools.cached_property
    def vectors(self) -> Vectors | FastText:
        """What tables begin with."""
        found = self.raw
        if not self.transfer.transforms:
            return found
        if isinstance(found, FastText):
            found = _of_model(found, [word for word in self.corpus_words if word and not is_run(word)])
        matrix = found.matrix
        for transform in self.transfer.transforms:
            try:
                matrix = transform(matrix)
            except ValueError as error:
                raise ValueError(f"transfer.transforms: {type(transform).__name__}: {error}") from None
        return Vectors(found.words, matrix)

    def have(self, words: Sequence[str]) -> np.ndarray:
        """Which words have a vector of their own, or another form of them has: bool [words]."""
        return have_vectors(self.raw, words, forms=self.transfer.forms)

    @functools.cached_property
    def fingerprint(self) -> dict[str, Any]:
        """How many vectors were read, and a SHA-256 digest of their words and numbers.

        So it is of what a training begins with: the same vectors in another format, or a file that has
        changed in other words alone, make the same run.
        """
        found, digest = self.raw, hashlib.sha256()
        if isinstance(found, FastText):
            own = [word for word in self.corpus_words if word in found]
            parts = [found.vectors(only=own)] if own else []
            rows = found.table[len(found.words) :]
        else:
            parts, rows = [found], found.matrix[:0]
        for part in parts:
            order = sorted(range(len(part)), key=part.words.__getitem__)
            for row in order:
                raw = part.words[row].encode("utf-8", "surrogatepass")
                digest.update(len(raw).to_bytes(8, "little") + raw)
            digest.update(np.ascontiguousarray(part.matrix[order], "<f4").tobytes())
        for first in range(0, len(rows), 1 << 16):
            digest.update(np.ascontiguousarray(rows[first : first + (1 << 16)], "<f4").tobytes())
        return {"words": sum(map(len, parts)), "numbers": _width(found), "digest": digest.hexdigest()}


def _of_model(model: FastText, words: Sequence[str]) -> Vectors:
    """The vectors that a model makes of words, where it makes one."""
    made = {word: model.vector(word) for word in words}
    kept = {word: vector for word, vector in made.items() if vector.any()}
    return Vectors(tuple(kept), np.stack(list(kept.values())))


def _width(vectors: Vectors | FastText) -> int:
    return vectors.settings.dim if isinstance(vectors, FastText) else vectors.matrix.shape[1]
