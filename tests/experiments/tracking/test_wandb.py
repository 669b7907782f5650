"""Weights & Biases without a network: its own files, read back. Skipped where it is not installed."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from experiments.runs.run import RunDirectory

pb = pytest.importorskip("wandb.proto.wandb_internal_pb2", reason="wandb is an extra")

Inside = Callable[..., tuple[int, str, str]]
_BLOCK, _HEAD = 32768, 7


def records(file: Path) -> Iterator[Any]:
    """The records of a file of wandb's, a log as LevelDB writes it: parts in blocks of 32 KiB."""
    data, place, parts = file.read_bytes(), _HEAD, b""
    while place + _HEAD <= len(data):
        if _BLOCK - place % _BLOCK < _HEAD:
            place += _BLOCK - place % _BLOCK
            continue
        _, size, kind = struct.unpack_from("<IHB", data, place)
        parts += data[place + _HEAD : place + _HEAD + size]
        place += _HEAD + size
        if kind in (1, 4):  # whole, or the last part
            record = pb.Record()
            record.ParseFromString(parts)
            parts = b""
            yield record


def history(file: Path) -> dict[int, dict[str, float]]:
    """Step → name → value; a step that is there twice is an error."""
    found: dict[int, dict[str, float]] = {}
    for record in records(file):
        if record.WhichOneof("record_type") == "history":
            items = {"/".join(i.nested_key) or i.key: json.loads(i.value_json) for i in record.history.item}
            assert items["_step"] not in found
            found[items["_step"]] = {name: value for name, value in items.items() if name[0] != "_"}
    return found


def test_offline(small: Path, inside: Inside, tmp_path: Path) -> None:
    words = [small, "--workdir", tmp_path / "w", "--baselines", "false", "--wandb", "offline"]
    two = ["--seeds", "0,1"]
    assert inside(*words, *two)[0] == 0
    assert inside(*words, *two, "--train.steps", 30)[0] == 0  # each goes on
    files = sorted((tmp_path / "w/wandb").glob("offline-run-*/*.wandb"))
    assert len(files) == 2  # not four
    names = {(tmp_path / f"w/wandb/dense.seed-{seed}.id").read_text(): seed for seed in (0, 1)}
    for file in files:
        seed = names[file.stem.removeprefix("run-")]
        lines = RunDirectory(tmp_path / f"w/dense/seed-{seed}").metrics()
        wanted: dict[int, dict[str, float]] = {}
        for line in lines:
            if line["split"] not in ("test", "final"):
                of_step = wanted.setdefault(line["step"], {})
                of_step |= {f"{line['split']}/{k}": v for k, v in line.items() if k not in ("step", "split")}
        assert history(file) == wanted and list(wanted) == [10, 20, 30]


def test_online_without_a_key(
    small: Path, inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    words = [small, "--workdir", tmp_path / "w", "--baselines", "false", "--wandb", "online"]
    status, out, err = inside(*words)
    assert status == 0, err
    assert out.count("Weights & Biases failed (") == 1 and (tmp_path / "w/summary.json").exists()
