"""fastText and gensim beside embedlab, where there are interpreters that have them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def started(*words: object) -> subprocess.CompletedProcess[str]:
    """The script in a process of its own."""
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "compare_fasttext.py"), *map(str, words)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        timeout=600,
    )


@pytest.mark.slow
def test_fasttext_and_gensim_load_what_is_written() -> None:
    peers = {name: os.environ.get(f"EMBEDLAB_{name.upper()}") for name in ("fasttext", "gensim")}
    if not peers["fasttext"]:
        pytest.skip("EMBEDLAB_FASTTEXT names no interpreter that has the package")
    words = [word for name, python in peers.items() if python for word in (f"--{name}", python)]
    run = started(*words, "--words", 2000)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Written again: the same bytes" in run.stdout and "NOT AS" not in run.stdout
    counts = r"and n-grams of 2,000 of 2,000 unseen ones \((1,[0-9]{3}) not ASCII\) the same"
    assert len(re.findall(counts, run.stdout)) == 2
    for told in ("trained on by gensim", "vectors, the same bits"):
        assert run.stdout.count(told) == (3 if peers["gensim"] else 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("python", "message"),
    [("no-such-python", "it can't be started, No such file"), (sys.executable, "No module named 'fasttext'")],
)
def test_what_it_needs(python: str, message: str) -> None:
    run = started("--fasttext", python)
    assert run.returncode == 2 and run.stdout == "" and "Traceback" not in run.stderr
    told = " ".join(run.stderr.split())
    assert f"--fasttext {python}: " in told and message in told
    assert "Give a Python that can import fasttext" in told
