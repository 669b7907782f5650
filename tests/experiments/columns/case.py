"""What comes back to a shop: by customer, by place and weekday, by a price that is at times missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from experiments.columns import baselines
from tests.applications.case import Case, Spoilt, Tables, all_of, line, of_classes, strangers, with_value

PRICE = "prix, €"
ASKED = ("Kunde", "Ort", PRICE)


def draw(folder: Path, rng: np.random.Generator) -> Tables:
    rows = []
    for number in range(260):
        who, where, price = int(rng.integers(12)), int(rng.integers(4)), rng.random() * 100
        odds = 2.0 * (who < 3) + (where == 1) + (price > 70) - 1.0
        back = "oui" if rng.random() < 1 / (1 + np.exp(-2 * odds)) else 'non "!"'
        cost = None if rng.random() < 0.1 else round(price, 2) + 0.001
        rows.append(
            {"nr": number, "Kunde": f'Ö "{who:02}"', "Ort": f"a, {where}", PRICE: cost, "zurück?": back}
        )
    return {"orders": rows}


def cheaper(monkeypatch: Any) -> None:
    for setting, value in {"_RATES": (0.1,), "_LEAVES": (7,), "_MOST_ITERATIONS": 5}.items():
        monkeypatch.setattr(baselines, setting, value)
    monkeypatch.setattr(baselines, "_PENALTIES", (1.0,))


CASE = Case(
    "columns",
    draw,
    {
        **{"data.target": "zurück?", "data.ignored": "nr", "data.numeric": f'["{PRICE}"]'},
        **{"embedding.vocabulary": "64", "embedding.dim": "4", "rivals.hashed.buckets": "64"},
        **{"rivals.hashed.dim": "4", "form.hidden": "8", "train.batch": "64", "words.bins": "8"},
    },
    "data.target",
    (line(ASKED), *(line(row) for row in (('Ö "01"', "a, 1", 7.5), ("new", "a, 2", ""), ("ß", "?", 9e9)))),
    of_classes(("oui", 'non "!"')),
    (line(("ß", "a, 1", "cher")), f"column '{PRICE}': 'cher' is no finite number"),
    Spoilt(f"{{main}}, line 4, column '{PRICE}'.*'cher' is no", with_value("orders", 2, PRICE, "cher")),
    ("majority", "one-hot-logistic", "boosted-trees"),
    noted="2 of 3 lines name what the model has not learnt: Kunde=new, Kunde=ß.\n",
    one_class=Spoilt("every row is of class 'oui'", all_of("orders", "zurück?", "oui")),
    strange=Spoilt(
        r"orders: 52 test rows, 2 .*Of 'Kunde', 'Ort' no test row has a value that training has",
        strangers("orders", lambda row: {"Kunde": f"new {row['nr']}", "Ort": f"new {row['nr']}"}),
        {"data.test_path": "{folder}/strangers.csv"},
    ),
    cheaper=cheaper,
)
