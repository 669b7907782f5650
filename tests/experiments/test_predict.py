"""The predict command: lines from files, pipes and terminals, in whatever locale."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import embedlab
from experiments import classifier, predict
from experiments.encoders import Bag
from experiments.errors import Mistake
from experiments.training.model import Model


class Stub:
    """A classifier that knows how long a line is, and what it was asked."""

    folder, classes = Path("runs/a"), ("short", "long")
    model = Model(embedlab.Dense(4, 2), Bag(), 2)

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def predict(self, texts: list[str]) -> list[tuple[str, float]]:
        self.asked.append(texts)
        return [("long" if len(text) > 3 else "short", 0.5) for text in texts]


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Stub:
    stub = Stub()
    monkeypatch.setattr(classifier, "load", lambda folder: stub)
    return stub


@pytest.fixture
def answered(stub: Stub, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Callable[..., tuple[int, str, str]]:
    """(status, output, errors) of the command, fed with bytes."""

    def run(fed: bytes = b"", *words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(fed), "ascii"))
        status = predict.main(["runs/a", *map(str, words)])
        return status, *capsys.readouterr()

    return run


def test_a_line_each(answered: Callable[..., tuple[int, str, str]]) -> None:
    status, out, err = answered("é−\r\nlonger\n\nlast".encode())
    assert status == 0
    assert out == "short\t0.5000\té−\nlong\t0.5000\tlonger\nshort\t0.5000\t\nlong\t0.5000\tlast\n"
    assert err == "The model of runs/a: 2 classes.\n"


def test_nothing_in_nothing_out(answered: Callable[..., tuple[int, str, str]]) -> None:
    assert answered(b"")[:2] == (0, "")


def test_a_mark_at_the_beginning_is_no_text(answered: Callable[..., tuple[int, str, str]]) -> None:
    assert answered(b"\xef\xbb\xbfabc\n")[1] == "short\t0.5000\tabc\n"


def test_what_is_no_utf8_is_named_with_its_line(answered: Callable[..., tuple[int, str, str]]) -> None:
    status, out, err = answered(b"one\ncaf\xe9\ntwo\n")
    assert status == 2
    assert out == "short\t0.5000\tone\n", "what is before it is answered"
    assert "standard input, line 2: its byte 4 is 0xe9, which is no UTF-8; convert" in " ".join(err.split())


def test_a_long_file_streams(
    answered: Callable[..., tuple[int, str, str]], stub: Stub, tmp_path: Path
) -> None:
    file = tmp_path / "many.txt"
    file.write_text("".join(f"line {number}\n" for number in range(20_000)))
    status, out, _ = answered(b"", file)
    assert status == 0
    assert [line.split("\t")[2] for line in out.splitlines()] == file.read_text().splitlines()
    assert max(map(len, stub.asked)) <= 1024 and sum(map(len, stub.asked)) == 20_000


def test_lines_are_answered_as_they_come() -> None:
    read, write = os.pipe()
    with open(read, "rb") as file, open(write, "wb", buffering=0) as feed:
        batches = predict._batches(file, "a pipe")
        feed.write(b"one\ntwo\nthr")
        assert next(batches) == ["one", "two"]  # though nobody has closed the pipe
        feed.write(b"ee\n")
        assert next(batches) == ["three"]


def test_a_pipe_is_a_file(answered: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    threading.Thread(target=lambda: (tmp_path / "pipe").write_text("abc\n"), daemon=True).start()
    assert answered(b"", tmp_path / "pipe")[:2] == (0, "short\t0.5000\tabc\n")


@pytest.mark.parametrize(
    ("place", "message"), [(".", "this is a folder"), ("none.txt", "there is no such file")]
)
def test_what_is_no_file(
    answered: Callable[..., tuple[int, str, str]], tmp_path: Path, place: str, message: str
) -> None:
    status, _, err = answered(b"", tmp_path / place)
    assert status == 2 and message in " ".join(err.split()) and "Traceback" not in err


def test_a_closed_standard_input_is_told_at_once(root: Path, tmp_path: Path) -> None:
    command = ["sh", "-c", '"$0" -m experiments.predict "$1" <&-', sys.executable, str(tmp_path)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr.startswith(
        "error: standard input is closed; give a text file"
    )


def test_too_many_words_and_none(answered: Callable[..., tuple[int, str, str]], capsys: Any) -> None:
    assert answered(b"", "a.txt", "b.txt")[0] == 2
    assert predict.main([]) == 2 and predict.main(["--help"]) == 0
    assert "python -m experiments.predict DIR [FILE]" in capsys.readouterr().out


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), MemoryError("8 TiB")])
def test_a_failure_is_not_told_in_the_trainers_words(
    answered: Callable[..., tuple[int, str, str]],
    stub: Stub,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    def fail(texts: list[str]) -> None:
        raise error

    monkeypatch.setattr(stub, "predict", fail)
    status, _, err = answered(b"abc\n")
    told = " ".join(err.split())  # however wide the terminal is
    assert status == 1 and ("the same command again." in told or "a machine that has more." in told)
    assert "train." not in err and "saved" not in err


def test_no_run(tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    assert predict.main([str(tmp_path)]) == 2
    assert "no finished run" in " ".join(capsys.readouterr().err.split())


@pytest.mark.slow
def test_an_old_locale_neither_misreads_nor_fails(root: Path) -> None:
    code = (
        "import experiments.classifier as c, sys, pathlib\n"
        "import embedlab, experiments.encoders as e\n"
        "class Stub:\n"
        "    folder, classes = pathlib.Path('runs/a'), ('x', 'y')\n"
        "    model = c.Model(embedlab.Dense(4, 2), e.Bag(), 2)\n"
        "    predict = lambda self, texts: [(f'{len(text)} \\u2192', 0.5) for text in texts]\n"
        "c.load = lambda folder: Stub()\n"
        "from experiments.predict import main\n"
        "sys.exit(main(['runs/a']))\n"
    )
    env = os.environ | {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=env, input="naïve\n".encode(), capture_output=True
    )
    assert (done.returncode, done.stdout) == (0, b"5 ->\t0.5000\tna\\xefve\n"), done.stderr


def test_of_several_bad_lines_the_first_is_named_and_those_before_it_are_answered() -> None:
    """Fields are counted in all lines before numbers are read: what is found first may be a later line."""
    answered: list[str] = []

    def answer(lines: list[str], before: int) -> None:
        for fault in ("fields", "number"):
            if fault in lines:
                raise predict._BadLine(lines.index(fault), f"line {before + lines.index(fault) + 1}: {fault}")
        answered.extend(lines)

    with pytest.raises(Mistake, match="line 5: number"):
        predict._each(iter([["a", "b"], ["c", "d", "number", "e", "fields"]]), answer)
    assert answered == ["a", "b", "c", "d"]
