"""The convert command: any file of vectors into any other, and mistakes in one paragraph."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedlab.vectors import Vectors, read, save, write
from experiments import convert
from experiments.reports import telling

WORDS = ("cat", "dog", "été", "#")
TABLE = Vectors(WORDS, np.random.default_rng(0).standard_normal((4, 3)).astype(np.float32))
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """(status, output, errors) of the command, in a folder with vectors as text."""
    monkeypatch.chdir(tmp_path)
    write(TABLE, "in.txt")

    def run(*words: object) -> tuple[int, str, str]:
        status = convert.main([*map(str, words)])
        out, err = capsys.readouterr()
        return status, out, " ".join(err.split())

    return run


@pytest.mark.parametrize("suffix", [".vec", ".txt.gz", ".bin", ".npy", ".safetensors"])
def test_there_and_back(run: Run, suffix: str) -> None:
    status, out, err = run("in.txt", f"out{suffix}")
    assert (status, err) == (0, "")
    first, second = out.splitlines()
    assert first == "in.txt: 4 of 4 vectors read as word2vec-text"
    assert f"out{suffix}: 4 vectors of dim 3 written as " in second
    assert run(f"out{suffix}", "back.txt")[0] == 0
    assert Path("back.txt").read_bytes() == Path("in.txt").read_bytes()


def test_some_words_and_narrow_numbers(run: Run) -> None:
    Path("words.txt").write_text("\ufeffété\r\n\ndog\ncow\ndog", "utf-8")
    status, out, _ = run("in.txt", "out.npy", "--only", "words.txt", "--dtype", "int8")
    assert status == 0
    assert "words.txt: 1 of 3 words are not there, such as 'cow'" in out and "as int8, with errors of" in out
    found = read("out.npy")
    assert found.words == ("dog", "été")
    np.testing.assert_allclose(found.matrix, TABLE.matrix[1:3], atol=0.02)


def test_float64_is_read_as_such(run: Run) -> None:
    wide = Vectors(WORDS, np.random.default_rng(1).standard_normal((4, 3)))
    write(wide, "wide.txt")
    assert run("wide.txt", "wide.npy", "--dtype", "float64")[0] == 0
    assert np.load("wide.npy").tobytes() == wide.matrix.tobytes()


def test_folders_in_and_out(run: Run) -> None:
    status, out, _ = run("in.txt", "model", "--format", "sentence-transformers", "--lowercase")
    assert status == 0 and Path("model/modules.json").is_file()
    assert run("model", "back.txt")[0] == 0
    assert read("back.txt").matrix.tobytes() == TABLE.matrix.tobytes()
    status, out, _ = run("in.txt", "shown", "--format", "projector")
    assert status == 0 and "tensorboard --logdir shown" in out
    save("run/vectors", TABLE)
    status, out, _ = run("run", "back.txt", "--format", "glove")
    assert status == 0 and out.startswith("run: 4 vectors\n")
    assert read("back.txt").words == WORDS
    Path("words.txt").write_text("dog\n")
    assert run("run", "back.txt", "--only", "words.txt")[0] == 0
    assert read("back.txt").words == ("dog",)


def test_a_whole_model_stays_one(run: Run, data_dir: Path) -> None:
    real = data_dir / "vector_formats" / "crime-and-punishment.bin"
    status, out, _ = run(real, "out.bin")
    assert status == 0 and "a whole model of fastText, 291 words and 100 buckets" in out
    assert Path("out.bin").read_bytes() == real.read_bytes()
    status, out, _ = run(real, "part.bin", "--limit", 5)
    assert status == 0 and "5 vectors of dim 5 written as word2vec-binary" in out
    assert read("part.bin").words == read(real, limit=5).words
    assert run("in.txt", "words.bin")[1].endswith("written as word2vec-binary, 72 bytes\n")


def test_what_reads_on_is_a_flag(run: Run) -> None:
    Path("bad.txt").write_bytes(b"cat 1 2\ndog nan 2\ncat 3 4\nb\xff 1 2")
    flags = ["--non-finite", "drop", "--duplicates", "last", "--utf8", "replace", "--unterminated"]
    assert run("bad.txt", "out.txt")[0] == 2 and not Path("out.txt").exists()
    status, out, err = run("bad.txt", "out.txt", *flags, "--from", "glove", "--expected-rows", 4)
    assert status == 0, err
    assert "2 of 4 vectors read as glove, 1 duplicates, 1 dropped, 1 replaced" in out
    assert read("out.txt").words == ("cat", "b\ufffd")


def test_words_that_do_not_fit(run: Run) -> None:
    Path("two.txt").write_text("New York 1 2\ncat 3 4\n")
    status, _, err = run("two.txt", "out.bin")
    assert status == 2 and "words='New York': it holds a blank, which word2vec-binary can't give back" in err
    status, out, _ = run("two.txt", "out.bin", "--unfit", "drop")
    assert status == 0 and "1 of 2 words were left out, as words='New York'" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["in.txt"],
            "error: the following arguments are required: OUT; `python -m experiments.convert --help`",
        ),
        (["in.txt", "out.txt", "--formt", "glove"], "error: unrecognized arguments: --formt glove; `python"),
        (["in.txt", "out.txt", "--form", "glove"], "error: unrecognized arguments: --form glove; `python"),
        (["in.txt", "out.txt", "--dim", "x"], "error: argument --dim: invalid int value: 'x'; `python"),
        (["none.txt", "out.txt"], "error: path='none.txt': No such file or directory; give a file of vec"),
        (["out.new", "in.txt"], "error: out.new: there is no such file; give IN first, then OUT"),
        (["in.txt", "out.xyz"], "error: path='out.xyz': its suffix is none of .txt, .vec"),
        (["in.txt", "none/out.txt"], "error: path='none/out.txt': there is no folder 'none'; make it first"),
        (
            ["in.txt", "out.txt", "--dtype", "int8"],
            "error: dtype='int8': word2vec-text holds float64, float32;",
        ),
        (["in.txt", "out.txt", "--limit", "0"], "error: limit=0: give a whole number of at least 1"),
        (["in.txt", "out.txt", "--unfit", "skip"], "error: argument --unfit: invalid choice: 'skip'"),
        (["in.txt", "out.txt", "--only", "none"], "error: --only none: No such file or directory; give a fi"),
        (["in.txt", "out.txt", "--only", "empty"], "error: --only empty: there is no word in it; give one a"),
        (["in.txt", "out.txt", "--only", "latin"], "error: --only latin: its byte 2 is no UTF-8; convert it"),
        (
            ["folder", "out.txt"],
            "error: folder='folder': no vectors here; give the --workdir of a finished run",
        ),
        (
            ["run", "out.txt", "--dim", "3"],
            "error: --dim: run is the folder of a run, of which all is known;",
        ),
    ],
)
def test_mistakes(run: Run, words: list[str], message: str) -> None:
    Path("folder").mkdir()
    Path("empty").write_text("\n\n")
    Path("latin").write_bytes(b"a\xe9\n")
    save("run/vectors", TABLE)
    before = sorted(Path().rglob("*"))
    status, out, err = run(*words)
    assert (status, out) == (2, "")
    assert err.startswith(message) and "Traceback" not in err
    assert sorted(Path().rglob("*")) == before


def test_help(run: Run) -> None:
    status, out, _ = run()
    assert status == 2 and "--only FILE" in out
    assert run("--help")[:2] == (0, out)


def test_progress_is_told_every_few_seconds(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(0, 10**6, 3))
    monkeypatch.setattr(telling.time, "monotonic", lambda: next(ticks))
    Path("in.txt.gz").write_bytes(gzip.compress(Path("in.txt").read_bytes()))
    status, _, err = run("in.txt.gz", "out.txt")
    assert status == 0 and "Reading in.txt.gz: " in err and " %" in err
