"""Files of interactions drawn anew, with ids, genres and tastes of their own: what a user might bring."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np

from experiments.study.program import main

USERS, ITEMS, EACH = 60, 40, 14
GENRES = ("jazz", "folk", "punk")


def write(folder: Path, seed: int = 0) -> Path:
    """`plays.csv`, `listeners.csv`, `albums.csv`: who plays what follows from a taste for one genre."""
    rng = np.random.default_rng(seed)
    taste, genre = rng.integers(len(GENRES), size=USERS), np.arange(ITEMS) % len(GENRES)
    fame = rng.normal(size=ITEMS)
    rows = []
    for user in range(USERS):
        fit = 2.0 * (genre == taste[user]) + 0.5 * fame
        chance = np.exp(fit - fit.max())
        picked = rng.choice(ITEMS, EACH, replace=False, p=chance / chance.sum())
        for item in picked:
            stars = np.clip(np.rint(3 + fit[item] - 1 + rng.normal(0, 0.5)), 1, 5)
            rows.append((f"u{user}", f"album {item}", int(stars), int(rng.integers(10**6))))
    rows = [rows[place] for place in rng.permutation(len(rows))]
    _table(folder / "plays.csv", ("listener", "album", "stars", "when"), rows)
    ages = [(f"u{user}", GENRES[taste[user]], int(rng.integers(18, 70))) for user in range(USERS)]
    _table(folder / "listeners.csv", ("listener", "likes", "age"), ages)
    albums = [(f"album {item}", GENRES[genre[item]], f"Album No. {item}") for item in range(ITEMS)]
    _table(folder / "albums.csv", ("album", "genre", "title"), albums)
    return folder


def _table(path: Path, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


PLAYS = ("--data.user", "listener", "--data.item", "album", "--data.rating", "stars", "--data.time", "when")
SIDES = (
    *("--data.user_features", "likes,age", "--data.item_features", "genre", "--data.item_title", "title"),
)
QUICK = (
    *("--embedding.vocabulary", "200", "--embedding.dim", "8"),
    *("--train.steps", "300", "--train.evaluate_every", "100"),
)


def flags(folder: Path, *, features: bool = False) -> tuple[str, ...]:
    """What names the drawn files and their columns."""
    users, items = str(folder / "listeners.csv"), str(folder / "albums.csv")
    sides = ("--data.users", users, "--data.items", items, *SIDES) if features else ()
    return ("--data.path", str(folder / "plays.csv"), *PLAYS, *sides)


def ran(*words: str) -> tuple[int, str]:
    """The program with these words: its status, and all that it says, on one line."""
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        status = main("recommend", list(words))
    return status, " ".join(said.getvalue().split())
