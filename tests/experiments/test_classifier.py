"""A finished run as a model."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from experiments import load
from experiments.classify import main
from experiments.errors import Mistake, RunFailure
from experiments.runs.run import RunDirectory
from experiments.training import model as module

FLAGS = ["--baselines", "false", "--train.steps", "10"]


@pytest.fixture(scope="module")
def run(write_config: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of subwords and one of a file's table, as a comparison."""
    folder = tmp_path_factory.mktemp("run")
    table = folder / "table.npy"
    np.save(table, np.random.default_rng(0).normal(size=(300, 8)).astype(np.float32))
    config = write_config(
        "rivals={'filed': Dense(300, 8, FromArray(" + repr(str(table)) + ")),"
        " 'subword': Subword(300, 8, buckets=75)},"
    )
    config.write_text(config.read_text().replace("import Dense,", "import Dense, FromArray,"))
    assert main([str(config), "--workdir", str(folder / "w"), *FLAGS]) == 0
    table.unlink()  # it shaped the training, and is needed no more
    return folder / "w"


@pytest.fixture
def copied(run: Path, tmp_path: Path) -> Path:
    """A run of its own, to be damaged."""
    return Path(shutil.copytree(run / "dense" / "seed-0", tmp_path / "run"))


def test_probabilities_of_any_texts(run: Path) -> None:
    classifier = load(run / "dense" / "seed-0")
    found = classifier.predictions(["An optimizer of gradients.", "", "zzyzzx"])
    assert found.shape == (3, 3) and found.dtype == np.float32
    np.testing.assert_allclose(found.sum(1), 1, atol=1e-5)
    assert classifier.classes == ("flax", "optax", "rich")
    assert classifier.predictions([]).shape == (0, 3)
    assert [label for label, _ in classifier.predict(["a", "b"])] == [
        classifier.classes[row.argmax()] for row in classifier.predictions(["a", "b"])
    ]


def test_it_is_what_was_trained(run: Path) -> None:
    from experiments.documents.material import read
    from experiments.settings import codec

    for name in ("dense", "subword", "filed"):
        classifier = load(run / name / "seed-0")
        material = read(codec.decode(json.loads((run / "config.json").read_text())))
        texts = [material.dataset.texts[row] for row in material.splits.test]
        stored = np.load(run / name / "seed-0" / "predictions.npz")["test"]
        np.testing.assert_allclose(classifier.predictions(texts), stored, atol=1e-6)


def test_of_a_comparison_the_best_run_is_taken(run: Path) -> None:
    best = json.loads((run / "summary.json").read_text())["best"]
    assert load(run).folder == run / best


def test_a_word_never_seen_has_a_vector_by_its_spelling(run: Path) -> None:
    subword, dense = (load(run / name / "seed-0") for name in ("subword", "dense"))
    assert abs(subword.predictions(["optimizering"]) - subword.predictions([""])).max() > 1e-6
    assert abs(dense.predictions(["optimizering"]) - dense.predictions(["zzyzzx"])).max() == 0


def test_the_number_of_unknown_words_compiles_nothing_anew(run: Path) -> None:
    classifier = load(run / "subword" / "seed-0")
    module._linked.clear_cache()
    for words in (1, 2, 50, 200):
        classifier.predict([" ".join(f"qq{number}" for number in range(start, words)) for start in range(3)])
    assert module._linked._cache_size() == 1


@pytest.mark.parametrize("texts", ["a string", [b"bytes"], [None]])
def test_what_is_no_list_of_texts_is_refused(run: Path, texts: object) -> None:
    with pytest.raises(TypeError, match=r"texts.*give a list of texts"):
        load(run).predict(texts)  # type: ignore[arg-type]


def test_texts_may_be_any_iterable_of_strings(run: Path) -> None:
    classifier, texts = load(run), ["An optimizer.", "a layer"]
    assert classifier.predict(text for text in texts) == classifier.predict(texts)
    assert classifier.predict(np.array(texts)) == classifier.predict(texts)


@pytest.mark.parametrize("best", [None, 3, ["dense"]])
def test_a_best_that_is_no_folder_is_named(copied: Path, best: object) -> None:
    (copied / "summary.json").write_text(json.dumps({"best": best}))
    with pytest.raises(Mistake, match=r"summary\.json: its best is .*Remove this file alone and run again"):
        load(copied)


def test_no_run(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="no finished run here; give the --workdir of one"):
        load(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("config.json", "the run's config or summary is missing; train again"),
        ("summary.json", "no finished run here"),
        ("vocabulary.json", r"vocabulary\.json: it is missing"),
        ("checkpoints", "no checkpoint here; train again"),
    ],
)
def test_what_is_missing_is_named(copied: Path, name: str, message: str) -> None:
    path = copied / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises((Mistake, RunFailure), match=message):
        load(copied)
    assert not (copied / "checkpoints").exists() or name != "checkpoints"


def test_a_type_that_jax_does_not_have_now_is_named(copied: Path) -> None:
    directory = RunDirectory(copied)
    wide = json.dumps(directory.read("config.json")).replace('"float32"', '"float64"')
    directory.write("config.json", json.loads(wide))
    with pytest.raises(Mistake, match="dtype='float64'"):
        load(copied)


def test_a_damaged_checkpoint_is_named(copied: Path) -> None:
    (copied / "checkpoints" / "10" / "best" / "manifest.ocdbt").write_bytes(b"")
    with pytest.raises(RunFailure, match=r"best/manifest\.ocdbt: .* has 0 bytes.*begins anew.*summary"):
        load(copied)


def test_the_embedding_alone(run: Path) -> None:
    classifier = load(run / "subword" / "seed-0")
    assert classifier.variables.tables["table"].shape == (375, 8)
    assert classifier.variables.buffers["ngrams"].shape[0] >= 300
