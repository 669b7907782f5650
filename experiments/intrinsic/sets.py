"""All that is asked of vectors: published sets by name, and a user's own files.

Published sets are looked for in the folder that `EMBEDLAB_DATA` names, as the data of experiments are.

Source: the sets' own papers, named below.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from pathlib import Path

from embedlab.quality import OutlierSet, Question
from experiments.data.originals import GOOGLE_ANALOGIES, WORD_SIMILARITY
from experiments.intrinsic.groups import read_categories, read_outliers
from experiments.intrinsic.lines import require_file
from experiments.intrinsic.pairs import Pair, read_pairs
from experiments.intrinsic.questions import read_questions
from experiments.nearest import nearest_first
from experiments.paths import expanded

#: Name → file and title. Finkelstein et al. 2002, its parts by Agirre et al. 2009; Hill et al. 2015; Bruni et
#: al. 2014; Rubenstein & Goodenough 1965; Miller & Charles 1991; Radinsky et al. 2011; Yang & Powers 2006.
SIMILARITY = {
    "ws353": ("EN-WS-353-ALL.txt", "WordSim-353"),
    "ws353-sim": ("EN-WS-353-SIM.txt", "WordSim-353 sim"),
    "ws353-rel": ("EN-WS-353-REL.txt", "WordSim-353 rel"),
    "simlex999": ("EN-SIMLEX-999.txt", "SimLex-999"),
    "men": ("EN-MEN-TR-3k.txt", "MEN"),
    "rg65": ("EN-RG-65.txt", "RG-65"),
    "mc30": ("EN-MC-30.txt", "MC-30"),
    "mturk287": ("EN-MTurk-287.txt", "MTurk-287"),
    "verb143": ("EN-VERB-143.txt", "VERB-143"),
}
GOOGLE = "google"


@dataclasses.dataclass(frozen=True)
class Sets:
    """What is asked.

    Attributes:
        similarity: title → pairs of words with a judgement.
        analogies: title → questions.
        categories: title → words with their categories.
        outliers: groups with outliers.
        files: path → SHA-256 of each file that was read.

    Example:
        >>> Sets().asked
        False

    Source: none.
    """

    similarity: dict[str, tuple[Pair, ...]] = dataclasses.field(default_factory=dict)
    analogies: dict[str, tuple[Question, ...]] = dataclasses.field(default_factory=dict)
    categories: dict[str, tuple[tuple[str, str], ...]] = dataclasses.field(default_factory=dict)
    outliers: tuple[OutlierSet, ...] = ()
    files: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def asked(self) -> bool:
        """Whether there is anything."""
        return bool(self.similarity or self.analogies or self.categories or self.outliers)

    def lowered(self) -> Sets:
        """The same with all words in lower case."""
        return dataclasses.replace(
            self,
            similarity={
                title: tuple((a.lower(), b.lower(), value) for a, b, value in pairs)
                for title, pairs in self.similarity.items()
            },
            analogies={title: tuple(map(_lowered, questions)) for title, questions in self.analogies.items()},
            categories={
                title: tuple((word.lower(), category) for word, category in words)
                for title, words in self.categories.items()
            },
            outliers=tuple(
                OutlierSet(tuple(map(str.lower, each.words)), tuple(map(str.lower, each.outliers)), each.name)
                for each in self.outliers
            ),
        )


def _lowered(question: Question) -> Question:
    a, b, c, d = (word.lower() for word in question[:4])
    return Question(a, b, c, d, question.section)


def read_sets(
    similarity: Sequence[str] | None = None,
    analogies: Sequence[str] | None = None,
    categories: Sequence[str] = (),
    outliers: Sequence[str] = (),
    encoding: str = "utf-8",
) -> Sets:
    """Reads what is asked.

    Args:
        similarity: names of published sets, or files of pairs; None for those published sets that are there.
        analogies: `google`, or files of questions; None for Google's, if they are there.
        categories: files of words and categories.
        outliers: files of groups, or folders of them.
        encoding: of the files.

    Raises:
        ValueError: one is not there, or not of its form.

    Example:
        >>> read_sets(similarity=["none.txt"])
        Traceback (most recent call last):
        ValueError: --similarity none.txt: it can't be read ...
    """
    pairs = [_similarity(name) for name in (_there() if similarity is None else similarity)]
    asked = [_analogies(name) for name in (_google() if analogies is None else analogies)]
    kinds = [_own(name, "--categories") for name in categories]
    groups = [expanded(name) for name in outliers]
    found = Sets(
        {title: read_pairs(path, encoding) for title, path in _titled(pairs)},
        {title: read_questions(path, encoding) for title, path in _titled(asked)},
        {title: read_categories(path, encoding) for title, path in _titled(kinds)},
        read_outliers(groups, encoding),
    )
    read = [path for _, path in (*pairs, *asked, *kinds)]
    read += [file for path in groups for file in (sorted(path.glob("*.txt")) if path.is_dir() else [path])]
    return dataclasses.replace(found, files={str(path): _digest(path) for path in read})


def _there() -> list[str]:
    return [name for name, (file, _) in SIMILARITY.items() if Path(WORD_SIMILARITY.path(file)).is_file()]


def _google() -> list[str]:
    return [GOOGLE] if Path(_questions()).is_file() else []


def _questions() -> str:
    return GOOGLE_ANALOGIES.path(GOOGLE_ANALOGIES.files[0])


def _similarity(name: str) -> tuple[str, Path]:
    """Title and path."""
    if name.lower() in SIMILARITY:
        file, title = SIMILARITY[name.lower()]
        return title, Path(WORD_SIMILARITY.path(file))
    return _own(name, "--similarity", list(SIMILARITY))


def _analogies(name: str) -> tuple[str, Path]:
    if name.lower() == GOOGLE:
        return GOOGLE_ANALOGIES.title, Path(_questions())
    return _own(name, "--analogies", [GOOGLE])


def _own(name: str, flag: str, known: Sequence[str] = ()) -> tuple[str, Path]:
    path = expanded(name)
    if known and not path.exists() and "." not in name and "/" not in name:
        raise ValueError(
            f"{flag} {name}: there is neither a file nor a set of this name; give a file, or one of "
            f"{nearest_first(name, known)}"
        )
    require_file(path, flag)
    return path.stem, path


def _titled(found: Sequence[tuple[str, Path]]) -> list[tuple[str, Path]]:
    """Files of one name are told apart by their paths."""
    titles = [title for title, _ in found]
    return [(title if titles.count(title) == 1 else str(path), path) for title, path in found]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
