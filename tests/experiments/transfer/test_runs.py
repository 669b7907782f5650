"""`--vectors FILE` as a user gives it: what a run says and writes, how it goes on, and what it refuses."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import experiments
from embedlab.vectors import Vectors, write
from tests.experiments.started import content, same, told
from tests.experiments.transfer.conftest import WIDTH, Words

Inside = Callable[..., tuple[int, str, str]]
FEW = ("--baselines", "false", "--train.evaluate_every", 3, "--quality.every", 0)
MODES = ("static", "random", "multichannel")


@pytest.fixture(scope="module")
def vectors(words: Words, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the file, that may be taken away."""
    path = tmp_path_factory.mktemp("own") / "some.txt"
    shutil.copy(words.path, path)
    return path


@pytest.fixture
def run(inside: Inside, small: Path) -> Inside:
    """The program with the small config, a few steps, and further words."""
    return lambda *more, steps=6: inside(small, *FEW, "--train.steps", steps, *more)


def summary(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "summary.json").read_text("utf-8"))
    return found


@pytest.mark.slow
def test_modes_side_by_side(run: Inside, vectors: Path, words: Words, tmp_path: Path) -> None:
    beside = ["--transfer.mode", "static", "--transfer.beside", ",".join(MODES[1:])]
    folder = tmp_path / "w"
    status, out, err = run("--vectors", vectors, *beside, "--workdir", folder)
    assert status == 0, err
    assert f"embedding.dim is {WIDTH}, that of {vectors}, in place of 8." in told(out)
    assert f"{vectors} has vectors for" in told(out)
    found = {mode: summary(folder / mode / "seed-0") for mode in MODES}
    assert [found[mode]["transfer"]["mode"] for mode in MODES] == list(MODES)
    assert found["random"]["transfer"].keys() == {"vectors", "mode"}
    transfer = found["static"]["transfer"]
    assert transfer == found["multichannel"]["transfer"] | {"mode": "static"}
    assert transfer["types"] == 298 and 0.7 < transfer["coverage_by_type"] < 0.9
    assert transfer["exact"] + transfer["by_form"] == round(298 * transfer["coverage_by_type"])
    assert 0.7 < transfer["coverage_by_token"] < 1 and 0.7 < transfer["coverage_by_token_test"] < 1
    assert transfer["unseen"] > 100 and not set(transfer["missing"]) & set(words.vectors.words)
    assert found["static"]["resting_bytes"] == found["static"]["trainable_bytes"]
    assert 2 * found["multichannel"]["resting_bytes"] == found["multichannel"]["trainable_bytes"]
    assert "resting_bytes" not in found["random"]
    whole = summary(folder)
    assert whole["paired"]["static"].keys() == set(MODES[1:])
    assert f"has vectors for {transfer['exact'] + transfer['by_form']:,} of 298 words" in (
        folder / "table.md"
    ).read_text("utf-8")
    data = json.loads((folder / "data.json").read_text("utf-8"))["vectors"]
    assert data["words"] == len(words.vectors) and data["numbers"] == WIDTH and len(data["digest"]) == 64
    assert json.loads((folder / "config.json").read_text("utf-8"))["embedding"]["dim"] == WIDTH
    tables = {mode: experiments.load(folder / mode / "seed-0").parameters["tables"] for mode in MODES}
    rows = [np.asarray(tables["static"]["table"]), np.asarray(tables["multichannel"]["channel-0"])]
    np.testing.assert_array_equal(*rows)
    assert tables["random"]["table"].shape == (300, WIDTH)


@pytest.mark.slow
def test_a_finished_run_needs_no_file(run: Inside, vectors: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.txt"
    shutil.copy(vectors, own)
    words = ["--vectors", own, "--transfer.mode", "multichannel", "--workdir", tmp_path / "w"]
    assert run(*words)[0] == 0
    own.unlink()
    before = content(tmp_path / "w")
    texts = ["returns an array of the given shape", "a gradient transformation", ""]
    classifier = experiments.load(tmp_path / "w")
    assert classifier.predictions(texts).shape == (3, 3)
    stored = np.load(tmp_path / "w" / "vectors" / "vectors.npy")
    assert stored.shape[1] == 2 * WIDTH
    status, out, err = run(*words)
    assert status == 0 and "is finished; nothing to do" in out, err
    assert content(tmp_path / "w") == before
    status, _, err = run(*words, steps=9)
    assert status == 2 and f"transfer.vectors='{own}': No such file or directory" in told(err)
    assert content(tmp_path / "w") == before


@pytest.mark.slow
@pytest.mark.parametrize(
    "more",
    [
        ["--transfer.mode", "multichannel", "--transfer.freeze_pretrained", "true"],
        pytest.param(
            ["--transfer.mode", "static", "--train.optimizer", "sgd", "--transfer.oov", "mean"],
            marks=pytest.mark.slow,
        ),
        pytest.param(["--train.freeze_until", "4", "--train.table_rate", "0.1"], marks=pytest.mark.slow),
    ],
    ids=["multichannel", "static", "non-static"],
)
def test_a_run_goes_on_to_the_same_bits(run: Inside, vectors: Path, tmp_path: Path, more: list[str]) -> None:
    words = ["--vectors", vectors, *more, "--train.dropout.words", "0.2"]
    assert run(*words, "--workdir", tmp_path / "parts", steps=3)[0] == 0
    status, out, err = run(*words, "--workdir", tmp_path / "parts")
    assert status == 0 and "resumes at step 3" in out, err
    assert run(*words, "--workdir", tmp_path / "whole")[0] == 0
    same(tmp_path / "parts", tmp_path / "whole")


@pytest.mark.slow
def test_another_file_is_refused(run: Inside, words: Words, tmp_path: Path) -> None:
    own = tmp_path / "own.txt"
    changed = words.vectors.matrix.copy()
    changed[words.vectors.row("the")] += 1
    shorter = Vectors(words.vectors.words[:-1], words.vectors.matrix[:-1])
    further = Vectors((*words.vectors.words, "zzyzzx"), np.concatenate([words.vectors.matrix, changed[:1]]))
    write(words.vectors, own, format="glove")
    given = ["--vectors", own, "--workdir", tmp_path / "w"]
    assert run(*given, steps=3)[0] == 0
    before = content(tmp_path / "w")
    for other, said in (
        (Vectors(words.vectors.words, changed), "now, of other numbers. Give another --workdir"),
        (shorter, f"{len(words.vectors):,} of {WIDTH} numbers for these words then, {len(shorter):,} of"),
    ):
        write(other, own, format="glove")
        status, _, err = run(*given)
        assert status == 2 and "the pretrained vectors changed since this run was begun" in told(err)
        assert said in told(err) and content(tmp_path / "w") == before
    write(further, own, format="word2vec-binary")  # the same vectors for these words
    status, out, err = run(*given)
    assert status == 0 and "resumes at step 3" in out, err


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--vectors", "none.txt"], "transfer.vectors='none.txt': No such file or directory"),
        (["--vectors", "{vectors}", "--embedding.dim", "8"], "embedding.dim=8: {vectors} has vectors of 50"),
        (
            ["--vectors", "{vectors}", "--embedding.type", "hashed", "--embedding.buckets", "50"],
            "transfer.vectors='{vectors}': embedding is Hashed, whose rows are shared by words",
        ),
        (
            ["--vectors", "{vectors}", "--embedding.type", "subword", "--embedding.buckets", "50"],
            "embedding is Subword, and these vectors have no n-grams to begin with; give a whole fastText",
        ),
        (["--vectors", "{strange}"], "words of the documents ("),
        (["--vectors", "{strange}"], "has a vector there; are they of another language"),
        (["--vectors", "a", "--transfer.vectors", "b"], "--vectors and --transfer.vectors say the same"),
        (["--transfer.beside", "static"], "transfer.beside=('static',): it is of use with vectors"),
        (["--transfer.mode", "static"], "transfer.mode='static': it is of use with vectors alone; give them"),
        (
            ["--vectors", "{vectors}", "--transfer.mode", "static", "--transfer.freeze_pretrained", "true"],
            "transfer.freeze_pretrained=True: mode static trains no pretrained table; give mode='non-static'",
        ),
        (
            ["--vectors", "{vectors}", "--transfer.transforms", "pca:70"],
            "transfer.transforms: Pca: dim=70: ",
        ),
        (
            ["--vectors", "{vectors}", "--transfer.transforms", "pcb:30"],
            "--transfer.transforms: got 'pcb:30', expected a list, each a dict whose type is one of truncate",
        ),
        (
            ["--vectors", "{vectors}", "--transfer.freeze_pretrained", "true", "--train.update", "dense"],
            "transfer.freeze_pretrained=True: this is for rows; take train.update='auto' or 'sparse'",
        ),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_mistakes(run: Inside, vectors: Path, tmp_path: Path, more: list[str], message: str) -> None:
    strange = tmp_path / "strange.txt"
    strange.write_text("zzyzzx 1 2\nxyzzyqux 3 4\n", "utf-8")
    places = {"vectors": vectors, "strange": strange}
    words = [word.format(**places) for word in more]
    status, _, err = run("--workdir", tmp_path / "w", *words)
    assert status == 2 and message.format(**places) in told(err), err
    assert "Traceback" not in err and "\n\n" not in err.strip()
    assert not (tmp_path / "w" / "config.json").exists()


@pytest.mark.slow
def test_words_may_be_made_narrower(run: Inside, vectors: Path, tmp_path: Path) -> None:
    words = ["--vectors", vectors, "--transfer.transforms", "all_but_the_top:2,pca:12,normalise"]
    status, out, err = run(*words, "--transfer.mode", "static", "--workdir", tmp_path / "w")
    assert status == 0 and "embedding.dim is 12, that of" in told(out), err
    found = experiments.load(tmp_path / "w")
    assert [type(one).__name__ for one in found.config.transfer.transforms] == [
        "AllButTheTop",
        "Pca",
        "Normalise",
    ]
    rows = np.asarray(found.parameters["tables"]["table"])[found.vocabulary.id("the")]
    assert rows.shape == (12,) and abs(np.linalg.norm(rows) - 1) < 1e-5
