"""What lets scores seem other than they are is told: at the start, below the table, and as values."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import embedlab
from experiments.config import Config, Text
from experiments.data import Csv
from experiments.documents.material import Material, read, read_folds, whole
from experiments.reports import report
from experiments.reports.doubts import doubts
from experiments.tasks import Labels, Value


def twins(count: int = 300, words: int = 30) -> list[str]:
    """Pairs of texts that differ in one word, and are unlike all others."""
    rng = np.random.default_rng(0)
    rows = []
    for number in range(count):
        text = [f"w{word}" for word in rng.integers(0, 3000, words)]
        rows += [" ".join([*text, end]) + f",{'xy'[number % 2]}\n" for end in ("here", "there")]
    return rows


def config(folder: Path, rows: list[str], **more: Any) -> Config:
    (folder / "set.csv").write_text("text,label\n" + "".join(rows))
    settings: dict[str, Any] = {"data": Csv(path=str(folder / "set.csv")), **more}
    return Config(embedlab.Dense(8, 2), **settings)


@pytest.fixture(scope="module")
def twinned(tmp_path_factory: pytest.TempPathFactory) -> Config:
    return config(tmp_path_factory.mktemp("twins"), twins())


def test_twins_of_test_rows_in_training_are_counted_and_told(twinned: Config) -> None:
    material = read(twinned)
    train = {text.rsplit(" ", 1)[0] for text in np.array(material.dataset.texts)[material.splits.train]}
    test = [text.rsplit(" ", 1)[0] for text in np.array(material.dataset.texts)[material.splits.test]]
    found = sum(text in train for text in test)
    assert len(test) == 60 and found > 40
    made = doubts(material)
    (sentence,) = made.sentences
    assert sentence.startswith(f"Of 60 test rows {found} have a near-duplicate in training, which flatters")
    assert "--data.near_duplicates true" in sentence
    assert made.facts == {"cut": 0, "near_duplicates": found, "of": 60, "single": []}
    assert report.about([material], 0.1).splitlines()[1:] == [sentence]


def test_kept_on_one_side_there_is_nothing_to_tell(twinned: Config) -> None:
    settings = dataclasses.replace(twinned, data=dataclasses.replace(twinned.data, near_duplicates=True))
    material = read(settings)
    train, test = (material.dataset.groups[rows] for rows in (material.splits.train, material.splits.test))
    assert len(test) == 60 and not np.isin(test, train).any()
    assert len(np.unique(material.dataset.groups)) == 300
    assert doubts(material).sentences == () and doubts(material).facts["near_duplicates"] is None


def test_over_folds_all_test_rows_are_counted(twinned: Config) -> None:
    materials = read_folds(dataclasses.replace(twinned, folds=5))
    assert len(materials) == 5 and all(each.near.found for each in materials)
    assert doubts(whole(materials)).facts["near_duplicates"] == sum(each.near.found for each in materials)
    assert doubts(whole(materials)).facts["of"] == 600


def test_streamed_texts_are_not_looked_at_and_it_is_told(twinned: Config) -> None:
    (sentence,) = doubts(read(dataclasses.replace(twinned, stream=True))).sentences
    assert sentence == (
        "Near-duplicates of test rows in training were not looked for: the texts are not held in memory."
    )


def test_a_few_are_passed_over(tmp_path: Path) -> None:
    rows = [f"a{i} b{i} c{i} d{i} e{i} f{i},{'xy'[i % 2]}\n" for i in range(400)]
    material = read(config(tmp_path, rows))
    assert doubts(material).sentences == () and doubts(material).facts["near_duplicates"] == 0


def plain(count: int = 100) -> list[str]:
    return [f"one{i} two{i},{'pos' if i % 2 else 'neg'}\n" for i in range(count)]


def about(material: Material) -> str:
    return " ".join(doubts(material).sentences)


def test_a_class_of_one_row_is_named(tmp_path: Path) -> None:
    material = read(config(tmp_path, [*plain(), "a fine film,psoitive\n"]))
    assert about(material) == (
        "1 of 3 classes has one row alone ('psoitive'), which can't be both learnt and tested; if it is "
        "mistyped, say what it means with --data.aliases found=meant."
    )
    assert doubts(material).facts["single"] == ["psoitive"]
    aliases = Csv(path=str(tmp_path / "set.csv"), aliases=("psoitive=pos",))
    assert doubts(read(dataclasses.replace(material.config, data=aliases))).sentences == ()


def test_single_labels_and_numbers_are_told_and_values_have_none(tmp_path: Path) -> None:
    rows = [f"one{i} two{i},{i % 4}.5\n" for i in range(100)] + ["x,7.25\n", "y,8.75\n"]
    settings = config(tmp_path, rows)
    assert "2 of 6 classes have one row alone ('7.25', '8.75')" in about(read(settings))
    assert "numbers are learnt as such with --task.type value" in about(read(settings))
    assert about(read(dataclasses.replace(settings, task=Value()))) == ""
    assert "2 of 6 labels have one row" in about(read(dataclasses.replace(settings, task=Labels())))


def test_documents_that_are_cut_are_counted_and_told_at_the_start(tmp_path: Path) -> None:
    rows = [f"one{i} two{i}{' and more' if i % 2 else ''},{'xy'[i // 2 % 2]}\n" for i in range(100)]
    material = read(config(tmp_path, rows, text=Text(max_length=2)))
    made, test = doubts(material), material.splits.test
    assert made.cut == made.facts["cut"] == int((test % 2).sum()) > 0
    said = f"{made.cut} of the {len(test)} test documents are longer than text.max_length=2 tokens; what"
    assert report.about([material], 0.1).splitlines()[1].startswith(said)
    exact = read(dataclasses.replace(material.config, text=Text(max_length=4)))
    assert doubts(exact).cut == 0 and len(report.about([exact], 0.1).splitlines()) == 1


def test_of_pairs_either_text_may_be_cut(tmp_path: Path) -> None:
    rows = ["a,b c,x\n", "a b,c,y\n", "a,b,x\n"] * 20
    (tmp_path / "pairs.csv").write_text("text,other,label\n" + "".join(rows))
    settings = config(tmp_path, [], data=Csv(path=str(tmp_path / "pairs.csv"), second="other"))
    with pytest.raises(ValueError):
        read(settings)  # three pairs alone
    rows = [f"a{i},b{i} c,x\na{i} b,c{i},y\nd{i},e{i},x\n" for i in range(20)]
    (tmp_path / "pairs.csv").write_text("text,other,label\n" + "".join(rows))
    material = read(dataclasses.replace(settings, text=Text(max_length=1)))
    assert material.corpus.cut is not None and material.corpus.cut.tolist() == [True, True, False] * 20
