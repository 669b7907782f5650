"""The program as a user runs it: a small real run, twice; its files; its mistakes."""

import csv
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import embedlab
import experiments
from experiments.errors import RunFailure
from tests.experiments.started import program, told

MORE = """
        rivals={
            "hashed": Hashed(300, 8, buckets=75),
            "subword": Subword(300, 8, buckets=75, own_row=False),
        },
        seeds=(0, 1),
"""


@pytest.fixture(scope="module")
def config(write_config):
    """Three kinds, two seeds."""
    return write_config(MORE)


@pytest.fixture(scope="module")
def runs(config, root, tmp_path_factory):
    """Two runs of the same config, in two processes with other hash seeds.

    One after the other: side by side, both would compile every program.
    """
    folders, outputs = [], []
    for seed in range(2):
        folders.append(tmp_path_factory.mktemp("run") / "w")
        process = program(root, "classify", config, "--workdir", folders[-1], PYTHONHASHSEED=str(seed))
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
        outputs.append(out)
    return folders, outputs


@pytest.fixture
def finished(runs, tmp_path):
    """A copy of a finished comparison, to be damaged."""
    shutil.copytree(runs[0][0], tmp_path / "w")
    return tmp_path / "w"


# --- what a run writes -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_two_runs_of_one_seed_have_the_same_bits(runs) -> None:
    (one, two), _ = runs
    found = sorted(file.relative_to(one) for file in one.rglob("metrics.jsonl"))
    assert len(found) == 7  # three kinds, two seeds, and the whole
    vectors = sorted(file.relative_to(one) for file in one.rglob("vectors.npy"))
    assert len(vectors) == 6
    for file in [*found, *vectors]:
        assert (one / file).read_bytes() == (two / file).read_bytes(), file
    assert (one / "dense/seed-0/metrics.jsonl").read_bytes() != (
        one / "dense/seed-1/metrics.jsonl"
    ).read_bytes()


def test_a_run_directory_holds_what_it_should(runs) -> None:
    (folder, _), (out, _) = runs
    run = folder / "hashed" / "seed-1"
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert {line["split"] for line in lines} == {"train", "valid", "embedding", "test", "final"}
    steps = [(line["step"], line["split"]) for line in lines]
    assert len(steps) == len(set(steps))
    (test,) = [line for line in lines if line["split"] == "test"]
    assert {"accuracy", "macro_f1", "log_loss", "ece", "accuracy_rare", "accuracy_with_oov"} <= set(test)
    (final,) = [line for line in lines if line["split"] == "final"]
    assert {"effective_rank", "hubness", "coverage_by_token", "collisions_whole_predicted"} <= set(final)
    summary = json.loads((run / "summary.json").read_text())
    assert summary["parameters"] == 75 * 8 and summary["trainable_bytes"] == 2400
    phases = {"prepare", "start", "compile", "train", "evaluate", "inspect", "save", "finish"}
    assert summary["versions"]["jax"] and summary["seconds"].keys() == phases
    assert json.loads((folder / "data.json").read_text())["documents"] == 450
    table = (folder / "table.md").read_text()
    for name in ("majority", "tfidf-logistic", "dense", "hashed", "subword"):
        assert f"| {name} " in table
        assert name in out
    assert "\x1b" not in out  # plain lines where the output is no terminal
    assert "Strongest features" in out
    assert len((folder / "table.csv").read_text().splitlines()) == 6
    assert not [file.name for file in folder.rglob("*") if file.name.startswith(".")]


def test_predictions_match_the_logged_accuracy(runs) -> None:
    (folder, _), _ = runs
    for run in sorted(folder.glob("*/seed-*")):
        predicted = np.load(run / "predictions.npz")
        summary = json.loads((run / "summary.json").read_text())
        lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
        best = [x for x in lines if x["split"] == "valid" and x["step"] == summary["best_step"]]
        for side, logged in (("test", [x for x in lines if x["split"] == "test"]), ("valid", best)):
            np.testing.assert_allclose(predicted[side].sum(1), 1, atol=1e-5)
            assert predicted[side].shape == (45, 3)
            right = predicted[side].argmax(1) == labels(folder, side)
            assert [line["accuracy"] for line in logged] == [right.mean()] == [summary[side]["accuracy"]]


def labels(folder: Path, side: str) -> np.ndarray:
    """Read anew, from the stored config."""
    from experiments.documents.material import read
    from experiments.settings import codec

    material = read(codec.decode(json.loads((folder / "config.json").read_text())))
    return material.dataset.labels[getattr(material.splits, side)]


@pytest.mark.slow
def test_a_finished_run_is_a_model(runs, root) -> None:
    (folder, _), _ = runs
    classifier = experiments.load(folder / "subword" / "seed-0")
    texts = ["Who wrote Hamlet ?", "How many zzyzzx are there ?", ""]
    labels = classifier.predict(texts)
    assert all(label in classifier.classes and 0 < p <= 1 for label, p in labels)
    unseen = classifier.predictions(["manying"]) - classifier.predictions([""])
    assert abs(unseen).max() > 1e-6  # a word never seen has a vector, by its n-grams
    result = subprocess.run(
        [sys.executable, "-m", "experiments.predict", str(folder)],
        cwd=root,
        input="\n".join(texts[:2]) + "\n",
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert [row[2] for row in rows] == texts[:2]
    best = json.loads((folder / "summary.json").read_text())["best"]
    assert result.stderr == f"The model of {folder / best}: 3 classes.\n"


def test_the_embedding_alone(runs) -> None:
    (folder, _), _ = runs
    vectors = embedlab.load(folder)
    assert vectors["the"].shape == (8,)
    neighbours = vectors.neighbours("the", k=5)
    assert len(neighbours) == 5 and "the" not in dict(neighbours)
    best = json.loads((folder / "summary.json").read_text())["best"]
    np.testing.assert_array_equal(vectors.matrix, np.load(folder / best / "vectors" / "vectors.npy"))


# --- runs that go on -------------------------------------------------------------------------------------


def test_a_finished_run_shows_its_tables_again(runs, inside, config) -> None:
    (folder, _), (first, _) = runs
    before = (folder / "summary.json").read_bytes()
    status, out, _ = inside(config, "--workdir", folder)
    assert status == 0 and "is finished; nothing to do" in out
    lines = first.splitlines()
    tables = lines[
        lines.index(next(x for x in lines if x.startswith("[8/8] subword · seed 1: test"))) + 1 : -1
    ]
    assert out.splitlines()[-len(tables) :] == tables  # as after the run: aligned, and no Markdown
    assert len(tables) > 20 and "seed 0" not in out
    assert (folder / "summary.json").read_bytes() == before


def test_a_stopped_comparison_trains_what_is_missing_to_the_same_bits(finished, inside, config) -> None:
    run = finished / "dense" / "seed-1"
    files = ["vectors/vectors.npy", "metrics.jsonl"]
    before = [(run / file).read_bytes() for file in files]
    (finished / "summary.json").unlink()  # as if it had been stopped within the second run
    (run / "summary.json").unlink()
    shutil.rmtree(run / "checkpoints")
    (run / "vectors" / "vectors.npy").unlink()
    status, out, err = inside(config, "--workdir", finished)
    assert status == 0, err
    assert "dense · seed 1: starts" in out and "dense · seed 0: finished before" in out
    assert [(run / file).read_bytes() for file in files] == before


def test_only_the_broken_file_of_a_comparison_is_to_be_removed(finished, inside, config) -> None:
    file = finished / "dense" / "seed-1" / "summary.json"
    file.write_text("{")
    status, _, err = inside(config, "--workdir", finished)
    assert status == 2 and "Remove the folder" not in told(err)
    assert f"{file}: can't be read" in err.replace("\n", " ").replace("  ", " ")
    file.unlink()
    table = untimed(finished / "table.csv")
    status, out, _ = inside(config, "--workdir", finished)
    assert status == 0 and "dense · seed 1: resumes at step 20" in out
    assert untimed(finished / "table.csv") == table


@pytest.mark.parametrize("name", ["config.json", "data.json", "metrics.jsonl", "summary.json", "table.csv"])
def test_a_finished_comparison_whose_file_was_altered_is_refused(finished, inside, config, name) -> None:
    file = finished / name
    text = file.read_text()
    changed = {
        "config.json": ('"title": null', '"title": "x"'),
        "data.json": ('"name": "prose"', '"name": "verse"'),
    }
    old, new = changed.get(name, ("dense", "dance"))
    assert old in text
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(
        RunFailure, match=f"{name}: .* It is of a finished run: put it back as it was"
    ) as found:
        experiments.load(finished)
    again = "or start the program again, which sets it right"
    assert (again in str(found.value)) == (name == "config.json")
    status, _, err = inside(config, "--workdir", finished)
    if name == "config.json":  # which may change, and is written anew
        assert status == 0 and experiments.load(finished), err
    else:
        assert status == 1 and f"{file}: its bytes are not those that were written" in told(err)
    (finished / "manifest.json").unlink()  # as of an earlier version
    file.write_text(text)
    assert inside(config, "--workdir", finished)[0] == 0 and experiments.load(finished)


def untimed(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as file:
        return [row | {"seconds": ""} for row in csv.DictReader(file)]


@pytest.mark.slow
def test_a_kill_in_the_middle_of_training_loses_nothing(root, write_config, inside, tmp_path) -> None:
    slow = write_config("seeds=(2**32 - 1,), baselines=False")
    steps = ["--train.steps", 40, "--train.evaluate_every", 2, "--train.patience", 99]
    words = [slow, *steps, "--train.checkpoint_seconds", 0, "--train.dropout.words", 0.3]
    folder = tmp_path / "killed"
    process = program(root, "classify", *words, "--workdir", folder)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not any(x.name.isdigit() for x in folder.glob("checkpoints/*")):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    out, err = process.communicate()
    assert process.returncode == -signal.SIGKILL, out + err
    assert not (folder / "summary.json").exists()
    status, out, err = inside(*words, "--workdir", folder)
    assert status == 0, err
    assert 0 < int(re.search(r"resumes at step (\d+), 40 steps", out)[1]) < 40  # type: ignore[index]
    assert inside(*words, "--workdir", tmp_path / "whole")[0] == 0
    for file in ("metrics.jsonl", "vectors/vectors.npy", "predictions.npz"):
        assert (folder / file).read_bytes() == (tmp_path / "whole" / file).read_bytes(), file


def test_changed_data_are_refused(runs, inside, config, prose, monkeypatch) -> None:
    (folder, _), _ = runs
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    whole = prose.read_text("utf-8")
    try:
        prose.write_text(whole[: whole.rstrip().rindex("\n") + 1], "utf-8")
        status, _, err = inside(config, "--workdir", folder)
    finally:
        prose.write_text(whole, "utf-8")
    assert status == 2
    assert "the data changed since this run was begun: 450 documents then, 449 now" in told(err)
    assert before == {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


# --- overrides and mistakes ------------------------------------------------------------------------------


def test_an_override_of_the_embedding_runs_it_alone(inside, config, tmp_path) -> None:
    words = ["--embedding.type", "hashed", "--train.steps", "20", "--seeds", "3", "--baselines", "false"]
    status, out, err = inside("--workdir", tmp_path / "w", *words, config)
    assert status == 0, err
    assert "alone" in out
    written = {file.name for file in (tmp_path / "w").iterdir()}
    assert {"config.json", "metrics.jsonl", "summary.json", "checkpoints", "vectors", "table.md"} <= written
    assert json.loads((tmp_path / "w" / "config.json").read_text())["embedding"]["type"] == "hashed"
    assert embedlab.load(tmp_path / "w").matrix.shape[1] == 8


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--train.step", "3"], "--train.steps"),
        (["--train.steps", "many"], "whole number"),
        (["--train.rate", "nan"], "rate"),
        (["--train.rate", "-1"], "rate"),
        (["--train.batch", "100000000000"], "train.batch=100000000000: give at most 1048576"),
        (["--text.max_length", "1000000000"], "text.max_length=1000000000: give at most 1048576"),
        (["--embedding.type", "hasht"], "hashed"),
        (["--data.path", "nowhere.txt"], "nowhere.txt"),
        (["--embedding.dim", "0"], "dim"),
        (["--embedding.vocabulary", "3"], "embedding.vocabulary (it is 3"),
        (["--embedding.dtype", "float64"], "dtype='float64'"),
        (["--text.min_count", "100000"], "text.min_count (it is 100000)"),
        (
            ["--embedding.initialiser.type", "from_array", "--embedding.initialiser.path", "none.npy"],
            "embedding: path='none.npy': there is no such file",
        ),
    ],
)
def test_a_mistake_ends_in_one_paragraph_and_takes_no_folder(
    inside, config, tmp_path, words, message
) -> None:
    status, _, err = inside(config, "--workdir", tmp_path / "w", *words)
    assert status == 2
    assert err.startswith("error: ") and message in told(err)
    assert "Traceback" not in err
    assert "\n\n" not in err.strip()
    assert list((tmp_path / "w").rglob("*")) == []


def test_a_workdir_is_free_after_a_mistake(inside, small, tmp_path) -> None:
    words = ["--workdir", tmp_path / "w", "--baselines", "false", "--train.steps", "10"]
    assert inside(small, *words, "--data.path", "typo.csv")[0] == 2
    status, _, err = inside(small, *words)
    assert status == 0, err


def test_a_workdir_of_someone_else_is_refused(inside, small, tmp_path) -> None:
    (tmp_path / "table.md").write_text("mine")
    status, _, err = inside(small, "--workdir", tmp_path)
    assert status == 2 and "holds table.md" in told(err)
    assert [file.name for file in tmp_path.iterdir()] == ["table.md"]


@pytest.mark.slow
def test_a_mistake_in_a_process_of_its_own(root, config, tmp_path) -> None:
    process = program(root, "classify", config, "--workdir", tmp_path / "w", "--train.step", "3")
    _, err = process.communicate(timeout=300)
    assert process.returncode == 2 and "Traceback" not in err


def test_another_config_in_the_same_workdir_is_refused(runs, inside, config) -> None:
    (folder, _), _ = runs
    before = (folder / "config.json").read_bytes()
    status, _, err = inside(config, "--workdir", folder, "--train.rate", "0.5")
    assert status == 2 and "train.rate: 0.01 → 0.5" in told(err)
    assert (folder / "config.json").read_bytes() == before


def test_another_update_is_another_config(runs, inside, config) -> None:
    (folder, _), _ = runs
    status, _, err = inside(config, "--workdir", folder, "--train.update", "dense")
    assert status == 2 and 'train.update: "auto" → "dense"' in told(err)


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ["--train.optimizer", "row_adagrad", "--train.rate", "0.1", "--train.max_norm", "2"],
        ["--train.exact", "true", "--train.weight_decay", "0.1", "--train.warmup", "5", "--train.clip", "1"],
        ["--train.update", "dense", "--train.optimizer", "momentum", "--train.rate", "0.5"],
    ],
    ids=["row_adagrad", "exact", "dense"],
)
def test_a_run_is_a_model_however_its_table_was_trained(inside, small, tmp_path, words) -> None:
    words = [*words, "--baselines", "false", "--train.dropout.words", "0.2"]
    status, _, err = inside(small, "--workdir", tmp_path / "w", *words)
    assert status == 0, err
    from experiments.documents.material import read
    from experiments.settings import codec

    material = read(codec.decode(json.loads((tmp_path / "w" / "config.json").read_text())))
    texts = [material.dataset.texts[row] for row in material.splits.test]
    stored = np.load(tmp_path / "w" / "predictions.npz")["test"]
    np.testing.assert_allclose(experiments.load(tmp_path / "w").predictions(texts), stored, atol=1e-6)
    assert embedlab.load(tmp_path / "w").matrix.shape[1] == 8


def test_settings_that_do_not_go_together_take_no_folder(inside, small, tmp_path) -> None:
    words = ["--train.update", "dense", "--train.optimizer", "row_adam"]
    status, _, err = inside(small, "--workdir", tmp_path / "w", *words)
    assert status == 2
    assert "train.optimizer='row_adam': this is for rows; take update='auto' or 'sparse'" in told(err)
    assert not (tmp_path / "w").exists()
    status, _, err = inside(small, "--workdir", tmp_path / "w", "--train.rounding", "stochastic")
    assert status == 2 and "train.rounding='stochastic': embedding has tables of float32" in told(err)


@pytest.mark.parametrize("more", [[], ["--train.warmup", "5"], ["--train.update", "dense"]], ids=str)
def test_a_decay_of_more_than_the_weight_takes_no_folder(inside, small, tmp_path, more) -> None:
    words = ["--train.rate", "10", "--train.weight_decay", "1", *more]
    status, _, err = inside(small, "--workdir", tmp_path / "w", *words)
    assert status == 2 and "\n\n" not in err.strip()
    assert told(err).startswith("error: train.weight_decay=1.0: give less than 1 / rate = 0.1")
    assert not (tmp_path / "w").exists()


def test_what_an_optimizer_refuses_takes_no_folder(inside, small, tmp_path, monkeypatch) -> None:
    def refusing(*_, **__):
        raise ValueError("l2=0.0: give something else")

    monkeypatch.setattr("experiments.training.optimizers.of_rows", refusing)
    status, _, err = inside(small, "--workdir", tmp_path / "w")
    assert (status, told(err)) == (2, "error: train.l2=0.0: give something else")
    assert not (tmp_path / "w").exists()


def test_an_unwritable_workdir_is_refused_before_the_data_is_read(inside, config, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    missing = ["--data.path", tmp_path / "missing.csv"]
    status, _, err = inside(config, "--workdir", tmp_path / "file" / "w", *missing)
    assert status == 2 and "can't write there" in told(err)
    status, _, err = inside(config, "--workdir", tmp_path / "w", *missing)
    assert status == 2 and "missing.csv" in told(err)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "give a config first: python -m experiments.classify configs/quickstart.py --workdir DIR"),
        (["--workdir", "x"], "give a config first"),
        (["x.py"], "--workdir DIR is missing"),
        (["x.py", "--workdir", "--baselines=false"], "--workdir has no value; write --workdir DIR"),
    ],
)
def test_what_is_missing_is_asked_for(inside, words, message) -> None:
    status, _, err = inside(*words)
    assert status == 2 and message in told(err)


def test_a_failure_in_training_is_no_traceback(inside, small, tmp_path, monkeypatch) -> None:
    def full(*_, **__):
        raise MemoryError("Unable to allocate 8 TiB")

    monkeypatch.setattr("experiments.comparisons.single.fitting", full)
    status, _, err = inside(small, "--workdir", tmp_path / "w", "--baselines", "false")
    assert status == 1 and "out of memory (Unable to allocate 8 TiB)" in told(err)


# --- help ------------------------------------------------------------------------------------------------


def test_help_shows_every_field(inside) -> None:
    status, out, _ = inside("configs/quickstart.py", "--help")
    assert status == 0
    for name in ("--train.rate", "--text.max_length", "--embedding.vocabulary", "--seeds", "--workdir"):
        assert name in out


def test_help_knows_the_config_from_flags_and_their_values(inside) -> None:
    status, out, _ = inside("--workdir", "x", "--help", "configs/quickstart.py", "--data.type", "csv")
    assert status == 0 and "--data.delimiter ," in out


def test_help_without_a_config_shows_the_defaults(inside) -> None:
    status, out, _ = inside("--help")
    assert status == 0 and out.startswith("usage: ") and "Every field with its default" in out
    for shown in ("--embedding.type dense", "--embedding.vocabulary 16384", "--train.steps 600", "--seeds 0"):
        assert f"  {shown}  " in out
    assert "(default" not in out
    assert "--embedding.buckets VALUE" in inside("--help", "--embedding.type", "hashed")[1]
