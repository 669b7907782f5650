"""The evaluate command: real vectors by published sets, two side by side, and mistakes in one paragraph."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedlab.vectors import Vectors, read, save, write
from experiments import evaluate

Run = Callable[..., tuple[int, str, str]]
WORDS = ("cat", "dog", "cow", "red", "blue", "green", "oak", "elm")
KINDS = np.repeat(np.eye(3), [3, 3, 2], 0)
TABLE = Vectors(WORDS, (KINDS + np.random.default_rng(0).normal(0, 0.1, (8, 3))).astype(np.float32))


@pytest.fixture
def run(capsys: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """(status, output, errors) of the command, in a folder with vectors, where no published set lies."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EMBEDLAB_DATA", str(tmp_path / "none"))
    monkeypatch.setenv("COLUMNS", "120")
    write(TABLE, "mine.txt")
    Path("pairs.txt").write_text("cat dog 9\nred blue 8\noak elm 9.5\ncat oak 2\nred elm 1\ncat gnu 5\n")
    kinds = zip(WORDS, KINDS, strict=True)
    Path("kinds.tsv").write_text("".join(f"{word}\t{'abc'[kind.argmax()]}\n" for word, kind in kinds))
    Path("odd.txt").write_text("cat\ndog\ncow\n\noak\nred\ngnu\n")
    Path("questions.txt").write_text(": kinds\ncat dog red blue\ncat dog oak elm\ncat dog gnu elm\n")

    def run(*words: object) -> tuple[int, str, str]:
        status = evaluate.main([*map(str, words)])
        out, err = capsys.readouterr()
        return status, out, " ".join(err.split())

    return run


def rows(out: str) -> dict[str, list[str]]:
    """Lines of tables by their first word."""
    return {line.split()[0]: line.split()[1:] for line in out.splitlines() if line.strip()}


ALL = (
    *("--similarity", "pairs.txt", "--analogies", "questions.txt", "--categories", "kinds.tsv"),
    *("--outliers", "odd.txt", "--words", "cat,gnu", "--k", "2"),
)


def test_everything_of_one_set(run: Run) -> None:
    status, out, err = run("mine.txt", *ALL, "--workdir", "out")
    assert (status, err) == (0, "")
    found = rows(out)
    assert out.startswith("mine.txt: 8 words, dim 3 (8 of 8 vectors read as word2vec-text)\n")
    summary = json.loads(Path("out/summary.json").read_text())
    (one,) = summary["vectors"]
    pairs = one["similarity"]["pairs"]
    assert (pairs["pairs"], pairs["counted"]) == (6, 5) and pairs["coverage"] == pytest.approx(5 / 6)
    assert found["pairs"][:2] == ["6", "83.3"]
    assert found["pairs"][2] == f"{100 * pairs['spearman']['value']:.1f}"
    assert one["analogies"]["questions"]["asked"] == 2 and one["analogies"]["questions"]["unknown"] == 1
    assert found["all"][:2] == ["3", "2"]
    assert one["categories"]["kinds"] == {"purity": 1.0, "words": 8, "unknown": 0, "categories": 3}
    assert one["outliers"] == {"accuracy": 1.0, "opp": 1.0, "asked": 2, "unknown": 1}
    assert {word for word, _ in TABLE.neighbours("cat", 2)} == {"dog", "cow"} and re.search(
        r"dog (0|1)\.\d\d", out
    )
    assert "'gnu' is not among the 8 words" in " ".join(out.split())
    assert one["geometry"]["effective_rank"] > 2 and summary["comparison"] is None
    page = Path("out/table.md").read_text("utf-8")
    assert "| pairs | 6 | 83.3 |" in page and "**Geometry**" in page and "mine.txt: 8 words" in page
    assert set(summary["seconds"]) == {"read", "measure", "compare"} and summary["versions"]["jax"]


def test_the_same_again_gives_the_same(run: Run) -> None:
    assert run("mine.txt", *ALL, "--workdir", "out")[0] == 0
    before = json.loads(Path("out/summary.json").read_text())
    table = Path("out/table.md").read_bytes()
    assert run("mine.txt", *ALL, "--workdir", "out")[0] == 0
    after = json.loads(Path("out/summary.json").read_text())
    assert after["vectors"] == before["vectors"] and Path("out/table.md").read_bytes() == table
    status, _, err = run("mine.txt", "--workdir", "out", "--words", "cat")
    assert status == 2 and "--workdir out: it holds a run with another config" in err
    assert Path("out/table.md").read_bytes() == table


def test_two_side_by_side(run: Run) -> None:
    noise = np.random.default_rng(1).normal(0, 1, (8, 3)).astype(np.float32)
    write(Vectors((*WORDS[1:], "gnu"), TABLE.matrix + noise), "noisy.npy")
    status, out, _ = run("mine.txt", "noisy.npy", *ALL, "--workdir", "out")
    assert status == 0 and "A: mine.txt: 8 words" in out and "B: noisy.npy: 8 words" in out
    found = json.loads(Path("out/summary.json").read_text())
    apart = found["comparison"]
    assert apart["similarity"]["pairs"]["pairs"] == 3  # cat is unknown to the one, gnu to the other
    assert apart["alike"]["shared"] == apart["alike"]["turned"] == 7 and -1 <= apart["alike"]["cosine"] <= 1
    assert [each["path"] for each in found["vectors"]] == ["mine.txt", "noisy.npy"]
    assert "words that both have" in out and "A − B" in out and "Neighbours in B" in out
    status, out, _ = run("mine.txt", "mine.txt", "--similarity", "pairs.txt")
    assert status == 0 and rows(out)["pairs"][-3:] == ["+0.0", "[+0.0,", "+0.0]"]


@pytest.mark.slow
def test_published_sets_are_asked_where_nothing_is_named(
    run: Run, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBEDLAB_DATA", str(data_dir))
    path = data_dir / "glove_6b_50d_top30k" / "glove.6B.50d.top30k.word2vec.bin"
    if not path.is_file():
        pytest.skip(f"real data missing: no {path.name}")
    status, out, _ = run(path, "--restrict", "10000", "--resamples", "50", "--workdir", "out")
    assert status == 0
    (one,) = json.loads(Path("out/summary.json").read_text())["vectors"]
    assert len(one["similarity"]) == 9 and one["words"] == 10_000
    google = one["analogies"]["Google analogies"]
    # gensim: evaluate_word_analogies(…, restrict_vocab=10000), see test_analogies of the library's tests
    assert list(google["parts"]) == ["semantic", "syntactic"] and len(google["sections"]) == 14
    assert google["asked"] + google["unknown"] == 19_544
    assert sum(part["asked"] for part in google["parts"].values()) == google["asked"]
    assert "gram8-plural" in out and rows(out)["MEN"][0] == "3,000"


@pytest.mark.slow
def test_options_do_what_they_say(run: Run) -> None:
    Path("upper.txt").write_text("Cat Dog 9\nRED BLUE 8\nOak elm 9.5\ncat Gnu 5\n")

    def counted(*words: object) -> tuple[int, float]:
        folder = f"out{'-'.join(map(str, words))}"
        assert run("mine.txt", "--similarity", "upper.txt", *words, "--workdir", folder)[0] == 0
        text = Path(folder, "summary.json").read_text()
        found = json.loads(text)["vectors"][0]["similarity"]["upper"]
        return found["counted"], found["coverage"]

    assert counted("--case", "fold") == counted("--lower") == (3, 0.75)
    assert counted("--case", "exact") == (0, 0)
    assert counted("--unknown", "zero") == counted("--unknown", "mean") == (4, 0.75)
    assert counted("--restrict", "5") == (2, 0.5)
    assert counted("--restrict", "all", "--method", "3cosmul", "--limit", "3") == (1, 0.25)


def test_folders_and_reading_flags(run: Run) -> None:
    save("run/vectors", TABLE)
    status, out, _ = run("run", "--words", "cat")
    assert status == 0 and out.startswith("run: 8 words, dim 3\n")
    status, _, err = run("run", "--words", "cat", "--limit", "3")
    assert status == 2 and "--limit: run is the folder of a run, of which all is known; leave it out" in err
    broken = TABLE.matrix.copy()
    broken[3, 0] = math.nan
    np.save("broken.npy", broken)
    Path("broken.txt").write_text("\n".join(WORDS) + "\n")
    status, _, err = run("broken.npy", "--words", "cat")
    assert status == 2 and "'red'" in err and "non_finite" in err
    status, out, _ = run("broken.npy", "--words", "cat", "--non-finite", "drop")
    assert status == 0 and "7 words" in out and len(read("broken.npy", non_finite="drop")) == 7


def test_what_can_not_be_told_is_told_so(run: Run) -> None:
    Path("few.txt").write_text("gnu emu 3\ncat emu 2\n")
    Path("far.tsv").write_text("emu\ta\ngnu\tb\n")
    Path("out.txt").write_text("emu\ngnu\n\ncat\n")
    words = (
        "--similarity",
        "few.txt",
        "--categories",
        "far.tsv",
        "--outliers",
        "out.txt",
        "--workdir",
        "out",
    )
    status, out, _ = run("mine.txt", *words)
    assert status == 0 and rows(out)["few"] == ["2", "0.0", "–", "–"]
    (one,) = json.loads(Path("out/summary.json").read_text())["vectors"]
    assert one["similarity"]["few"]["spearman"] == {"value": None, "low": None, "high": None}
    assert one["categories"]["far"]["purity"] is None and one["outliers"]["accuracy"] is None
    status, out, _ = run("mine.txt")
    assert status == 0 and "No set was asked" in out and "effective rank" in out
    write(TABLE.restrict(1), "one.txt")
    assert run("one.txt", "mine.txt", "--words", "cat")[0] == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["none.txt"], r"none.txt': No such file or directory; give a file of vectors"),
        (["mine.txt", "--similarity", "ws35"], "--similarity ws35: there is neither a file nor a set"),
        (["mine.txt", "--similarity", "kinds.tsv"], "kinds.tsv, line 1: 'cat\\ta' is not of the form"),
        (["mine.txt", "--similarity", "mine.txt"], "mine.txt, line 1: this looks like a file of vectors"),
        (["mine.txt", "--vocabulary", "pairs.csv"], "vocabulary='pairs.csv': the file is read as"),
        (["mine.txt", "--restrict", "0"], "--restrict 0: give a whole number of at least 1, or all"),
        (["mine.txt", "--k", "0"], "--k 0: give a whole number of at least 1"),
        (["mine.txt", "--resamples", "0"], "resamples=0: "),
        (["mine.txt", "--seed", "-1"], "seed=-1: give a whole number of at least 0"),
        (["mine.txt", "--resamples", "many"], "argument --resamples: invalid int value: 'many'; `python -m"),
        (["mine.txt", "--index", "annoy"], "index='annoy': give 'exact', 'faiss'"),
        (["mine.txt", "--encoding", "utf-16"], "encoding='utf-16': lines can't be told apart"),
        (["mine.txt", "--wrok", "x"], "unrecognized arguments: --wrok x; `python -m experiments.evaluate"),
        (["mine.txt", "mine.txt", "mine.txt"], "3 sets of vectors; give one, or two to have them side by"),
        (["--words", "cat"], "the following arguments are required: VECTORS"),
        (["mine.txt", "--workdir", "mine.txt"], "--workdir mine.txt: can't write there"),
        (["mine.txt", "--workdir", "."], "--workdir .: it is no run's folder"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_one_paragraph(run: Run, words: list[str], message: str) -> None:
    status, out, err = run(*words)
    assert status == 2 and err.startswith("error: ") and message in err and "Traceback" not in err
    assert "Word similarity" not in out


def test_help(run: Run) -> None:
    status, out, _ = run("--help")
    assert status == 0 and "python -m experiments.evaluate VECTORS" in out and "--outliers" in out
    assert run()[0] == 2
