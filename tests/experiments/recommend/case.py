"""Who gave which marks to which pieces: ids with spaces, quotes, commas and umlauts."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.applications.case import Case, Spoilt, Tables, all_of, with_value

USERS, PIECES, EACH = 24, 16, 9
WHO, WHAT, MARK, WHEN = "qui ?", "pièce", "note /10", "wann"


def draw(folder: Path, rng: np.random.Generator) -> Tables:
    users, pieces = rng.normal(0, 1, USERS), rng.normal(0, 1, PIECES)
    rows = []
    for user in range(USERS):
        for piece in rng.choice(PIECES, EACH, replace=False).tolist():
            mark = np.clip(5 + users[user] + pieces[piece] + rng.normal(0, 0.3), 0, 10).round(1)
            names = {WHO: f'Łuk "{user:03}"', WHAT: f"n° {piece}, live"}
            rows.append({**names, MARK: float(mark), WHEN: int(rng.integers(10**6))})
    return {"marks": [rows[place] for place in rng.permutation(len(rows))]}


def strangers(tables: Tables) -> Tables:
    """The latest fifth is of others, and of other pieces."""
    rows = sorted(tables["marks"], key=lambda row: row[WHEN])
    first = len(rows) * 4 // 5
    late = [{**row, WHO: f"new {row[WHO]}", WHAT: f"new {row[WHAT]}"} for row in rows[first - 1 :]]
    return {"marks": [*rows[: first - 1], *late]}


def check(answers: list[list[str]]) -> None:
    known, unknown, mark, new = answers
    assert len(known) > 2 and len(unknown) == 2 * 10 + 1
    assert {*unknown[:-1:2]} <= {f"n° {piece}, live" for piece in range(PIECES)}
    assert all(0 <= float(answer[0]) <= 10 for answer in (mark, new))


CASE = Case(
    "recommend",
    draw,
    {
        **{"data.user": WHO, "data.item": WHAT, "data.rating": MARK, "data.time": WHEN},
        **{"embedding.vocabulary": "60", "embedding.dim": "4", "rivals.hashed.dim": "4"},
        **{"rivals.hashed.buckets": "60", "train.batch": "64"},
    },
    "data.user",
    ('Łuk "003"', "nobody", 'Łuk "003"\tn° 1, live', "nobody\tn° 99"),
    check,
    ("a\tb\tc", "3 fields"),
    Spoilt(f"{{main}}, line 4, column '{MARK}' .*'bien' is no finite", with_value("marks", 2, MARK, "bien")),
    ("mean", "biases"),
    noted="2 of 4 lines name what the model has not learnt: user=nobody, item=n° 99.\n",
    one_class=Spoilt("all 216 ratings are 7", all_of("marks", MARK, 7)),
    unseen=Spoilt(
        "no tested row has a user or an item that is learnt from", strangers, {"holdout.by": "moment"}
    ),
)
