"""The program in a process of its own: killed, stopped, beside another one, without room."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from experiments.pretraining.encoded import _MANIFEST
from tests.experiments.disks import disk
from tests.experiments.started import Program, content, program, refused, saved, told, wait_for

pytestmark = pytest.mark.slow
EPOCHS = 40
CONFIG = """
from embedlab import Dense
from experiments.pretraining import Corpus, Looks, Pretraining, Schedule, SkipGram

def config():
    corpus = Corpus(({text!r},), split="words", min_count=3, phrases=1)
    train = Schedule(batch=64, epochs={epochs}, checkpoint_seconds=1)
    return Pretraining(Dense(3000, 16), corpus, SkipGram(), train, Looks(times=0))
"""
COMES_TO = ("metrics.jsonl", "vectors/vectors.npy", "vectors/words.txt")


@pytest.fixture(scope="module")
def config(prose: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("config") / "small.py"
    path.write_text(CONFIG.format(text=str(prose), epochs=EPOCHS), "utf-8")
    return path


@pytest.fixture(scope="module")
def whole(root: Path, config: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nothing stopped."""
    folder = tmp_path_factory.mktemp("whole") / "w"
    ended(start(root, config, folder), 0)
    return folder


def start(root: Path, config: Path, folder: Path, *words: object, **env: str) -> Program:
    return program(root, "pretrain", config, "--workdir", folder, *words, **env)


def ended(process: Program, status: int) -> tuple[str, str]:
    out, err = process.communicate(timeout=300)
    assert process.returncode == status, err
    return out, err


def test_a_run_that_is_killed_and_stopped_comes_to_the_same(
    root: Path, config: Path, whole: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "w"
    process = start(root, config, folder)
    wait_for(process, lambda: (folder / "corpus").exists())
    process.kill()  # while it reads
    process.communicate()
    process = start(root, config, folder)
    wait_for(process, lambda: saved(folder))
    process.send_signal(signal.SIGSTOP)  # it is not to finish before the other one has begun
    refused(start(root, config, folder), 2, f"another process is at work there, pid {process.pid} on ")
    process.kill()
    process.communicate()
    first = saved(folder)[-1]
    assert 0 < first < EPOCHS and (folder / "corpus" / _MANIFEST).exists()
    process = start(root, config, folder)
    wait_for(process, lambda: saved(folder)[-1] > first)
    process.send_signal(signal.SIGTERM)
    _, err = ended(process, 143)
    assert told(err) == "error: SIGTERM: interrupted; the same command continues from the last checkpoint"
    second = saved(folder)[-1]
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert first < second < EPOCHS and lines[-1]["step"] == second  # nothing that was told is lost
    before = content(folder)
    refused(start(root, config, folder, JAX_ENABLE_X64="1"), 2, "Set JAX_ENABLE_X64=0 as it was")
    refused(start(root, config, folder, "--embedding.dim", "17"), 2, "embedding.dim: 16 → 17")
    assert content(folder) == before
    out, _ = ended(start(root, config, folder), 0)
    assert f"resumes at block {second}, {EPOCHS} blocks at most" in out
    for name in COMES_TO:
        assert (folder / name).read_bytes() == (whole / name).read_bytes(), name
    out, _ = ended(start(root, config, folder), 0)
    assert "is finished; nothing to do" in told(out)


@pytest.mark.parametrize("how", ["limit", "tmpfs"])
def test_a_full_disk_is_told_and_what_is_saved_stays(
    root: Path, config: Path, tmp_path: Path, how: str
) -> None:
    cache = {"JAX_ENABLE_COMPILATION_CACHE": "false"}  # it would find no room too
    with disk(tmp_path / "disk", how) as full:
        folder = tmp_path / "disk" / "w"
        process = start(root, config, folder, **cache)
        wait_for(process, lambda: saved(folder))
        process.kill()
        process.communicate()
        kept = saved(folder)[-1]
        with full():
            _, err = ended(start(root, config, folder, **cache), 1)
        assert "the checkpoint can't be written (" in told(err) and "Free some space there" in told(err)
        assert told(err).startswith("error: ") and "Traceback" not in err
        assert saved(folder)[-1] == kept
        process = start(root, config, folder)
        wait_for(process, lambda: saved(folder)[-1] > kept)
        process.kill()
        process.communicate()
