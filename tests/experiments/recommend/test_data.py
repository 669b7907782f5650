"""Interactions from a user's own files: their form, their words, and what is refused, by place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from experiments.recommend.data import Files
from experiments.recommend.features import words
from experiments.recommend.interactions import latest
from experiments.recommend.movielens import Movielens


def files(folder: Path, rows: str, users: str = "", items: str = "", **more: object) -> Files:
    texts = {"plays": rows, "users": users, "items": items}
    for name, text in texts.items():
        if text:
            (folder / f"{name}.csv").write_text(text)
    named = {name: str(folder / f"{name}.csv") for name in ("users", "items") if texts[name]}
    return Files(path=str(folder / "plays.csv"), **named, **more)  # type: ignore[arg-type]


def test_ids_are_strings_and_sides_are_joined(tmp_path: Path) -> None:
    data = files(
        tmp_path,
        "user,item,stars,day\n07,x,3,1\n7,y,4.5,2\n07,y,1,3\n",
        users="user,age\n7,30\nnobody,31\n",
        items="id;genre;name\ny;war|drama;The Y\nz;;\nx;war;\n",
        rating="stars",
        time="day",
        user_features=("age",),
        item_id="id",
        item_features=("genre",),
        item_title="name",
    ).load()
    assert data.users.names == ("07", "7", "nobody") and data.items.names == ("x", "y", "z")
    assert data.user.tolist() == [0, 1, 0] and data.item.tolist() == [0, 1, 1]
    assert data.rating is not None and data.rating.tolist() == [3, 4.5, 1]
    assert data.users.features == ((), ("age=30",), ("age=31",))
    assert data.items.features == (("genre=war",), ("genre=war", "genre=drama"), ())
    assert data.items.titles == ("x", "The Y", "z")


def test_of_a_pair_that_comes_up_again_the_last_counts(tmp_path: Path) -> None:
    rows = "user,item,stars,day\na,x,1,9\na,x,5,2\na,y,3,3\nb,x,2,2\nb,x,4,2\n"
    data = files(tmp_path, rows, rating="stars", time="day").load()
    assert data.rating is not None and data.rating.tolist() == [1, 3, 4]
    assert data.notes == (
        "2 rows are of a user and an item that come up again later: the last alone counts.",
    )


def test_times_may_be_dates(tmp_path: Path) -> None:
    rows = "user,item,day\na,x,2024-03-01\na,y,2024-03-01 12:30\nb,x,2024-02-29T23:00:00-02:00\n"
    data = files(tmp_path, rows, time="day").load()
    assert data.time is not None and (data.time - data.time[0]).tolist() == [0, 45000, 3600]
    with pytest.raises(
        ValueError, match=r"line 3, column 'day' \(--data.time\): '3/2/24' is no date; write d"
    ):
        files(tmp_path, "user,item,day\na,x,2024-03-01\na,y,3/2/24\n", time="day").load()


def test_latest_is_the_last_of_each_pair_by_brute_force() -> None:
    rng = np.random.default_rng(0)
    user, item, time = rng.integers(5, size=200), rng.integers(6, size=200), rng.integers(9, size=200)
    last: dict[tuple[int, int], tuple[int, int]] = {}
    for row, key in enumerate(zip(user.tolist(), item.tolist(), strict=True)):
        last[key] = max(last.get(key, (-1, -1)), (int(time[row]), row))
    assert latest(user, item, time).tolist() == sorted(row for _, row in last.values())


def test_columns_become_words() -> None:
    assert words("seen", ["1", "0", ""]) == [("seen=1",), (), ()]
    assert words("city", ["Rome|Paris", " ", "Rome"], "|") == [
        ("city=Rome", "city=Paris"),
        (),
        ("city=Rome",),
    ]
    assert words("city", ["Rome|Paris"], "") == [("city=Rome|Paris",)]
    assert words("stars", ["3", "4"]) == [("stars=3",), ("stars=4",)]


def test_many_numbers_become_ten_bins_that_hold_them() -> None:
    numbers = np.random.default_rng(0).normal(size=300)
    found = words("age", [*map(str, numbers), ""])
    assert found[-1] == ()
    assert len({word for (word,) in found[:-1]}) == 10
    for number, (word,) in zip(numbers, found[:-1], strict=True):
        low, high = map(float, word.removeprefix("age=").split("…"))
        assert low - 1e-5 * abs(low) <= number <= high + 1e-5 * abs(high)
    counts = np.unique([word for (word,) in found[:-1]], return_counts=True)[1]
    assert counts.tolist() == [30] * 10


@pytest.mark.parametrize(
    ("rows", "more", "said"),
    [
        ("usr,item\na,x\n", {}, r"--data\.user='user': .*plays\.csv has no column of this name.*'usr'"),
        ("user,item,s\na,x,1\nb,y,\n", {"rating": "s"}, r"plays\.csv, line 3, column 's'.*no number"),
        ("user,item,s\na,x,good\n", {"rating": "s"}, r"line 2, column 's'.*'good' is no finite number"),
        ("user,item\na,\n", {}, r"line 2, column 'item'.*missing"),
        ("user,item\na,x,3\n", {}, r"line 2: 3 fields where there are 2 columns"),
        ("user,item\n", {}, "holds no row"),
    ],
)
def test_what_is_wrong_in_the_file_is_told_by_its_place(
    tmp_path: Path, rows: str, more: dict[str, str], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        files(tmp_path, rows, **more).load()


@pytest.mark.parametrize(
    ("users", "more", "said"),
    [
        (
            "user,age\na,3\na,4\n",
            {},
            r"users\.csv, line 3, column 'user': user 'a' has a row already \(line 2\)",
        ),
        ("user,age\nA,3\n", {}, r"none of the 1 users with interactions is in its column 'user'"),
        ("user,agee\na,3\n", {}, r"--data\.user_features='age': .* has no column of this name.*'agee'"),
        ("id,age\na,3\n", {}, r"--data\.user_id='user': .* has no column of this name"),
    ],
)
def test_what_is_wrong_with_a_side_is_told(
    tmp_path: Path, users: str, more: dict[str, str], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        files(tmp_path, "user,item\na,x\n", users, user_features=("age",), **more).load()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"item": "user"}, "item='user': this is the column of user already"),
        ({"user": ""}, "user='': name the column"),
        ({"item_features": ("genre",)}, "item_features=.*--data.items"),
    ],
)
def test_flags_that_do_not_go_together(given: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Files(path="plays.csv", **given)  # type: ignore[arg-type]


def made_movielens(folder: Path, header: bool) -> Movielens:
    """Three small files as GroupLens gives them: tabs in the first, bars in the others, latin-1."""
    genres = "unknown|Action|Adventure|Animation|Children's|Comedy|Crime|Documentary|Drama|Fantasy|Film-Noir"
    genres += "|Horror|Musical|Mystery|Romance|Sci-Fi|Thriller|War|Western"
    heads = (
        "user\titem\trating\ttimestamp\n",
        "user|age|gender|occupation|zip\n",
        f"item|title|releaseDate|videoReleaseDate|imdbURL|{genres}\n",
    )
    flags = "|".join("1" if genre in ("Drama", "War") else "0" for genre in genres.split("|"))
    texts = (
        "9\t5\t3\t881250949\n4\t5\t5\t881250950\n",
        "4|24|M|writer|85711\n9|56|F|other|T8H1N\n",
        f"5|Misérables, Les (1995)|01-Jan-1995||http://x|{flags}\n",
    )
    for name, head, text in zip(("u.data", "u.user", "u.item"), heads, texts, strict=True):
        (folder / name).write_text((head if header else "") + text, encoding="latin-1")
    return Movielens(str(folder))


@pytest.mark.parametrize("header", [False, True])
def test_movielens_as_it_is_given(tmp_path: Path, header: bool) -> None:
    data = made_movielens(tmp_path, header).load()
    assert data.users.bag(0) == ("user=9", "age=56-", "gender=F", "occupation=other")
    assert data.users.bag(1) == ("user=4", "age=18-24", "gender=M", "occupation=writer")
    assert data.items.bag(0) == ("item=5", "genre=Drama", "genre=War")
    assert data.items.title(0) == "Misérables, Les (1995)"
    assert data.rating is not None and data.rating.tolist() == [3, 5]
    assert data.time is not None and data.time.tolist() == [881250949, 881250950]


def test_movielens_that_is_not_there_is_told_with_where_to_fetch_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDLAB_DATA", "/nowhere")
    with pytest.raises(ValueError, match=r"data\.folder.*cannot be read.*fetch u\.data.*grouplens"):
        Movielens().load()
