"""Short reviews in words that are made up, by the config of MR without GloVe's vectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from experiments.classify import main
from experiments.settings import config_file, overrides
from experiments.settings.arguments import FLAGS
from tests.applications.case import Case, Spoilt, Tables, all_of, of_classes, strangers, with_value

CONFIG = Path(__file__).resolve().parents[3] / "configs" / "sentiment" / "mr.py"
KINDS = ("dafür, sehr", 'contre "tout"')


def draw(folder: Path, rng: np.random.Generator) -> Tables:
    rows = []
    for number in range(160):
        own = rng.integers(0, 9, 3) + 10 * (number % 2)
        words = [*(f"größ{word}" for word in own), *(f"“mot{word}”," for word in rng.integers(0, 40, 5))]
        said = " ".join(words[place] for place in rng.permutation(len(words)))
        rows.append({"nr": number, "quoi ?": said, "Meinung": KINDS[number % 2]})
    return {"goods": rows}


def form(ending: str) -> dict[str, str]:
    """The config's own file is in Latin-1."""
    return {"data.type": ending, **({} if ending == "parquet" else {"data.encoding": "utf-8"})}


def fingerprint(words: list[str]) -> object:
    applied = overrides.apply(config_file.load(words[0]), words[1:], FLAGS)
    found = applied.config.data.load()
    return found.texts, found.labels.tolist(), found.classes


CASE = Case(
    "sentiment",
    draw,
    {
        **{"data.text": "quoi ?", "data.label": "Meinung", "folds": "0"},
        **{"transfer.vectors": "", "transfer.oov": "random"},
        **{"embedding.vocabulary": "300", "embedding.dim": "4", "rivals.hashed.buckets": "300"},
        **{"rivals.hashed.dim": "4", "rivals.hashed.vocabulary": "300", "train.batch": "32"},
    },
    "data.label",
    ("größ1 größ2", "größ11 größ12", "xqzv wqkj"),
    of_classes(KINDS),
    ("\xff", "0xff, which is no UTF-8"),
    Spoilt("{main}.*line 4", with_value("goods", 2, "Meinung", "")),
    ("majority", "tfidf-logistic"),
    one_class=Spoilt("is of class 'pour'", all_of("goods", "Meinung", "pour")),
    strange=Spoilt(
        "test 32",
        strangers("goods", lambda row: {"quoi ?": " ".join(f"neu{word}" for word in row["quoi ?"].split())}),
        {"data.test_path": "{folder}/strangers.csv"},
    ),
    config=str(CONFIG),
    form=form,
    main=main,
    fingerprint=fingerprint,
)
