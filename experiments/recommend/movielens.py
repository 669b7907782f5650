"""MovieLens 100k: 100,000 ratings of 1,682 films by 943 people, with what is known of both.

Source: Harper & Konstan 2015, "The MovieLens datasets: history and context". GroupLens' terms allow research,
and neither redistribution nor commercial use without permission.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from experiments.data.files import existing_file
from experiments.data.originals import MOVIELENS
from experiments.data.reading import text_lines
from experiments.data.tables import Table, read
from experiments.data.tables.times import times
from experiments.recommend.data import Data, assembled, described
from experiments.recommend.features import Bins, words
from experiments.recommend.interactions import Interactions, numbered

_GENRES = (
    *("unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama"),
    *(
        "Fantasy",
        "Film-Noir",
        "Horror",
        "Musical",
        "Mystery",
        "Romance",
        "Sci-Fi",
        "Thriller",
        "War",
        "Western",
    ),
)
_COLUMNS = {
    "u.data": ("user", "item", "rating", "timestamp"),
    "u.user": ("user", "age", "gender", "occupation", "zip"),
    "u.item": ("item", "title", "releaseDate", "videoReleaseDate", "imdbURL", *_GENRES),
}
_ENCODING = "latin-1"
#: The age groups of MovieLens 1M, by their least age.
_AGES = {0: "-17", 18: "18-24", 25: "25-34", 35: "35-44", 45: "45-49", 50: "50-55", 56: "56-"}

_BINS = Bins(tuple(float(least) for least in _AGES if least), tuple(_AGES.values()))


@Data.register_subclass("movielens")
@dataclasses.dataclass(frozen=True)
class Movielens(Data):
    """The files of MovieLens 100k as GroupLens gives them, or with a line of column names before.

    Words: `user=17`, `age=25-34` (in the groups of MovieLens 1M), `gender=F`, `occupation=student`; and
    `item=50`, `genre=Drama`, one for each genre of a film.

    Attributes:
        folder: where the three files lie; empty for `movielens_100k` below what `EMBEDLAB_DATA` names.

    Example:
        >>> Movielens().folder
        ''
    """

    folder: str = ""

    def load(self) -> Interactions:
        ratings = self._table("u.data")
        people, films = self._table("u.user"), self._table("u.item")
        user, of_users = numbered(ratings.ids("user"))
        item, of_items = numbered(ratings.ids("item"))
        known = {
            "age": [(f"age={age_group(age)}",) for age in people.numbers("age")],
            **{column: words(column, people.column(column)) for column in ("gender", "occupation")},
        }
        genres = {"genre": _genres(films)}
        return assembled(
            MOVIELENS.title,
            (
                dataclasses.replace(described("user", of_users, people, "user", known), bins={"age": _BINS}),
                user,
            ),
            (described("item", of_items, films, "item", genres, "title"), item),
            ratings.numbers("rating").astype(np.float32),
            times(ratings, "timestamp"),
        )

    def _table(self, file: str) -> Table:
        path = f"{self.folder}/{file}" if self.folder else MOVIELENS.path(file)
        found, names = (
            existing_file("folder", path, holds="what GroupLens gives under this name"),
            _COLUMNS[file],
        )
        columns = {f"data.{name}": name for name in names}
        begins = next(text_lines(found, _ENCODING), "")
        header = () if begins.startswith(names[0]) else names
        return read(found, columns, flag="data.folder", form="csv", header=header, encoding=_ENCODING)


def age_group(age: float) -> str:
    """The group of an age.

    Args:
        age: in years.

    Example:
        >>> age_group(24), age_group(56)
        ('18-24', '56-')
    """
    return _AGES[max(least for least in _AGES if least <= age)]


def _genres(films: Table) -> list[tuple[str, ...]]:
    columns = [films.column(genre) for genre in _GENRES]
    return [
        tuple(f"genre={genre}" for genre, flag in zip(_GENRES, flags, strict=True) if flag == "1")
        for flags in zip(*columns, strict=True)
    ]
