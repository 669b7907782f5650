"""A text as numbers of words, in a file: it may be larger than memory, and is read once.

corpus/tokens.i32      int32, the words in their order, those too rare left out; −1 behind each line
corpus/counts.npy      int64 [words]
corpus/words.json      the words, the most frequent first
corpus/manifest.json   size and digest of each, what the text was, and how many words it had in all

While it is made, the distinct words of the text lie in memory (some 100 bytes each), and counts of
neighbours if phrases are looked for.
"""

from __future__ import annotations

import collections
import dataclasses
import json
import shutil
from array import array
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int32, Int64

from embedlab.pretrain import Neighbours
from embedlab.pretrain.phrases import BREAK
from experiments.errors import Mistake, RunFailure, mistakes, placed
from experiments.pretraining.lines import Part, lines, splitter
from experiments.pretraining.source import Corpus
from experiments.reports.telling import Tell
from experiments.runs import manifest

_TOKENS, _COUNTS, _WORDS, _MANIFEST = "tokens.i32", "counts.npy", "words.json", "manifest.json"
_WRITTEN = 2**20  # numbers at a time
_PIECE = 2**22
_FEWEST = 2
_TOLD = 10  # phrases


@dataclasses.dataclass(frozen=True, eq=False)
class Encoded:
    """A text as numbers.

    Attributes:
        words: the words, the most frequent first; their places are their numbers.
        counts: int64 [words], how often each occurs.
        tokens: int32 [tokens], mapped from a file; −1 behind each line.
        raw_words: how many words the text had, those too rare among them; a phrase is one.
        about: what the text was, as JSON values: files with their sizes, and how many of the words are
            phrases, with the most frequent of these.
    """

    words: tuple[str, ...]
    counts: Int64[np.ndarray, " words"]
    tokens: Int32[np.ndarray, " tokens"]
    raw_words: int
    about: dict[str, Any]


def encode(corpus: Corpus, most: int | None, folder: Path, tell: Tell) -> Encoded:
    """Reads a text and writes its numbers; where they are there already, they are taken.

    Args:
        corpus: the text.
        most: how many words have a number, at most; None for all.
        folder: where the numbers are to lie.
        tell: called with how many bytes are read, and how many there are.

    Raises:
        Mistake: a file can't be read, or fewer than two words are frequent enough; or a file has another size
            than when its numbers were written.
        RunFailure: the numbers are damaged.
    """
    with mistakes("corpus"):
        files = corpus.files()
    sizes = {str(file): file.stat().st_size for file in files}
    if (folder / _MANIFEST).exists():
        return _opened(folder, sizes)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with mistakes("corpus"), placed(folder):
        words, counts = _first_pass(corpus, files, folder / "raw.i32", tell)
        # An empty file can't be mapped.
        empty = not (folder / "raw.i32").stat().st_size
        numbers = np.empty(0, np.int32) if empty else np.memmap(folder / "raw.i32", np.int32, "r")
        single = len(words)
        for pass_ in range(corpus.phrases if words else 0):
            known = len(words)
            numbers, words, counts = _joined(corpus, numbers, words, counts, folder / f"phrases-{pass_}.i32")
            if len(words) == known:
                break  # no more are found
        kept = _kept(corpus, counts, most)
        _write(folder, numbers, words, counts, kept)
        raw_words = int(counts.sum())
        del numbers
        for path in (*folder.glob("raw.i32"), *folder.glob("phrases-*.i32")):
            path.unlink()
        phrases = [words[i] for i in kept.tolist() if i >= single]
        told = {"number": len(phrases), "most_frequent": phrases[:_TOLD]}
        about = {"files": sizes, "raw_words": raw_words, "phrases": told}
        files_ = manifest.describe(folder, [_TOKENS, _COUNTS, _WORDS])
        manifest.write(folder / _MANIFEST, {"files": files_, "about": about})
    return _opened(folder, sizes)


def _opened(folder: Path, sizes: dict[str, int]) -> Encoded:
    try:
        content = manifest.read(folder / _MANIFEST)
        manifest.verify(folder, content["files"])
    except manifest.Altered as error:
        raise RunFailure(f"{error}. Remove the folder {folder}: the text is read anew.") from None
    about = content["about"]
    _require_same(about["files"], sizes)
    words = tuple(json.loads((folder / _WORDS).read_text("utf-8")))
    counts = np.load(folder / _COUNTS, allow_pickle=False)
    tokens = np.memmap(folder / _TOKENS, np.int32, "r")
    return Encoded(words, counts, tokens, about["raw_words"], about)


def require_unchanged(about: Mapping[str, Any]) -> None:
    """Requires of a text's files that those still there have the sizes which they had; the others may go.

    Args:
        about: what the text was: see `Encoded`.

    Raises:
        Mistake: one has another size.

    Example:
        >>> require_unchanged({"files": {"a/text/that/is/gone.txt": 12}})
    """
    there = {name: size for name, size in about["files"].items() if Path(name).is_file()}
    _require_same(there, {name: Path(name).stat().st_size for name in there})


def _require_same(before: Mapping[str, int], sizes: Mapping[str, int]) -> None:
    for name in {**before, **sizes}:
        then, now = before.get(name), sizes.get(name)
        if then != now:
            raise Mistake(
                f"{name}: the text is not that which the run began with ({_size(then)} then, {_size(now)} "
                "now). Put it back as it was, or give another --workdir."
            )


def _size(known: int | None) -> str:
    return "no file" if known is None else f"{known:,} bytes"


def _first_pass(corpus: Corpus, files: list[Path], place: Path, tell: Tell) -> tuple[list[str], np.ndarray]:
    """Numbers the words in the order of their first appearance; those numbers go into a file."""
    numbers: collections.defaultdict[str, int] = collections.defaultdict()
    numbers.default_factory = numbers.__len__
    split, number = splitter(corpus), numbers.__getitem__
    counts = np.zeros(0, np.int64)
    read, whole = 0, sum(file.stat().st_size for file in files)
    with place.open("wb") as out:
        for file in files:
            size, before = file.stat().st_size, read
            for piece, length in _pieces(lines(file, corpus.encoding), split, number):
                counts = _added(counts, piece, len(numbers))
                out.write(piece.tobytes())
                read = before + min(size, length)
                tell(read, whole)
            read = before + size
    tell(whole, whole)
    return list(numbers), counts


def _pieces(
    found: Iterator[Part], split: Callable[[str], list[str]], number: Callable[[str], int]
) -> Iterator[tuple[np.ndarray, int]]:
    """Numbers of many lines' words, and how many characters they had so far."""
    piece, length = array("i"), 0
    for text, ends in found:
        piece.extend(map(number, split(text)))
        if ends:
            piece.append(BREAK)
        length += len(text)
        if len(piece) >= _WRITTEN:
            yield np.frombuffer(piece, np.int32), length
            piece = array("i")
    if piece:
        yield np.frombuffer(piece, np.int32), length


def _added(counts: np.ndarray, piece: np.ndarray, words: int) -> np.ndarray:
    counted = np.bincount(piece[piece != BREAK], minlength=words)
    counted[: len(counts)] += counts
    return counted


def _joined(
    corpus: Corpus, numbers: np.ndarray, words: list[str], counts: np.ndarray, place: Path
) -> tuple[np.ndarray, list[str], np.ndarray]:
    """One pass of phrases: the text with each as a word of its own."""
    neighbours = Neighbours(len(words))
    for piece in _parts(numbers):
        neighbours.add(piece)
    phrases = neighbours.phrases(counts, corpus.min_count, corpus.phrase_threshold)
    pairs = zip(phrases.first.tolist(), phrases.second.tolist(), strict=True)
    words = [*words, *(f"{words[a]}{corpus.phrase_mark}{words[b]}" for a, b in pairs)]
    counted = np.zeros(0, np.int64)
    with place.open("wb") as out:
        for piece in _parts(numbers):
            joined = phrases.join(piece)
            counted = _added(counted, joined, len(words))
            out.write(joined.tobytes())
    words, same = _once(words)
    counts = np.zeros(len(words), np.int64)
    np.add.at(counts, same, counted)
    found = np.memmap(place, np.int32, "r+") if len(numbers) else numbers
    for first in range(0, len(found), _PIECE):
        piece = found[first : first + _PIECE]
        piece[:] = np.append(same, BREAK)[piece]
    return found, words, counts


def _once(words: list[str]) -> tuple[list[str], np.ndarray]:
    """Words each once: a phrase may be spelled as a word that the text has."""
    numbers: dict[str, int] = {}
    same = np.array([numbers.setdefault(word, len(numbers)) for word in words], np.int32)
    return list(numbers), same


def _parts(numbers: np.ndarray) -> Iterator[np.ndarray]:
    """A text in pieces that end with a line, where lines are not longer than a piece."""
    first = 0
    while first < len(numbers):
        piece = np.asarray(numbers[first : first + _PIECE])
        if first + len(piece) < len(numbers) and (ends := np.flatnonzero(piece == BREAK)).size:
            piece = piece[: ends[-1] + 1]
        yield piece
        first += len(piece)


def _kept(corpus: Corpus, counts: np.ndarray, most: int | None) -> np.ndarray:
    """The numbers of the words that stay, the most frequent first."""
    order = np.argsort(-counts, kind="stable")
    kept = order[counts[order] >= corpus.min_count][:most]
    if len(kept) < _FEWEST:
        room = "" if most is None or most >= _FEWEST else ", raise embedding.vocabulary"
        raise ValueError(
            f"of {len(counts):,} words {len(kept)} would have an id, and {_FEWEST} are the least; lower "
            f"corpus.min_count (it is {corpus.min_count}){room}, or give more text"
        )
    return kept


def _write(folder: Path, numbers: np.ndarray, words: list[str], counts: np.ndarray, kept: np.ndarray) -> None:
    rare = np.int32(BREAK - 1)
    new = np.full(len(words) + 1, rare, np.int32)
    new[kept] = np.arange(len(kept))
    new[-1] = BREAK  # the number of a break is −1, and so the last one's place
    with (folder / _TOKENS).open("wb") as out:
        for first in range(0, len(numbers), _PIECE):
            renumbered = new[numbers[first : first + _PIECE]]
            out.write(renumbered[renumbered != rare].tobytes())
    np.save(folder / _COUNTS, counts[kept])
    (folder / _WORDS).write_text(json.dumps([words[i] for i in kept.tolist()]), "utf-8")
