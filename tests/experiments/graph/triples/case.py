"""A family as facts: of whom each is the child, the parent, the grandparent."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.applications.case import Case, Spoilt, Tables, with_value

PEOPLE = 30


def called(person: int) -> str:
    return f'Tante "{person}", d. Ä.'


def draw(folder: Path, rng: np.random.Generator) -> Tables:
    facts = []
    parent = {child: int(rng.integers(0, child)) for child in range(1, PEOPLE)}
    for child, of in parent.items():
        facts += [(of, "est la mère de", child), (child, "Kind von", of)]
        if of in parent:
            facts.append((parent[of], "Oma, Opa", child))
    rows = [{"wer": called(a), "steht zu": how, "wem": called(b)} for a, how, b in facts]
    return {"family": [rows[place] for place in rng.permutation(len(rows))]}


def strange(tables: Tables) -> Tables:
    """The last tenth is of people whom training does not know, and is tested."""
    rows = tables["family"]
    first, last = len(rows) * 8 // 10, len(rows) * 9 // 10
    sides = ["train"] * first + ["valid"] * (last - first) + ["test"] * (len(rows) - last)
    late = [{**row, "wer": f"neu {row['wer']}", "wem": f"neu {row['wem']}"} for row in rows[last:]]
    return {"family": [{**row, "S": side} for row, side in zip([*rows[:last], *late], sides, strict=True)]}


def check(answers: list[list[str]]) -> None:
    people = {called(person) for person in range(PEOPLE)}
    tails, heads, (*unknown, _, _) = answers
    assert {*tails[:10:2], *heads[:10:2]} <= people and len(tails) == 12 and len(heads) == 13
    # The embedding that was better on validation answers, and a hashed one has rows for any name.
    assert unknown == ["unknown entity 'nobody'"] or ({*unknown[::2]} <= people and len(unknown) == 10)


CASE = Case(
    "triples",
    draw,
    {
        **{"data.head": "wer", "data.relation": "steht zu", "data.tail": "wem"},
        **{"train.batch": "32", "model.objective.count": "16"},
    },
    "data.relation",
    (f"{called(3)}\tKind von", f"\tKind von\t{called(0)}", "nobody\tKind von"),
    check,
    ("nobody", "'nobody' is no query"),
    Spoilt("{main}, line 4, column 'wem' .*the value is missing", with_value("family", 2, "wem", "")),
    ("frequent", "rules"),
    noted="1 of 3 lines names what the model has not learnt: nobody.\n",
    strange=Spoilt(r"\d ha(s|ve) an entity that no training fact has", strange, {"data.split": "S"}),
)
