"""The benchmarks as a user starts them, as small as they go: that they run, and what they tell.

The figures are of next to nothing, so only their form is held here, and no speed.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import math
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / "scripts"
WORKER = f"worker={sys.executable} {SCRIPTS / 'step_worker.py'}"

CONFIG = """
from embedlab import Dense
from experiments.config import Config, Train
from experiments.data import Csv

def config():
    return Config(Dense(20, 8), data=Csv(path={path!r}), train=Train(batch=16))
"""


def started(name: str, *words: object) -> subprocess.CompletedProcess[str]:
    """A script in a process of its own."""
    return subprocess.run(
        [sys.executable, str(SCRIPTS / name), *map(str, words)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        timeout=300,
    )


def told(name: str, *words: object) -> str:
    """What a script prints that ends well."""
    run = started(name, *words)
    assert run.returncode == 0, run.stderr
    return run.stdout


def require_interval(ratio: float, low: float, high: float) -> None:
    assert 0 < low <= ratio <= high < math.inf


def intervals(text: str, before: str) -> list[tuple[float, ...]]:
    """Ratios with their intervals, as in "2.00 × (1.50 … 2.50)"."""
    number = r"(\d+\.\d+)"
    found = re.findall(rf"{before}{number}(?: ×[^(]*)? \({number} … {number}\)", text)
    return [tuple(map(float, one)) for one in found]


USAGE = {
    path.name: re.search(r"^.*python (?:-m )?scripts/.*$", path.read_text("utf-8"), re.M)
    for path in SCRIPTS.glob("*.py")
}


@pytest.mark.parametrize("name", sorted(name for name, usage in USAGE.items() if usage))
def test_usage_works_in_a_checkout_that_is_not_installed(name: str) -> None:
    usage = USAGE[name]
    finds_itself = "sys.path.insert" in (SCRIPTS / name).read_text("utf-8")
    assert usage and ("PYTHONPATH=. python scripts/" in usage[0] or finds_itself)


# --- bench_step ------------------------------------------------------------------------------------------

STEP = ("--rows", 1000, "--optimizers", "sgd", "--distributions", "uniform", "--seconds", 0.01)


@pytest.mark.slow
def test_bench_step_measures_all_contestants(tmp_path: Path) -> None:
    out = told("bench_step.py", *STEP, "--worker", WORKER, "--json", tmp_path / "steps.json")
    (line,) = (line for line in out.splitlines() if line.startswith("bag "))
    assert line.split()[:4] == ["bag", "1,000", "uniform", "sgd"]
    assert len(intervals(line, "= ")) == 2
    (found,) = json.loads((tmp_path / "steps.json").read_text())
    assert {key: found[key] for key in ("kind", "rows", "optimizer", "distribution")} == {
        "kind": "bag",
        "rows": 1000,
        "optimizer": "sgd",
        "distribution": "uniform",
    }
    assert list(found["ms"]) == list(found["rounds"]) == ["embedlab", "worker", "flax + optax"]
    for name, rounds in found["rounds"].items():
        assert len(rounds) == 9 and min(rounds) <= found["ms"][name] <= max(rounds) and min(rounds) > 0
    assert list(found["ratio"]) == ["worker", "flax + optax"]
    for name, interval in found["ratio"].items():
        require_interval(*interval)
        assert interval[0] == pytest.approx(found["ms"][name] / found["ms"]["embedlab"])


@pytest.mark.slow
def test_bench_step_draws_or_says_what_it_needs(tmp_path: Path) -> None:
    plot = tmp_path / "steps.png"
    run = started("bench_step.py", *STEP, "--kinds", "hashed", "--plot", plot)
    if importlib.util.find_spec("matplotlib") is None:
        assert run.returncode == 2 and "--plot: it needs matplotlib; install it" in run.stderr
        assert "Traceback" not in run.stderr and run.stdout == "" and not plot.exists()
        return
    assert run.returncode == 0, run.stderr
    assert "dense gradient" in run.stdout
    assert plot.read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "words", "message"),
    [
        ("bench_step.py", ["--kinds", "bag,bagg"], "--kinds: 'bagg': choose some of bag, unpooled,"),
        ("bench_step.py", ["--distributions", "ziph"], "--distributions: 'ziph': choose some of zipf, uni"),
        ("bench_step.py", ["--optimizers", "adm"], "--optimizers: 'adm': choose some of sgd, adagrad,"),
        ("bench_step.py", ["--rows", "10,many"], "--rows: 'many': give a whole number of at least"),
        ("step_worker.py", ["row-wise", "adm", "1000", "zipf"], "argument optimizer: invalid choice: 'adm'"),
        ("step_worker.py", ["sgd", "1000", "ziph"], "argument distribution: invalid choice: 'ziph'"),
    ],
)
def test_a_wrong_name_is_a_usage_error(name: str, words: list[str], message: str) -> None:
    run = started(name, *words)
    assert run.returncode == 2
    assert message in run.stderr and "Traceback" not in run.stderr
    assert run.stdout == ""  # nothing is measured as something else


# --- the others ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_bench_flat_tells_how_time_grows() -> None:
    out = told("bench_flat.py", "--small", 1000, "--large", 2000, "--seconds", 0.01, "--rounds", 9)
    times = dict(re.findall(r"^(\w+ \d+) +(\d+\.\d+) ms$", out, re.M))
    assert list(times) == ["step 1000", "gather 1000", "step 2000", "gather 2000"]
    assert min(map(float, times.values())) > 0
    found = re.search(r"^step grows (\S+) ×, gather (\S+) ×: (\S+) \((\S+) … (\S+)\)$", out, re.M)
    assert found
    step, gather, ratio, low, high = map(float, found.groups())
    assert ratio == pytest.approx(step / gather, rel=0.01)
    require_interval(ratio, low, high)


@pytest.mark.slow
def test_bench_recommend_tells_how_time_grows() -> None:
    out = told("bench_recommend.py", "--small", 500, "--large", 1000, "--seconds", 0.01, "--rounds", 9)
    for model in ("factorisation", "bpr"):
        found = re.search(
            rf"^{model}: step grows (\S+) ×, gather (\S+) ×: (\S+) \((\S+) … (\S+)\)$", out, re.M
        )
        assert found
        step, gather, ratio, low, high = map(float, found.groups())
        assert ratio == pytest.approx(step / gather, rel=0.01)
        require_interval(ratio, low, high)


@pytest.mark.slow
def test_bench_flat_tells_memory() -> None:
    words = ("--memory", "--memory-rows", 100_000, "--memory-dim", 8, "--optimizer", "adagrad")
    out = told("bench_flat.py", *words)
    assert len(re.findall(r"^loss \d\.\d{4}$", out, re.M)) == 4
    assert "100,000 × 8, adagrad: tables and state 6 MB" in out
    assert re.search(r"^most above the process before: \d+ MB, -?\d+ MB beside them$", out, re.M)


@pytest.mark.slow
def test_bench_forward_tells_speed() -> None:
    out = told("bench_forward.py", "--rows", 1000, "--rounds", 9)
    found = re.findall(r"^ +1,000 rows  (\w+) +(\d+\.\d+) ms +(\d+\.\d+) GB/s$", out, re.M)
    assert len(found) == len(out.splitlines())
    assert [name for name, _, _ in found] in (["bag"], ["bag", "kernel"])  # with a compiler, both
    for _, milliseconds, speed in found:
        read = 1024 * 32 * 64 * 4 / 1e9
        assert float(speed) == pytest.approx(read / (float(milliseconds) / 1e3), rel=0.02, abs=0.1)


@pytest.mark.slow
def test_bench_classify_compares_both_updates(tmp_path: Path) -> None:
    data, config = tmp_path / "data.csv", tmp_path / "small.py"
    with data.open("w", encoding="utf-8", newline="") as file:
        rows = [(f"word{i % 7} and word{i % 3} {i}", "odd" if i % 2 else "even") for i in range(200)]
        csv.writer(file).writerows([("text", "label"), *rows])
    config.write_text(CONFIG.format(path=str(data)), "utf-8")
    out = told("bench_classify.py", config, "--steps", 2, "--train.optimizer", "sgd")
    speeds = re.findall(r"^(\w+) +(\d+\.\d+) ms a step, +(\d+\.\d+) steps a second$", out, re.M)
    assert [name for name, _, _ in speeds] == ["dense", "sparse"]
    assert all(float(one) > 0 and float(other) > 0 for _, one, other in speeds)
    (interval,) = intervals(out, "dense / sparse = ")
    require_interval(*interval)


@pytest.mark.slow
def test_bench_search_tells_ratios(tmp_path: Path) -> None:
    (tmp_path / "gensim").mkdir()
    (tmp_path / "gensim" / "__init__.py").write_text("")
    (tmp_path / "gensim" / "models.py").write_text(SEARCHER, "utf-8")
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={tmp_path} exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    sizes = ("--rows", 2000, "--dim", 8, "--queries", 20, "--rounds", 3)
    out = told("bench_search.py", "--worker", python, *sizes, "--json", tmp_path / "rounds.json")
    speeds = dict(re.findall(r"^(\w+ 2,000 x 8, \S+): ([\d,.]+) a second", out, re.M))
    assert {"analogies 2,000 x 8, embedlab", "neighbours 2,000 x 8, gensim-neighbours"} <= set(speeds)
    assert all(float(speed.replace(",", "")) > 0 for speed in speeds.values())
    for interval in intervals(out, "embedlab = "):
        require_interval(*interval)
    found = json.loads((tmp_path / "rounds.json").read_text())
    assert all(len(rounds) == 3 for contest in found.values() for rounds in contest.values())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "flag"), [("bench_search.py", "--worker"), ("compare_gensim.py", "--gensim")]
)
def test_what_needs_gensim_says_so(name: str, flag: str) -> None:
    run = started(name, flag, "no-such-python", *(("--rows", 100) if name == "bench_search.py" else ()))
    assert run.returncode == 2 and run.stdout == "" and "Traceback" not in run.stderr
    assert f"{flag} no-such-python: " in run.stderr
    assert "Give a Python that can import gensim" in " ".join(run.stderr.split())


#: Stands in for gensim, which is not among the packages that tests need: it finds nothing.
SEARCHER = """
class KeyedVectors:
    def __init__(self, size):
        pass

    def add_vectors(self, words, table):
        self.table = table

    def fill_norms(self):
        pass

    def most_similar(self, word, topn):
        return (self.table @ self.table[int(word[1:])]).argsort()[:topn]

    def evaluate_word_analogies(self, path, restrict_vocab):
        with open(path) as file:
            return [self.most_similar(line.split()[0], 1) for line in list(file)[1:]]
"""


# --- of experiments --------------------------------------------------------------------------------------


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """A config of two embeddings on a few made-up lines."""
    data, config = tmp_path / "data.csv", tmp_path / "small.py"
    with data.open("w", encoding="utf-8", newline="") as file:
        rows = [(f"word{i % 7} and word{i % 2} {i}", "odd" if i % 2 else "even") for i in range(200)]
        csv.writer(file).writerows([("text", "label"), *rows])
    config.write_text(
        textwrap.dedent(
            f"""
            from embedlab import Dense
            from experiments.config import Config, Quality, Train
            from experiments.data import Csv

            def config():
                return Config(
                    Dense(20, 8),
                    rivals={{"cut": Dense(10, 8)}},
                    data=Csv(path={str(data)!r}),
                    train=Train(batch=16, steps=20, evaluate_every=10),
                    quality=Quality(rows=5, neighbours=2),
                    baselines=False,
                )
            """
        ),
        "utf-8",
    )
    return config


@pytest.mark.slow
def test_encoders_by_kinds_makes_one_table(texts: Path, tmp_path: Path) -> None:
    words = (texts, "--workdir", tmp_path / "runs", "--encoders")
    out = told("encoders_by_kinds.py", *words, "bag,dan")
    table = (tmp_path / "runs" / "table.md").read_text("utf-8")
    assert table in out
    header, _, *rows = table.splitlines()
    assert header == "| encoder | dense | cut |"
    cell = r"\d+\.\d \([+-]\d+\.\d \[[+-]\d+\.\d, [+-]\d+\.\d\]\)"
    assert [row.split(" | ")[0] for row in rows] == ["| bag", "| dan"]
    assert all(re.fullmatch(rf"\| \w+ \| \d+\.\d \| {cell} \|", row) for row in rows), table
    for name, row in zip(("bag", "dan"), rows, strict=True):
        summary = json.loads((tmp_path / "runs" / name / "summary.json").read_text("utf-8"))
        assert f"| {100 * summary['test']['dense']:.1f} | {100 * summary['test']['cut']:.1f} (" in row
    wrong = started("encoders_by_kinds.py", *words, "bag,lstm")
    assert wrong.returncode == 2 and "--encoders: there is no 'lstm'; choose among" in wrong.stderr
    assert "Traceback" not in wrong.stderr


@pytest.mark.slow
def test_bench_stream_tells_of_both_ways() -> None:
    first, *others = told("bench_stream.py", "--lines", 500, "--steps", 10).splitlines()
    assert re.fullmatch(r"500 generated lines, \d+ MB", first)
    took = r"(\S+) s until ten steps are evaluated, (\d+) MB by then, (\d+) MB in the end, \S+ M tokens/s"
    for stream, line in zip(("true", "false"), others, strict=True):
        found = re.fullmatch(rf"--stream {stream}: {took}", line)
        assert found, line
        seconds, by_then, last = map(float, found.groups())
        assert seconds > 0 and 50 < by_then <= last


#: Stands in for fastText, which is not among the packages that tests need: it learns by heart.
LEARNER = """
class Model:
    def __init__(self, lines):
        self.known = {text.strip(): label for label, _, text in (line.partition(" ") for line in lines)}
    def predict(self, texts):
        return [[self.known.get(text.strip(), "__label__0")] for text in texts], None

def train_supervised(input, verbose, wordNgrams, **settings):
    with open(input) as file:
        return Model(list(file))
"""


@pytest.mark.slow
def test_bench_fasttext_compares_both(texts: Path, tmp_path: Path) -> None:
    (tmp_path / "fasttext.py").write_text(LEARNER, "utf-8")
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={tmp_path} exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    lines = told("bench_fasttext.py", texts, "--fasttext", python, "--seeds", "0,1").splitlines()
    for side, line in zip(("embedlab", "fastText"), lines, strict=False):
        score = rf"{side}: \S+ % \(\S+ … \S+\) of 20 rows, 2 seeds"
        assert re.fullmatch(rf"{score}; steps \S+ s, text to model \S+ s, \S+ M tokens/s", line)
    assert re.fullmatch(r"difference: [+-]\S+ points \([+-]\S+ … [+-]\S+\)", lines[2])
    assert [line.split(",")[0] for line in lines[3:]] == ["steps", "text to model", "tokens a second"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("python", "message"),
    [("no-such-python", "it can't be started, No such file"), (sys.executable, "No module named 'fasttext'")],
)
def test_bench_fasttext_says_what_it_needs(texts: Path, python: str, message: str) -> None:
    if python == sys.executable and importlib.util.find_spec("fasttext") is not None:
        pytest.skip("fasttext is installed here")
    run = started("bench_fasttext.py", texts, "--fasttext", python)
    assert run.returncode == 2 and run.stdout == "" and "Traceback" not in run.stderr
    assert f"--fasttext {python}: " in run.stderr and message in " ".join(run.stderr.split())
    assert "Give a Python that can import fasttext" in " ".join(run.stderr.split())


# --- bench_seeds -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_bench_seeds_takes_both_ways_to_the_same_losses(tmp_path: Path) -> None:
    rows = "".join(f"{'good' if n % 2 else 'bad'} word{n % 7} of {n},{n % 2}\n" for n in range(200))
    (tmp_path / "rows.csv").write_text("text,label\n" + rows)
    config = tmp_path / "small.py"
    config.write_text(CONFIG.format(path=str(tmp_path / "rows.csv")))
    out = told("bench_seeds.py", config, "--trainings", 2, "--steps", 4)
    assert len(intervals(out, "gain [^:]*: ")) == 2
    for found in intervals(out, "gain [^:]*: "):
        require_interval(*found)
    apart = re.search(r"losses lie (\S+) apart", out)
    assert apart and float(apart[1]) < 1e-5
    run = started("bench_seeds.py", config, "--encoder.type", "cnn")
    assert run.returncode == 2 and "there is no one program" in run.stderr
