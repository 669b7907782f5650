"""The readers under random damage, as the script that anyone can run for longer does it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu"}


@pytest.mark.parametrize(
    ("readers", "cases"),
    [
        ("glove,word2vec-text,word2vec-binary,gzip,fasttext-bin,npy,safetensors", 100),
        pytest.param("glove,word2vec-text", 2000, marks=pytest.mark.slow),
        pytest.param("word2vec-binary,gzip", 2000, marks=pytest.mark.slow),
        pytest.param("fasttext-bin", 2000, marks=pytest.mark.slow),
        pytest.param("npy,safetensors", 2000, marks=pytest.mark.slow),
    ],
)
def test_what_damaged_bytes_state_or_an_error(readers: str, cases: int) -> None:
    words = ["--cases", str(cases), "--readers", readers]
    command = [sys.executable, "scripts/fuzz_readers.py", *words]
    run = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stdout + run.stderr
    told = re.findall(r"^(\S+): (\d+) cases, (\d+) refused, 0 wrong", run.stdout, re.M)
    assert [name for name, _, _ in told] == readers.split(",")
    # Some are as good as before, or good in another way: the comparison is not of refusals alone.
    assert all(int(count) == cases and 0.02 < 1 - int(refused) / cases < 0.5 for _, count, refused in told)
