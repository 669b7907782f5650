"""Pictures of a user's own by flags alone: a run, its table, a stored model, what is wrong with a command."""

from __future__ import annotations

import json
from pathlib import Path

import jax
import numpy as np
import pytest
from PIL import Image

import embedlab
from experiments.pictures.application import APPLICATION
from experiments.pictures.config import PictureStudy
from experiments.pictures.files import Folders
from experiments.pictures.patches import Patches
from experiments.pictures.tokens import Tokens, Visual
from experiments.settings import overrides
from experiments.stored import load
from experiments.study import kept
from experiments.study.codebook import Codes
from experiments.study.program import main

SMALL = Tokens(Patches(size=4, stride=2), Codes(codes=12, standardise=False), grid=2)
FLAGS = (
    *("--data.type", "folders", "--data.side", "12", "--data.grey", "true", "--tokens.codes.codes", "12"),
    *("--tokens.patches.size", "4", "--tokens.grid", "2", "--train.rate", "0.05", "--train.batch", "32"),
    *("--quality.rows", "50", "--quality.every", "0"),
    *("--embedding.vocabulary", "60", "--train.steps", "100", "--train.evaluate_every", "100"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bars that lie, and bars that stand, in noise."""
    folder, rng = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    for number in range(120):
        picture = rng.integers(100, 255, (12, 12), np.uint8)
        place = int(rng.integers(2, 8))
        label = ("lying", "standing")[number % 2]
        window = picture[place : place + 3] if number % 2 == 0 else picture[:, place : place + 3]
        window[:] = rng.integers(0, 40, window.shape)
        (folder / label).mkdir(exist_ok=True)
        Image.fromarray(picture).save(folder / label / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def run(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    workdir = tmp_path_factory.mktemp("runs") / "bars"
    assert main("pictures", ["--workdir", str(workdir), "--data.path", str(folder), *FLAGS]) == 0
    return workdir


def test_a_run_by_flags_alone_learns_and_is_compared(run: Path) -> None:
    summary = json.loads((run / "summary.json").read_text())
    assert summary["test"]["accuracy"] > 0.8
    linear = json.loads((run / "baselines" / "pixel-logistic" / "summary.json").read_text())
    assert 0.3 < linear["test"]["accuracy"] <= 1 and linear["parameters"] == 145
    assert all("@" in word for word in embedlab.load(run).words)


def test_what_it_keeps_makes_the_same_words_of_new_pictures(run: Path, folder: Path) -> None:
    config = PictureStudy(
        embedlab.Dense(60, 8), data=Folders(side=12, grey=True, path=str(folder)), tokens=SMALL
    )
    (split,) = APPLICATION.read(config, lambda done, whole: None)
    found = {name: value for name, value in kept.load(run).items() if isinstance(value, np.ndarray)}
    pixels = config.data.load().pixels
    assert Visual.of(SMALL, found).words(pixels) == split.documents  # type: ignore[attr-defined]


def test_a_codebook_knows_the_training_side_alone(folder: Path) -> None:
    config = PictureStudy(
        embedlab.Dense(60, 8), data=Folders(side=12, grey=True, path=str(folder)), tokens=SMALL, folds=4
    )
    for split in APPLICATION.read(config, lambda done, whole: None):
        pixels = config.data.load().pixels[split.sides.train]  # type: ignore[attr-defined]
        alone = Visual.fit(SMALL, pixels).codebook.centres[0]
        assert (split.visual.codebook.centres[0] == alone).all()  # type: ignore[attr-defined]


def test_alike_pictures_on_both_sides_are_told(tmp_path: Path, folder: Path) -> None:
    for label in ("lying", "standing"):
        (tmp_path / label).mkdir()
    for path in sorted(folder.rglob("*.png"))[:60]:
        for name, shade in (("a", 0), ("b", 9)):
            darker = np.asarray(Image.open(path)) // 2 + shade
            Image.fromarray(darker).save(tmp_path / path.parent.name / f"{path.stem}{name}.png")
    for number in range(20):
        noise = np.random.default_rng(number).integers(0, 255, (12, 12), np.uint8)
        Image.fromarray(noise).save(tmp_path / "standing" / f"noise{number}.png")
    both = PictureStudy(
        embedlab.Dense(60, 8), data=Folders(side=12, grey=True, alike=1.0, path=str(tmp_path)), tokens=SMALL
    )
    (split,) = APPLICATION.read(both, lambda done, whole: None)
    assert "--data.alike 0.95 keeps them on one side" in split.doubts[0]
    apart = PictureStudy(
        embedlab.Dense(60, 8), data=Folders(side=12, grey=True, path=str(tmp_path)), tokens=SMALL
    )
    (split,) = APPLICATION.read(apart, lambda done, whole: None)
    assert split.doubts == ()


@pytest.mark.parametrize(("kind", "alike"), [("folders", 0.95), ("table", 0.95), ("emoji", 0.9)])
def test_a_source_that_is_switched_to_keeps_nothing_of_the_digits(kind: str, alike: float) -> None:
    data = overrides.apply(APPLICATION.default(), ["--data.type", kind, "--data.path", "x"]).config.data
    assert (data.side, data.grey, data.correlation) == (32, False, alike)


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (
            ("--data.type", "folders", "--data.path", "nowhere"),
            "--data.path='nowhere': there is no such folder",
        ),
        (
            ("--data.type", "folders", "--data.path", __file__),
            "this is a file; give the folder that holds a folder a class",
        ),
        (("--data.type", "folders"), "--data.path=''"),
        (("--data.type", "table", "--data.path", "nowhere.csv"), "--data.path='nowhere.csv'"),
        (("--data.side", "9"), "data is digits, which has no side"),
        (("--data.alike", "1.5"), "alike=1.5"),
        (("--tokens.patches.size", "9"), "patches.size=9: pictures are 8 × 8 pixels"),
        (("--tokens.grd", "3"), "tokens.grid"),
    ],
)
def test_mistakes_are_told_in_a_paragraph(tmp_path: Path, flags: tuple[str, ...], told: str, capfd) -> None:
    assert main("pictures", ["--workdir", str(tmp_path / "run"), *flags]) == 2
    said = " ".join(capfd.readouterr().err.split())
    assert told in said and "Traceback" not in said


def test_one_class_alone_is_a_mistake(tmp_path: Path, folder: Path, capfd) -> None:
    (tmp_path / "lying").symlink_to(folder / "lying")
    assert main("pictures", ["--workdir", str(tmp_path / "run"), "--data.path", str(tmp_path), *FLAGS]) == 2
    assert "every row is of class 'lying'" in " ".join(capfd.readouterr().err.split())


def test_codes_that_training_lacks_are_unknown(folder: Path) -> None:
    config = PictureStudy(
        embedlab.Dense(4, 8), data=Folders(side=12, grey=True, path=str(folder)), tokens=SMALL
    )
    (split,) = APPLICATION.read(config, lambda done, whole: None)
    learning = split.learning(embedlab.Dense(4, 8), "embedding")
    assert len(learning.vocabulary) == 4 and 0 < learning.covered()["coverage_by_token"] < 0.5
    tested = learning.tested(learning.learner.init(jax.random.key(0), learning.buffers))
    assert tested.shape == (len(split.targets), 2) and np.isfinite(tested).all()


def test_a_stored_model_answers_for_new_pictures(run: Path, folder: Path) -> None:
    model = load(run)
    paths = sorted(folder.rglob("*.png"))[::7]
    answers = list(model.answers([str(path) for path in paths], ""))  # type: ignore[union-attr]
    right = [answer[0] == path.parent.name for answer, path in zip(answers, paths, strict=True)]
    assert np.mean(right) > 0.8
    with pytest.raises(ValueError, match=r"^line 2: none\.png: there is no such"):
        list(model.answers([str(paths[0]), "none.png"], ""))  # type: ignore[union-attr]
