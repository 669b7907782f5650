"""Genes from a user's own file by flags alone: a run, its table, what is wrong with a command."""

from __future__ import annotations

import json
from pathlib import Path

import jax
import numpy as np
import pytest

import embedlab
from embedlab.vectors import Vectors, save
from experiments.config import Train
from experiments.data import Splits
from experiments.genes import baselines, corpus
from experiments.genes.application import APPLICATION
from experiments.genes.baselines import spectrum_logistic, word_logistic
from experiments.genes.config import GeneStudy
from experiments.genes.data import Genes
from experiments.genes.kmers import Kmers
from experiments.stored import load
from experiments.study.program import main
from tests.experiments.genes.drawn import sequences, written

QUICK = (
    *("--quality.rows", "50", "--quality.every", "0"),
    *("--embedding.vocabulary", "5000", "--embedding.dim", "8", "--kmers.k", "6"),
    *("--train.steps", "200", "--train.evaluate_every", "100", "--train.batch", "32", "--train.rate", "0.05"),
)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("genes") / "own.csv", sequences(200))


@pytest.fixture(scope="module")
def run(table: Path) -> Path:
    """A finished run, by flags alone."""
    workdir = table.parent / "run"
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(baselines, "LENGTHS", (3, 6))
        flags = ("--data.path", table, "--data.sequence", "letters", "--data.label", "kind", *QUICK)
        assert main("genes", ["--workdir", str(workdir), *map(str, flags)]) == 0
    return workdir


def test_a_run_by_flags_alone_learns_and_is_compared(run: Path) -> None:
    summary = json.loads((run / "summary.json").read_text())
    assert summary["test"]["accuracy"] > 0.8
    linear = json.loads((run / "baselines" / "kmer-logistic" / "summary.json").read_text())
    assert linear["words"] in ("3-mers", "6-mers") and linear["test"]["accuracy"] > 0.8
    table = (run / "table.md").read_text()
    assert "kmer-logistic" in table and "| majority" in table
    words = embedlab.load(run).words
    assert {len(word) for word in words} == {6}


def test_the_same_command_shows_its_table_again(run: Path, table: Path, capfd) -> None:
    flags = ("--data.path", table, "--data.sequence", "letters", "--data.label", "kind", *QUICK)
    assert main("genes", ["--workdir", str(run), *map(str, flags)]) == 0
    assert "is finished; nothing to do" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("change", "flags", "told"),
    [
        (None, ("--data.label", "knd"), "--data.label='knd'"),
        (None, ("--data.label", "kind", "--kmers.k", "0"), "kmers.k=0"),
        (None, ("--data.label", "kind", "--vectors", "none.txt"), "vectors='none.txt'"),
        ("kind,letters\n", ("--data.label", "kind"), "holds no row"),
        ("", ("--data.label", "kind"), "the file is empty"),
        ("kind,letters\n" + "a,ACGTACGTA\n" * 30, ("--data.label", "kind"), "every row is of class 'a'"),
        ("kind,letters\na,ACGT\nb,AC?T\n", ("--data.label", "kind"), "line 3, column 'letters'"),
    ],
)
def test_mistakes_are_told_in_a_paragraph(
    tmp_path: Path, table: Path, change: str | None, flags: tuple[str, ...], told: str, capfd
) -> None:
    path = table
    if change is not None:
        path = tmp_path / "bad.csv"
        path.write_text(change)
    words = ("--workdir", tmp_path / "run", "--data.path", path, "--data.sequence", "letters", *flags)
    assert main("genes", [str(word) for word in words]) == 2
    said = " ".join(capfd.readouterr().err.split())
    assert told in said and "Traceback" not in said


def config(table: Path, **settings) -> GeneStudy:
    own = {
        "train": Train(steps=1, evaluate_every=1),
        "data": Genes(str(table), sequence="letters", label="kind"),
    }
    return GeneStudy(embedlab.Dense(5000, 8), **{**own, **settings})


def test_k_mers_that_training_lacks_are_unknown_or_hashed(table: Path, tmp_path: Path) -> None:
    rows = [(label, letters) for label, letters in sequences(100)]
    tests = [("left", "N" * 30), ("right", "R" * 30)]
    path, other = written(tmp_path / "a.csv", rows), written(tmp_path / "b.csv", tests)
    data = Genes(str(path), sequence="letters", label="kind", test_path=str(other))
    (split,) = APPLICATION.read(config(table, data=data), lambda done, whole: None)
    for spec in (embedlab.Dense(5000, 8), embedlab.Hashed(None, 8, buckets=100)):
        learning = split.learning(spec, "embedding")
        parameters = learning.learner.init(jax.random.key(0), learning.buffers)
        tested = learning.tested(parameters)
        assert tested.shape == (2, 2) and np.isfinite(tested).all()
    assert learning.covered()["coverage_by_token"] == 0


def test_alike_sequences_on_both_sides_are_told(tmp_path: Path) -> None:
    rows = sequences(60, length=60)
    path = written(tmp_path / "own.csv", [*rows, *((label, letters[5:]) for label, letters in rows)])
    data = Genes(str(path), sequence="letters", label="kind", alike=0)
    (split,) = APPLICATION.read(config(path, data=data), lambda done, whole: None)
    assert len(split.doubts) == 1 and "--data.alike 0.3 keeps them on one side" in split.doubts[0]
    (apart,) = APPLICATION.read(config(path, data=Genes(str(path), sequence="letters", label="kind")), print)
    assert (split.groups_of, apart.groups_of) == ("equal sequences", "alike sequences")
    assert apart.doubts == () and "60 groups of sequences" in " ".join(apart.about)


def test_cut_sequences_are_told(table: Path) -> None:
    (split,) = APPLICATION.read(config(table, max_length=20), lambda done, whole: None)
    assert "have more than 20 words" in split.doubts[0]


def test_baselines_choose_on_validation_alone() -> None:
    rows = sequences(120)
    labels = np.array([label == "left" for label, _ in rows]).astype(int)
    letters = [one for _, one in rows]
    sides = Splits(np.arange(80), np.arange(80, 100), np.arange(100, 120))
    found = spectrum_logistic(letters, labels, 2, sides, Kmers())
    assert found.facts["valid_scores"][f"{found.facts['words']}, C={found.facts['C']:g}"] == max(
        found.facts["valid_scores"].values()
    )
    changed = np.where(np.arange(120) < 100, labels, 1 - labels)
    assert (spectrum_logistic(letters, changed, 2, sides, Kmers()).test == found.test).all()
    placed = word_logistic([Kmers((6,)).words(one) for one in letters], labels, 2, sides)
    assert (placed.test.argmax(1) == labels[100:]).mean() > 0.5


def test_a_table_begins_with_vectors(table: Path, tmp_path: Path) -> None:
    spec = embedlab.Dense(5000, 8)
    (plain,) = APPLICATION.read(config(table), print)
    known = plain.learning(spec, "embedding").vocabulary.words[2:50]
    matrix = np.random.default_rng(0).normal(size=(48, 8)).astype(np.float32)
    save(tmp_path / "vectors", Vectors(known, matrix))
    (split,) = APPLICATION.read(config(table, vectors=str(tmp_path / "vectors")), print)
    assert split.learning(spec, "rivals.random").given(0) is None
    given = split.learning(spec, "embedding").given(3)
    assert given is not None
    found = given.tables["table"]
    assert found.shape == (5000, 8) and (found[2:50] == matrix).all() and (found[0] == 0).all()
    with pytest.raises(ValueError, match=r"give --embedding\.dim 8"):
        split.learning(embedlab.Dense(5000, 9), "embedding")
    with pytest.raises(ValueError, match="no n-grams to begin with"):
        split.learning(embedlab.Subword(5000, 8, 100), "embedding")
    with pytest.raises(ValueError, match="a hashed row is no word's own"):
        split.learning(embedlab.Hashed(None, 8, buckets=9), "embedding")


def test_a_stored_model_answers_for_new_sequences(run: Path) -> None:
    model = load(run)
    new = sequences(40, seed=1)
    answers = list(model.answers([letters.lower() for _, letters in new], ""))  # type: ignore[union-attr]
    assert sum(answer[0] == label for answer, (label, _) in zip(answers, new, strict=True)) > 30
    assert list(model.answers(["ACG", "N" * 50], ""))  # type: ignore[union-attr]
    with pytest.raises(ValueError, match=r"^line 2: letter 3 of the sequence is '\?'"):
        list(model.answers(["ACGT", "AC?"], ""))  # type: ignore[union-attr]


def test_the_k_mers_of_training_sequences_are_written(table: Path, tmp_path: Path, capfd) -> None:
    out = tmp_path / "kmers.txt"
    flags = (
        "--data.path",
        str(table),
        "--data.sequence",
        "letters",
        "--data.label",
        "kind",
        "--kmers.k",
        "6",
    )
    assert corpus.main(["--out", str(out), *flags]) == 0
    (split,) = APPLICATION.read(config(table), print)
    wanted = [split.documents[row] for row in split.sides.train]  # type: ignore[attr-defined]
    assert [line.split() for line in out.read_text().splitlines()] == wanted
    assert corpus.main(["--out", str(out), *flags, "--folds", "3"]) == 2
    assert "name one: --only_folds 0" in capfd.readouterr().err
    assert corpus.main(list(flags)) == 2
