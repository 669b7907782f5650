"""A user's own table by flags alone: a run with its baselines, answers to new rows, and what is refused."""

import csv
import dataclasses
import json

import numpy as np
import pytest

from embedlab.text import Vocabulary
from experiments.columns import APPLICATION, baselines
from experiments.study import registry
from experiments.study.application import Stored
from experiments.study.program import main
from experiments.study.tabular.rows import TableData

QUICK = {
    "train.steps": 40,
    "train.evaluate_every": 20,
    "train.rate": 0.02,
    "words.crosses": "shop*day",
    "quality.rows": 50,
    "quality.neighbours": 5,
    "quality.every": 0,
}
ALONE = {"words.crosses": "[]", "baselines": "false", "rivals": "none", "train.steps": 10}


def drawn(path, n=600, seed=0, mark=";"):
    """Orders that come back: by customer, by shop and day together, by a price that is at times missing."""
    rng = np.random.default_rng(seed)
    with path.open("w", newline="") as file:
        rows = csv.writer(file, delimiter=mark)
        rows.writerow(["order", "customer", "shop", "day", "price", "returned"])
        for number in range(n):
            customer, shop, day, price = (
                rng.integers(30),
                rng.integers(4),
                rng.integers(4),
                rng.random() * 100,
            )
            odds = (customer < 6) + 2.0 * (shop == day) + (price > 80) - 1.5
            answer = "yes" if rng.random() < 1 / (1 + np.exp(-2 * odds)) else "no"
            shown = "" if rng.random() < 0.1 else f"{price:.2f}"
            rows.writerow([number, f"c{customer}", f"s{shop}", f"d{day}", shown, answer])
    return path


def words(path, workdir, **flags):
    given = {"data.path": path, "data.target": "returned", "data.ignored": "order", **QUICK, **flags}
    return [str(w) for key, value in given.items() for w in (f"--{key}", value)] + ["--workdir", str(workdir)]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("columns")
    with pytest.MonkeyPatch.context() as fewer:  # trees: what is tried of them takes longest
        for setting, value in {"_RATES": (0.1,), "_LEAVES": (7,), "_MOST_ITERATIONS": 20}.items():
            fewer.setattr(baselines, setting, value)
        assert main("columns", words(drawn(folder / "orders.csv"), folder / "run")) == 0
    return folder / "run"


def test_a_users_table_is_learnt_beside_its_baselines(run):
    summary = json.loads((run / "summary.json").read_text())
    table = (run / "table.md").read_text()
    for name in ("majority", "one-hot-logistic", "boosted-trees", "dense", "hashed"):
        assert f"| {name}" in table
    dense = json.loads((run / "dense/seed-0/summary.json").read_text())
    assert dense["test"]["auc"] > 0.7 and {"precision", "recall", "cost"} <= dense["test"].keys()
    assert "one-hot-logistic" in summary["baselines"]


def test_words_are_values_and_crosses_of_columns(run):
    vocabulary = Vocabulary.load(run / "dense/seed-0/vocabulary.json")
    assert {"customer=c3", "shop=?", "shop×day=s1|d2", "price="} <= set(vocabulary.words)
    assert not any(word.startswith("order") for word in vocabulary.words)


def stored(run):
    folder = run / "hashed/seed-0"
    application, config = registry.decode(json.loads((folder / "config.json").read_text()))
    assert application is APPLICATION
    from experiments.study import kept

    names = tuple(json.loads((folder / "summary.json").read_text())["classes"])
    vocabulary = Vocabulary.load(folder / "vocabulary.json")
    return application.answering(Stored(config, vocabulary, names, kept.load(folder)))


def test_new_rows_are_answered_as_in_the_run(run, tmp_path):
    import jax

    model = stored(run)
    parameters = model.learner.init(jax.random.key(0), model.buffers)
    lines = ["d1,s1,c3,90.5", "d1,s2,c29,", "d9,s9,c99,10"]
    answers = list(model.answers(parameters, lines, "day,shop,customer,price"))
    assert len(answers) == 3 and all(name in ("yes", "no") and 0 <= float(p) <= 1 for name, p in answers)
    again = list(model.answers(parameters, ["7;c3;s1;d1;90.5;"], "order;customer;shop;day;price;returned"))
    assert again == answers[:1]


@pytest.mark.parametrize(
    "lines, header, message",
    [
        (
            ["d1,s1,c3"],
            "day,shop,custmer",
            "no column 'customer', which the model reads; the first line names 'custm",
        ),
        (["d1,s1,c3,9", "d1,s1"], "day,shop,customer,price", "line 2: 2 fields where there are 4 columns"),
        (["d1,s1,c3,dear"], "day,shop,customer,price", "line 1, column 'price': 'dear' is no finite number"),
    ],
)
def test_new_rows_that_are_malformed(lines, header, message, run):
    import jax

    model = stored(run)
    with pytest.raises(ValueError, match=message):
        list(model.answers(model.learner.init(jax.random.key(0), model.buffers), lines, header))


@pytest.mark.parametrize(
    "flags, message",
    [
        ({"data.target": "retuned"}, "--data.target='retuned': .* 'returned'"),
        ({"data.path": "nowhere.csv"}, "--data.path='nowhere.csv'.*No such file"),
        (
            {"data.target": "customer"},
            "metric='auc': this is of two classes.*has [23].; give --metric accuracy",
        ),
        ({"words.crosses": "shop*dya"}, "'dya' is no column of categories; there are 'day'"),
        ({"data.numeric": "shop"}, "line 2, column 'shop': 's. is no finite number"),
        ({"costs.missed": "0"}, "missed=0.*above 0"),
        ({"embedding.vocabulary": "3"}, "vocabulary=3: this leaves no ids"),
    ],
)
def test_what_is_refused_is_told(flags, message, tmp_path, capsys):
    import re

    assert main("columns", words(drawn(tmp_path / "orders.csv", 60), tmp_path / "run", **flags)) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert re.search(message.replace("'s. is", "'s.' is"), told) and "Traceback" not in told


@pytest.mark.parametrize(
    "content, message", [("", "the file is empty"), ("a;returned\n1;yes\n", "every row is of")]
)
def test_files_without_rows_or_with_one_class(content, message, tmp_path, capsys):
    path = tmp_path / "orders.csv"
    path.write_text(content)
    assert (
        main("columns", words(path, tmp_path / "run", **{"data.ignored": "[]", "words.crosses": "[]"})) == 2
    )
    assert message in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("side", ["test", "time", "validation"])
def test_one_class_alone_on_a_side(side, tmp_path, capsys):
    path, other = drawn(tmp_path / "orders.csv", 200), tmp_path / "other.csv"
    header, *rows = path.read_text().splitlines()
    of_no = [row for row in rows if row.endswith(";no")]
    flags = {"data.time": "order", "data.ignored": "[]", **ALONE}
    if side == "test":
        other.write_text("\n".join([header, *of_no[:20]]))
        flags = {"data.test_path": other, **ALONE}
    elif side == "time":  # the latest tenth
        path.write_text("\n".join([header, *rows[:180], *(f"{500 + n};c1;s1;d1;{n};no" for n in range(20))]))
    else:  # the tenth before it
        late = [f"{500 + n};c1;s1;d1;{n};{'no' if n < 20 else rows[n][-3:].strip(';')}" for n in range(40)]
        path.write_text("\n".join([header, *rows[:160], *late]))
    assert main("columns", words(path, tmp_path / "run", **flags)) == 2
    told = " ".join(capsys.readouterr().err.split())
    which = "validation" if side == "validation" else "test"
    assert f"20 rows of the {which} side are of one class ('no')" in told and "Traceback" not in told
    assert not (tmp_path / "run/config.json").exists()


def test_values_that_are_all_unseen_at_test_are_the_unknown_of_their_column(tmp_path):
    train, test = drawn(tmp_path / "a.csv", 200), tmp_path / "b.csv"
    header, _, rows = train.read_text().partition("\n")
    test.write_text(f"{header}\n" + rows.replace(";c", ";x").replace(";s", ";y").replace(";d", ";z"))
    flags = {"data.test_path": test, "data.numeric": "price", **ALONE}
    assert main("columns", words(train, tmp_path / "run", **flags)) == 0
    found = json.loads((tmp_path / "run/summary.json").read_text())
    assert found["embedding"]["coverage_by_token"] == 0 and found["embedding"]["rows_with_unseen"] == 1


def test_several_classes(tmp_path):
    flags = {"data.target": "shop", "metric": "accuracy", **ALONE}
    assert main("columns", words(drawn(tmp_path / "orders.csv", 200), tmp_path / "run", **flags)) == 0
    assert "accuracy" in json.loads((tmp_path / "run/summary.json").read_text())["test"]


def test_a_column_of_new_values_alone_is_told(tmp_path):
    rows = [(f"c{n % 5}", f"s{n % 3}", "yes" if n % 2 else "no") for n in range(60)]
    text = {"train": rows, "test": [(f"new{n}", shop, told) for n, (_, shop, told) in enumerate(rows[:20])]}
    for name, each in text.items():
        lines = ["customer,shop,returned", *map(",".join, each)]
        (tmp_path / f"{name}.csv").write_text("\n".join(lines))
    given = {"path": str(tmp_path / "train.csv"), "target": "returned"}
    for others, told in (({}, False), ({"test_path": str(tmp_path / "test.csv")}, True)):
        config = dataclasses.replace(APPLICATION.default(), data=TableData(**given, **others))
        (split,) = APPLICATION.read(config, lambda done, whole: None)
        sentence = "Of 'customer' no test row has a value that training has."
        assert (sentence in split.doubts) == (sentence in split.about) == told
