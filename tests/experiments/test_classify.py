"""The program as a user runs it: a small real run, twice; its files; its mistakes."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

import embedlab
import experiments
from experiments import predict
from experiments.classify import main

CONFIG = """
from embedlab import Dense, Hashed, Subword
from experiments.config import Config, Quality, Text, Train
from experiments.data import FastText

def config():
    return Config(
        embedding=Dense(400, 8),
        rivals={
            "hashed": Hashed(400, 8, buckets=100),
            "subword": Subword(400, 8, buckets=100, own_row=False),
        },
        data=FastText(path=PATH),
        text=Text(max_length=16),
        train=Train(steps=40, evaluate_every=20, batch=64),
        quality=Quality(rows=200),
        seeds=(0, 1),
    )
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory, data_dir):
    """TREC's questions: their coarse types as labels."""
    folder = tmp_path_factory.mktemp("config")
    lines = (data_dir / "kim2014" / "TREC.train.all").read_text("latin1").split("\n")
    rows = [line.split(" ", 1) for line in lines if " " in line][:1500]
    (folder / "trec.txt").write_text("".join(f"__label__{y} {x.strip()}\n" for y, x in rows), "utf-8")
    file = folder / "small.py"
    file.write_text(CONFIG.replace("PATH", repr(str(folder / "trec.txt"))))
    return file


def classify(root, *words, **environment):
    """Runs the program in a process of its own, as a user does."""
    command = [sys.executable, "-m", "experiments.classify", *map(str, words)]
    env = os.environ | {"COLUMNS": "100", "JAX_PLATFORMS": "cpu"} | environment
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, timeout=300)


@pytest.fixture
def inside(root, monkeypatch, capsys):
    """Runs the program in this process, which spares its imports: (status, output, errors)."""

    def run(*words):
        monkeypatch.chdir(root)
        monkeypatch.setenv("COLUMNS", "100")
        status = main([str(word) for word in words])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


@pytest.fixture(scope="module")
def runs(config, root, tmp_path_factory):
    """Two runs of the same config, in two processes with other hash seeds."""
    folders = [tmp_path_factory.mktemp("run") / "w" for _ in range(2)]
    results = [classify(root, config, "--workdir", folders[i], PYTHONHASHSEED=str(i)) for i in range(2)]
    for result in results:
        assert result.returncode == 0, result.stderr
    return folders, results


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
    (folder, _), (result, _) = runs
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
    assert summary["parameters"] == 100 * 8 and summary["trainable_bytes"] == 3200
    assert summary["versions"]["jax"] and summary["seconds"]["train"] >= 0
    table = (folder / "table.md").read_text()
    for name in ("majority", "tfidf-logistic", "dense", "hashed", "subword"):
        assert f"| {name} " in table
        assert name in result.stdout
    assert "\x1b" not in result.stdout  # plain lines where the output is no terminal
    assert "Strongest features" in result.stdout
    assert len((folder / "table.csv").read_text().splitlines()) == 6
    assert not list(folder.rglob("*.part"))


def test_predictions_match_the_logged_accuracy(runs) -> None:
    (folder, _), _ = runs
    predicted = np.load(folder / "dense" / "seed-0" / "predictions.npz")["test"]
    np.testing.assert_allclose(predicted.sum(1), 1, atol=1e-5)
    assert predicted.shape[1] == 6


def test_a_finished_run_says_so(runs, inside, config) -> None:
    (folder, _), _ = runs
    before = (folder / "summary.json").read_bytes()
    status, out, _ = inside(config, "--workdir", folder)
    assert status == 0 and "is finished" in out
    assert (folder / "summary.json").read_bytes() == before


def test_a_stopped_comparison_goes_on(runs, inside, config) -> None:
    (_, folder), _ = runs
    vectors = (folder / "dense" / "seed-1" / "vectors" / "vectors.npy").read_bytes()
    lines = (folder / "dense" / "seed-1" / "metrics.jsonl").read_bytes()
    (folder / "summary.json").unlink()  # as if it had been stopped within the second run
    (folder / "dense" / "seed-1" / "summary.json").unlink()
    assert inside(config, "--workdir", folder)[0] == 0
    assert (folder / "dense" / "seed-1" / "vectors" / "vectors.npy").read_bytes() == vectors
    assert (folder / "dense" / "seed-1" / "metrics.jsonl").read_bytes() == lines


def test_a_finished_run_is_a_model(runs, root) -> None:
    (folder, _), _ = runs
    classifier = experiments.load(folder / "subword" / "seed-0")
    texts = ["Who wrote Hamlet ?", "How many zzyzzx are there ?", ""]
    labels = classifier.predict(texts)
    assert all(label in classifier.classes and 0 < p <= 1 for label, p in labels)
    unseen = classifier.probabilities(["manying"]) - classifier.probabilities([""])
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


def test_the_embedding_alone(runs) -> None:
    (folder, _), _ = runs
    vectors = embedlab.load(folder)
    assert vectors["what"].shape == (8,)
    neighbours = vectors.neighbours("what", k=5)
    assert len(neighbours) == 5 and "what" not in dict(neighbours)
    best = json.loads((folder / "summary.json").read_text())["best"]
    np.testing.assert_array_equal(vectors.matrix, np.load(folder / best / "vectors" / "vectors.npy"))


def test_an_override_of_the_embedding_runs_it_alone(inside, config, tmp_path) -> None:
    words = ["--embedding.type", "hashed", "--train.steps", "20", "--seeds", "3", "--baselines", "false"]
    status, out, err = inside(config, "--workdir", tmp_path / "w", *words)
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
        (["--embedding.type", "hasht"], "hashed"),
        (["--data.path", "nowhere.txt"], "nowhere.txt"),
        (["--embedding.dim", "0"], "dim"),
    ],
)
def test_a_mistake_ends_in_one_paragraph(inside, config, tmp_path, words, message) -> None:
    status, _, err = inside(config, "--workdir", tmp_path / "w", *words)
    assert status == 2
    assert err.startswith("error: ") and message in " ".join(err.split())
    assert "Traceback" not in err
    assert "\n\n" not in err.strip()


def test_a_mistake_in_a_process_of_its_own(root, config, tmp_path) -> None:
    result = classify(root, config, "--workdir", tmp_path / "w", "--train.step", "3")
    assert result.returncode == 2 and "Traceback" not in result.stderr


def test_another_config_in_the_same_workdir_is_refused(runs, inside, config) -> None:
    (folder, _), _ = runs
    before = (folder / "config.json").read_bytes()
    status, _, err = inside(config, "--workdir", folder, "--train.rate", "0.5")
    assert status == 2 and "train.rate: 0.01 → 0.5" in " ".join(err.split())
    assert (folder / "config.json").read_bytes() == before


def test_an_unwritable_workdir_is_refused_before_the_data_is_read(inside, config, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    status, _, err = inside(config, "--workdir", tmp_path / "file" / "w")
    assert status == 2 and "can't write" in err


def test_help_shows_every_field(inside) -> None:
    status, out, _ = inside("configs/quickstart.py", "--help")
    assert status == 0
    for name in ("--train.rate", "--text.max_length", "--embedding.vocabulary", "--seeds", "--workdir"):
        assert name in out


def test_predict_without_a_run(tmp_path, capsys) -> None:
    assert predict.main([str(tmp_path)]) == 2
    assert "no finished run" in " ".join(capsys.readouterr().err.split())
