"""Codebooks: vectors become words, those of the nearest of some centres that k-means found.

Frames of sound, of video and patches of pictures all go this way, so that a table of embeddings can be read
by what is no symbol: *vector quantisation*. A codebook is fitted on training rows alone.

Reference: Linde, Buzo & Gray 1980, "An algorithm for vector quantizer design"; Lee 1988, "Large-vocabulary
speaker-independent continuous speech recognition: the SPHINX system" (several codebooks side by side);
Jégou, Douze & Schmid 2011, "Product quantization for nearest neighbor search".
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from jaxtyping import Float, Int32

from embedlab.checks import require, require_count
from experiments.checks import require_bool, require_counts

_BLOCK = 2**14  # rows whose distances are held at once
_BATCH = 4096  # rows of a step of k-means
_MOST_CODES = 2**16


@dataclasses.dataclass(frozen=True)
class Codes:
    """How a codebook is made.

    Attributes:
        codes: centres of each book, at most: no more than there are distinct training rows.
        books: how many books there are; the columns are cut into so many equal runs, a book for each.
        standardise: whether each column is brought to mean 0 and variance 1 before, those of training; else
            columns of large numbers alone decide.
        rows: training rows that k-means sees, at most, drawn by the seed; the centres settle with some
            hundred rows a code.
        seed: of k-means.

    Raises:
        ValueError: a count that is none, or a switch that is no bool.

    Example:
        >>> Codes(codes=64).books
        1
    """

    codes: int = 256
    books: int = 1
    standardise: bool = True
    rows: int = 100_000
    seed: int = 0

    def __post_init__(self) -> None:
        require_counts(self, _MOST_CODES, "codes", "books")
        require_count("rows", self.rows)
        require_count("seed", self.seed, least=0)
        require_bool("standardise", self.standardise)


@dataclasses.dataclass(frozen=True, eq=False)
class Codebook:
    """Centres, and how vectors become the numbers of the nearest ones.

    Attributes:
        mean: float64 [columns], taken from each vector.
        scale: float64 [columns], by which it is then divided.
        centres: of each book, float64 [codes, its columns]; the books' columns stand side by side.

    Example:
        >>> rows = np.array([[0.0], [0.1], [5.0], [5.1]])
        >>> book = fit(Codes(codes=2), rows)
        >>> first, _, other, _ = book.numbers(rows)[:, 0]
        >>> bool(first != other), book.words(rows[:1])[0] == f"c{first}"
        (True, True)
    """

    mean: Float[np.ndarray, " columns"]
    scale: Float[np.ndarray, " columns"]
    centres: tuple[Float[np.ndarray, "codes part"], ...]

    def numbers(self, rows: Float[np.ndarray, "rows columns"]) -> Int32[np.ndarray, "rows books"]:
        """The nearest centre of each book, `argmin_c |(x − mean) / scale − centre_c|²`; the first at a tie.

        Args:
            rows: float [rows, columns], of any number of rows, none included.

        Raises:
            ValueError: another number of columns than the codebook was fitted to.
        """
        require_columns(rows, len(self.mean))
        found = np.empty((len(rows), len(self.centres)), np.int32)
        halves = [(book**2).sum(1) / 2 for book in self.centres]
        for first in range(0, len(rows), _BLOCK):
            block = (rows[first : first + _BLOCK] - self.mean) / self.scale
            parts = np.split(block, _ends(self.centres), axis=1)
            for place, (part, book, half) in enumerate(zip(parts, self.centres, halves, strict=True)):
                # |x|² is the same for all centres; in float64, so that rounding makes no ties of its own.
                found[first : first + _BLOCK, place] = (part @ book.T - half).argmax(1)
        return found

    def words(self, rows: Float[np.ndarray, "rows columns"], prefix: str = "c") -> list[str]:
        """The words of rows [rows, columns], row after row, and of each the books one after the other.

        They are `c57` of one book, and `c0_57 c1_3 …` of several, which stand for different things.

        Args:
            rows: float [rows, columns].
            prefix: what the words begin with.

        Raises:
            ValueError: another number of columns than the codebook was fitted to.
        """
        return named(self.numbers(rows), prefix)

    def kept(self) -> dict[str, np.ndarray]:
        """Its arrays by name, from which `Codebook.of` makes it again."""
        books = {f"centres_{place}": book for place, book in enumerate(self.centres)}
        return {"mean": self.mean, "scale": self.scale, **books}

    @classmethod
    def of(cls, kept: Mapping[str, np.ndarray]) -> Codebook:
        """The codebook that `kept` was of.

        Args:
            kept: its arrays by name, of the shapes that they had.

        Raises:
            ValueError: arrays are missing, or do not fit each other.
        """
        names = [f"centres_{place}" for place in range(len(kept) - 2)]
        lacking = [
            name for name in ("mean", "scale", *names, *(() if names else ("centres_0",))) if name not in kept
        ]
        if lacking:
            raise ValueError(f"a codebook lacks {', '.join(lacking)}; it was not stored whole")
        centres = tuple(np.asarray(kept[name], np.float64) for name in names)
        columns = sum(book.shape[1] for book in centres)
        book = cls(np.asarray(kept["mean"], np.float64), np.asarray(kept["scale"], np.float64), centres)
        if not columns == len(book.mean) == len(book.scale):
            raise ValueError(f"a codebook of {columns} columns has {len(book.mean)} means; it was altered")
        return book


def fit(settings: Codes, rows: Float[np.ndarray, "rows columns"]) -> Codebook:
    """A codebook of training rows: k-means of each run of columns, by itself.

    Args:
        settings: how many books and codes.
        rows: float [rows, columns], of the training side alone.

    Raises:
        ValueError: no rows, a number that is not finite, or columns that can't be cut so.

    Example:
        >>> rows = np.random.default_rng(0).normal(size=(100, 6))
        >>> [book.shape for book in fit(Codes(codes=8, books=2), rows).centres]
        [(8, 3), (8, 3)]

    Reference: Sculley 2010, "Web-scale k-means clustering" (in batches); Arthur & Vassilvitskii 2007,
    "k-means++" (where it begins).
    """
    if not len(rows):
        raise ValueError("no training rows to make a codebook of; give some")
    columns = rows.shape[1]
    remedy = f"{columns} columns can't be cut into so many equal runs; give a number that divides them"
    require(columns % settings.books == 0, "books", settings.books, remedy)
    if not np.isfinite(rows).all():
        raise ValueError("training rows hold a number that is not finite; leave such rows out")
    mean, scale = np.zeros(rows.shape[1]), np.ones(rows.shape[1])
    if settings.standardise:
        mean, scale = rows.mean(0, dtype=np.float64), rows.std(0, dtype=np.float64)
        scale = np.where(scale > 1e-12 * np.abs(mean).clip(1), scale, 1)  # a column that is always the same
    drawn = rows
    if len(rows) > settings.rows:
        chosen = np.random.default_rng(settings.seed).choice(len(rows), settings.rows, replace=False)
        drawn = rows[np.sort(chosen)]
    parts = np.split((drawn - mean) / scale, settings.books, axis=1)
    return Codebook(mean, scale, tuple(_centres(settings, part) for part in parts))


def named(numbers: Int32[np.ndarray, "rows books"], prefix: str = "c") -> list[str]:
    """Words of codes [rows, books], as `Codebook.words` gives them.

    Example:
        >>> named(np.array([[5, 1], [0, 2]], np.int32), "s")
        ['s0_5', 's1_1', 's0_0', 's1_2']
    """
    books = numbers.shape[1]
    begins = [prefix] if books == 1 else [f"{prefix}{place}_" for place in range(books)]
    return [f"{begin}{code}" for row in numbers.tolist() for begin, code in zip(begins, row, strict=True)]


def bigrams(words: Sequence[str]) -> list[str]:
    """Words, and after them each with the one that follows: what a bag knows of the order.

    Example:
        >>> bigrams(["s5", "s1", "s1"])
        ['s5', 's1', 's1', 's5+s1', 's1+s1']
    """
    return [*words, *(f"{first}+{second}" for first, second in itertools.pairwise(words))]


def without_repeats(words: Iterable[str]) -> list[str]:
    """Of words that follow on themselves only the first: how long a sound is held is then left out.

    Example:
        >>> without_repeats(["s5", "s5", "s1", "s5"])
        ['s5', 's1', 's5']
    """
    return [word for word, _ in itertools.groupby(words)]


def require_columns(rows: np.ndarray, columns: int) -> None:
    """Refuses rows [rows, columns] of another number of columns.

    Raises:
        ValueError: they are no table, or have more or fewer.
    """
    if rows.ndim != 2 or rows.shape[1] != columns:
        raise ValueError(
            f"rows of shape {list(rows.shape)} where a table of {columns} columns is read; "
            "give what the codebook was fitted to"
        )


def _centres(settings: Codes, part: np.ndarray) -> np.ndarray:
    from sklearn.cluster import MiniBatchKMeans  # here: 2 s that a mistake need not wait for
    from threadpoolctl import threadpool_limits

    distinct = np.unique(part, axis=0)
    if len(distinct) <= settings.codes:
        return distinct
    model = MiniBatchKMeans(settings.codes, batch_size=_BATCH, n_init=1, random_state=settings.seed)
    with threadpool_limits(1):  # several would wait for each other, and add up in another order
        return model.fit(part).cluster_centers_.astype(np.float64)


def _ends(centres: Sequence[np.ndarray]) -> list[int]:
    return list(itertools.accumulate(book.shape[1] for book in centres))[:-1]
