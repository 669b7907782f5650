"""The program and its data: wrong settings, absent sets and devices, malformed files; sets that it takes."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import experiments
from tests.experiments.started import Program, start, started, told, took

ROWS = [
    (f"text number {i} is {'good and fine' if i % 2 else 'bad and dull'}", ["neg", "pos"][i % 2])
    for i in range(60)
]
SHORT = [
    "--train.steps",
    "4",
    "--train.evaluate_every",
    "2",
    "--baselines",
    "false",
    "--embedding.vocabulary",
    "20",
]


@pytest.fixture
def file(tmp_path):
    """Writes a CSV file of good rows, or whatever is given; returns its path."""

    def write(content=None, name="rows.csv"):
        path = tmp_path / name
        if content is None:
            with path.open("w", newline="") as out:
                csv.writer(out).writerows([("text", "label"), *ROWS])
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def lines(form, bad, at=5):
    """Good rows in a form, with a line that is none."""
    made = {
        "csv": lambda text, label: f"{text},{label}",
        "tsv": lambda text, label: f"{text}\t{label}",
        "jsonl": lambda text, label: json.dumps({"text": text, "label": label}),
        "fasttext": lambda text, label: f"__label__{label} {text}",
    }[form]
    head = {"csv": ["text,label"], "tsv": ["text\tlabel"]}.get(form, [])
    rows = [*head, *(made(*row) for row in ROWS)]
    rows[at - 1] = bad
    return "\n".join(rows) + "\n"


#: What is wrong: the flags, of which FILE is the file's path; the file; what is said.
MISTAKES = {
    "an unknown key": (["--data.lable", "x"], None, "unknown key --data.lable; did you mean --data.label?"),
    "a rate that is none": (["--train.rate", "nan"], None, "train.rate=nan: give a finite number above 0"),
    "a negative rate": (["--train.rate", "-1"], None, "train.rate=-1.0: give a finite number above 0"),
    "a wrong type": (["--train.steps", "many"], None, "train.steps: got 'many', expected a whole number"),
    "a table too small": (["--embedding.vocabulary", "1"], None, "embedding.vocabulary (it is 1"),
    "a value out of range": (
        ["--task.type", "value"],
        "text,label\n" + "".join(f"text {i},{i}\n" for i in range(50)) + "much,1e300\n",
        "line 52: label '1e300' is beyond ±1e+30",
    ),
    "UTF-16": ([], "text,label\n".encode("utf-16"), "looks like UTF-16; convert it"),
    "a label out of range": (
        ["--data.classes", "pos,neutral"],
        None,
        "line 2: label 'neg' is none of the classes declared",
    ),
    "one class": (
        [],
        "text,label\n" + "".join(f"text {i},pos\n" for i in range(50)),
        "every row is of class 'pos'",
    ),
    "no row": ([], "text,label\n", "holds no row"),
    "an empty side": ([], "text,label\na,x\nb,y\nc,x\n", "the split leaves no row on this side"),
    "a test set of the same texts": (["--data.test_path", "FILE"], None, "holds the text of every one of"),
    "an empty validation file": (["--data.valid_path", "/dev/null"], None, "--data.valid_path='/dev/null'"),
    "a malformed line of CSV": ([], lines("csv", "a,b,c"), "line 5: 3 fields where there are 2 columns"),
    "a quote not closed": ([], lines("csv", '"a,b'), "lines 5–61: unexpected end of data"),
    "a malformed line of TSV": (
        ["TSV"],
        lines("tsv", "no tab"),
        "line 5: 1 fields where there are 2 columns",
    ),
    "a malformed line of JSON": (["JSONL"], lines("jsonl", '{"text": "a"'), "line 5: no JSON"),
    "a line without a label": (["FASTTEXT"], lines("fasttext", "a text"), "line 5: "),
    "an encoding that is none": (
        ["--data.encoding", "utf-17"],
        None,
        "data.encoding='utf-17': there is no text",
    ),
    "a word that is no data set": (["--data", "cvs:x.csv"], None, "did you mean --data csv:x.csv?"),
    "an absent set": (["--data", "tfds:imdb_reviews"], None, "scripts/prepare_tfds.py tfds:imdb_reviews"),
}


def words_of(flags, path):
    """The command line of a mistake, with the good or bad file as its data."""
    kinds = [flag.lower() for flag in flags if flag.isupper() and flag != "FILE"]
    flags = [str(path) if flag == "FILE" else flag for flag in flags if flag == "FILE" or not flag.isupper()]
    data = [] if "--data" in flags else ["--data", f"{kinds[0] if kinds else 'csv'}:{path}"]
    return [*data, *flags]


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_in_one_paragraph(name, inside, small, file, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "sets"))
    flags, content, message = MISTAKES[name]
    status, _, err = inside(small, "--workdir", tmp_path / "w", *words_of(flags, file(content)))
    assert status == 2 and err.startswith("error: ") and "\n\n" not in err.strip(), err
    assert message in told(err)
    assert not list((tmp_path / "w").rglob("*"))


def ended(process: Program, workdir: Path) -> str:
    """What a program said that ended in a mistake, and left nothing behind."""
    _, err = process.communicate(timeout=300)
    assert process.returncode == 2 and "Traceback" not in err and "\n\n" not in err.strip(), err
    assert not list(workdir.rglob("*"))
    return told(err)


@pytest.mark.slow
def test_absent_sets_and_devices_end_the_program_at_once(root, small, tmp_path) -> None:
    began = time.monotonic()
    words = [str(small), "--workdir", str(tmp_path / "w"), "--data", "tfds:imdb_reviews"]
    sets = started(root, "classify", *words, TFDS_DATA_DIR=str(tmp_path))
    seconds = took(sets, began)
    err = ended(sets, tmp_path / "w")
    assert f"tfds:imdb_reviews: not prepared in {tmp_path}" in err and "No set is prepared there" in err
    assert "prepare the set, once and with a network: python scripts/prepare_tfds.py tfds:imdb_reviews" in err
    # Within 10 s on a machine that has a core for it: what it waited for one does not count, where others are
    # at work, but what it waited for a network would.
    assert seconds.work < 10 and seconds.clock - seconds.queued < 10, seconds
    device = start(root, small, "--workdir", tmp_path / "w", JAX_PLATFORMS="nonsense")
    err = ended(device, tmp_path / "w")
    assert "JAX_PLATFORMS=nonsense: there is no such device on this machine" in err and "it has cpu (" in err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("JAX_PLATFORMS", "cuda", "JAX_PLATFORMS=cuda: there is no such device on this machine"),
        ("JAX_PLATFORMS", "cpu,nonsense", "JAX_PLATFORMS=cpu,nonsense: there is no such device"),
        ("JAX_ENABLE_X64", "perhaps", "invalid truth value 'perhaps' for environment 'JAX_ENABLE_X64'"),
    ],
)
def test_an_environment_that_jax_does_not_take_ends_the_program(
    variable, value, message, root, small, tmp_path
) -> None:
    if value == "cuda" and any(Path("/dev").glob("nvidia*")):
        pytest.skip("the device is there")
    process = start(root, small, "--workdir", tmp_path / "w", **{variable: value})
    assert message in ended(process, tmp_path / "w")


@pytest.mark.slow
@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_ends_the_program(name, root, small, file, tmp_path) -> None:
    flags, content, message = MISTAKES[name]
    words = words_of(flags, file(content))
    process = start(root, small, "--workdir", tmp_path / "w", *words, TFDS_DATA_DIR=str(tmp_path / "sets"))
    assert message in ended(process, tmp_path / "w")


# --- what it takes ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_set_prepared_from_a_file_trains(root, small, file, inside, tmp_path) -> None:
    test = file("review,stars\nquite good and fine,pos\nvery bad and dull,neg\n", "test.csv")
    train = file("review,stars\n" + "".join(f"{text},{label}\n" for text, label in ROWS), "train.csv")
    words = [
        train,
        "--name",
        "films",
        "--data_dir",
        tmp_path / "sets",
        "--text",
        "review",
        "--label",
        "stars",
    ]
    made = subprocess.run(
        [sys.executable, str(root / "scripts" / "prepare_tfds.py"), *map(str, words), "--test", str(test)],
        cwd=tmp_path,
        env=os.environ | {"COLUMNS": "100", "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert made.returncode == 0, made.stderr
    assert f"--data tfds:films --data.data_dir {tmp_path / 'sets'}" in told(made.stdout)
    words = ["--data", "tfds:films", "--data.data_dir", tmp_path / "sets", *SHORT]
    status, out, err = inside(small, "--workdir", tmp_path / "w", *words)
    assert status == 0, err
    assert "films:1.0.0: 62 documents, 2 classes; " in told(out)
    assert np.load(tmp_path / "w" / "predictions.npz")["test"].shape == (2, 2)
    assert experiments.load(tmp_path / "w").classes == ("neg", "pos")
    status, _, err = inside(small, "--workdir", tmp_path / "w2", *words, "--data.label", "stars")
    assert status == 2 and "there is no feature 'stars'; it has" in told(err)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("label", "flags", "counted"),
    [
        (lambda i: "yn"[i % 2], [], "2 classes"),
        (lambda i: list("ab")[i % 2 : 2 - i % 3], ["--task.type", "labels"], "2 labels, any number of th"),
        (lambda i: i % 2 + 0.5, ["--task.type", "value"], "a value a row"),
    ],
    ids=["classes", "labels", "values"],
)
def test_pairs_of_every_task_are_prepared_and_train(
    label, flags, counted, root, small, file, inside, tmp_path, monkeypatch, capsys
) -> None:
    rows = ({"one": text, "two": f"said {i % 9}", "l": label(i)} for i, (text, _) in enumerate(ROWS))
    path = file("".join(json.dumps(row) + "\n" for row in rows), "pairs.jsonl")
    words = [path, "--data_dir", tmp_path / "sets", "--text", "one", "--second", "two", "--label", "l"]
    monkeypatch.setenv("COLUMNS", "100")
    assert preparing(root).main([str(word) for word in [*words, *flags]]) == 0
    out = told(capsys.readouterr().out)
    where = ["--data", "tfds:pairs", "--data.data_dir", str(tmp_path / "sets"), *flags]
    assert f"Writing 60 pairs of documents, {counted}" in out and " ".join(where) in out
    status, out, err = inside(small, "--workdir", tmp_path / "w", *where, *SHORT)
    assert status == 0, err
    assert f"pairs:1.0.0: 60 pairs of documents, {counted}" in told(out)
    assert json.loads((tmp_path / "w" / "summary.json").read_text())["pairs"] is True


def preparing(root):
    """The script that prepares files."""
    import importlib.util

    spec = importlib.util.spec_from_file_location("prepare_tfds", root / "scripts" / "prepare_tfds.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


def test_what_is_passed_over_is_told_where_a_set_is_prepared(root, tmp_path, monkeypatch, capsys) -> None:
    for name in ("neg/1", "neg/2", "pos/1", "[b]stray"):
        (tmp_path / "films" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "films" / f"{name}.txt").write_text(f"a film {name}")
    monkeypatch.setenv("COLUMNS", "100")
    words = [f"folders:{tmp_path / 'films'}", "--data_dir", str(tmp_path / "sets")]
    assert preparing(root).main(words) == 0
    out = told(capsys.readouterr().out)
    assert "passed over: 1 that lie in no folder of a class ('[b]stray.txt')." in out and "tfds:films" in out


def test_what_cannot_be_prepared_is_told_in_one_paragraph(root, file, tmp_path, monkeypatch, capsys) -> None:
    script = preparing(root)
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "taken").write_text("")
    for words, status, message in [
        ([file(), "--text", "review"], 2, "has no column of this name; its columns are"),
        ([file(), "--name", "My-Films"], 2, "name='My-Films': give a name of small letters"),
        ([file(), "--version", "one"], 2, "version='one': give three numbers"),
        ([file(), "--lable", "x"], 2, "unknown key --data.lable; did you mean --data.label?"),
        ([file("", "a.doc")], 2, "expected TYPE:PATH"),
        (["tfds:a b"], 2, "name='a b': give NAME"),
        (["tfds:imdb_review"], 2, "did you mean tfds:imdb_reviews?"),
        ([file(), "--data_dir", tmp_path / "taken" / "sets"], 1, "taken"),
    ]:
        words = [*words, *([] if "--data_dir" in words else ["--data_dir", tmp_path / "sets"])]
        assert script.main([str(word) for word in words]) == status
        err = capsys.readouterr().err
        assert err.startswith("error: ") and message in told(err) and "\n\n" not in err.strip()
        assert not (tmp_path / "sets").exists()
