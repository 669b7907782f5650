"""Where text comes from that has no labels, and how it becomes words."""

from __future__ import annotations

import collections
import dataclasses
import glob
import stat
from pathlib import Path
from typing import Literal, get_args

from embedlab.checks import finite_fields, require, require_count
from experiments.checks import require_bool, require_choice
from experiments.data.reading import require_encoding
from experiments.paths import expanded

Split = Literal["blanks", "words", "marks"]


@dataclasses.dataclass(frozen=True)
class Corpus:
    """Text files, of which each line is a sentence, a paragraph or a document: words see none beyond it.

    Attributes:
        path: files, patterns such as books/*.txt, or folders, of which all files below are read. What is
            packed with gzip is unpacked while it is read; of a zip all files in it are read.
        encoding: what the files' bytes are in, as Python names it.
        lower: whether letters are lowered first.
        split: what a line is parted at: blanks, at white space alone, as word2vec, fastText and gensim do
            with text that was prepared before; words, as an experiment's text with words_only; marks, as its
            text without, where each mark is a word as well.
        min_count: times that a word occurs, at least, to have an id.
        phrases: how often neighbours that stand together more often than by chance are joined; with 2,
            phrases of up to four words; 0 for none.
        phrase_threshold: how much more often; the higher, the fewer phrases.
        phrase_mark: what stands between the words of a phrase.

    Raises:
        ValueError: a count below 1, phrases below 0, a threshold that is no number, or another encoding, way
            to split or switch than there is.

    Example:
        >>> Corpus(("wiki/*.txt.gz",), split="words").min_count
        5

    Reference: Mikolov et al. 2013, "Distributed representations of words and phrases and their
    compositionality" (phrases).
    """

    path: tuple[str, ...] = ()
    encoding: str = "utf-8"
    lower: bool = True
    split: Split = "blanks"
    min_count: int = 5
    phrases: int = 0
    phrase_threshold: float = 100.0
    phrase_mark: str = "_"

    def __post_init__(self) -> None:
        paths = isinstance(self.path, tuple) and all(isinstance(path, str) and path for path in self.path)
        require(paths, "path", self.path, 'give a tuple of paths, as ("books.txt",)')
        require_encoding(self.encoding)
        require_bool("lower", self.lower)
        require_choice("split", self.split, get_args(Split))
        require_count("min_count", self.min_count)
        require_count("phrases", self.phrases, least=0)
        finite_fields(self, "phrase_threshold")
        mark = isinstance(self.phrase_mark, str) and not any(map(str.isspace, self.phrase_mark))
        require(mark, "phrase_mark", self.phrase_mark, "give a mark without white space")

    def files(self) -> list[Path]:
        """The files, in the order of `path`, those of a folder or pattern by name.

        Raises:
            ValueError: none is named, there is none, one is named twice, or is no ordinary file.
        """
        require(bool(self.path), "path", self.path, "give the text to learn from: --corpus.path books.txt")
        found = [file for path in self.path for file in _matching(path)]
        twice = next((file for file, times in collections.Counter(found).items() if times > 1), None)
        require(twice is None, "path", str(twice), "this file is named twice; name it once")
        return found


def _matching(path: str) -> list[Path]:
    place = expanded(path)
    if place.is_dir():
        found = sorted(file for file in place.rglob("*") if file.is_file() and not _hidden(file, place))
        require(bool(found), "path", path, "there is no file in this folder; give another")
        return found
    if not place.exists() and glob.has_magic(path):
        found = sorted(Path(name) for name in glob.glob(str(place), recursive=True) if Path(name).is_file())
        require(bool(found), "path", path, "no file matches this pattern; give another")
        return found
    try:
        status = place.stat()
    except (OSError, ValueError) as error:  # of a NUL in it, a ValueError
        why = getattr(error, "strerror", error)
        raise ValueError(f"path={path!r}: can't be read ({why}); give a text file") from None
    remedy = "this is a pipe or a device; give an ordinary file"
    require(stat.S_ISREG(status.st_mode), "path", path, remedy)
    return [place]


def _hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)
