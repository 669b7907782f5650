"""Trainings on a mesh: the same as on one device, on any mesh, and from one to another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

import embedlab
from experiments.config import Config, Train
from experiments.mesh import Mesh
from experiments.training.model import Model
from tests.experiments import mesh_worker

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., tuple[int, str, str]]

#: What a default run trains; the others are slow, as each is compiled twice.
FEW = ("dense", "hashed", "dense, batch alone", "trained whole")
RESUMED = ("hashed, 2x4, 1x1", "hashed, 1x1, 2x4")


def start(*arguments: str, devices: int = 8) -> subprocess.Popen[str]:
    """A process with so many CPU devices."""
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count={devices}"
    env = {**os.environ, "XLA_FLAGS": flags, "PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, str(mesh_worker.__file__), *arguments]
    return subprocess.Popen(
        command, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def result(process: subprocess.Popen[str], seconds: float = 900) -> tuple[Any, str]:
    """What it found, and what it printed before."""
    out, errors = process.communicate(timeout=seconds)
    assert process.returncode == 0, errors[-3000:]
    *before, last = out.splitlines()
    return json.loads(last), "\n".join(before)


def digest_on_one_device(name: str) -> str:
    spec, encoder, _, _ = mesh_worker.CASES[name]
    return mesh_worker.digest(Model(spec, encoder, 2).init(jax.random.key(3), mesh_worker.buffers(spec)))


def require_same(name: str, one: Any) -> None:
    """The tolerances: sums over devices are added in another order, which is a rounding of float32 each.

    Probabilities and losses are below 1, where it is 6e-8, of sums of a few hundred terms. Adam divides what
    is about nothing by what is about nothing at first, so parameters may differ by more, though less than a
    step of 0.05 moves them.
    """
    assert not isinstance(one, str), one
    assert one["initial"] == digest_on_one_device(name)
    assert one["losses"] < 1e-5
    assert one["predicted"] < 1e-5
    assert one["last"] < 1e-3
    assert one["moved"] > 10 * one["last"]
    assert one["learnt"] > 1e-5
    assert one["programs"] == [1, 1]
    whole = name == "trained whole"
    assert one["held"] == (0 if whole else 1 / mesh_worker.CASES[name][-1].rows)  # of a table, by any device


@pytest.mark.slow
def test_a_training_is_that_of_one_device(tmp_path: Path) -> None:
    # Side by side in two processes.
    resumed = start("all_resumed", str(tmp_path), RESUMED[0])
    for name, one in result(start("cases", *FEW))[0].items():
        require_same(name, one)
    require_goes_on(result(resumed)[0])


def require_goes_on(results: dict[str, Any]) -> None:
    for one in results.values():
        assert not isinstance(one, str), one
        assert one["evaluations"] == 1
        assert one["losses"] < 1e-5
        assert one["last"] < 1e-3


@pytest.mark.slow
def test_every_kind_and_encoder_on_a_mesh(tmp_path: Path) -> None:
    resumed = start("all_resumed", str(tmp_path), RESUMED[1], "bfloat16, 2x2, 1x8")
    names = [name for name in mesh_worker.CASES if name not in FEW]
    for name, one in result(start("cases", *names))[0].items():
        require_same(name, one)
    require_goes_on(result(resumed)[0])


@pytest.mark.slow
def test_a_large_table_lies_whole_on_no_device() -> None:
    found, _ = result(start("in_pieces", "2x4"))
    equal, parts = found["drawn"]
    assert equal  # the initial parameters, to the bit
    assert parts == [2500]
    for by_rows in found["read"].values():
        small, large = by_rows["20000"], by_rows["200000"]
        grown = large["table"] - small["table"]
        assert large["arguments"] - small["arguments"] == grown // 4  # of a table what four devices share
        assert large["beside"] == small["beside"] < small["table"]


@pytest.mark.slow
def test_the_program_on_a_mesh_and_on_from_it(small: Path, inside: Run, tmp_path: Path) -> None:
    alone, meshed = tmp_path / "alone", tmp_path / "meshed"
    command = [str(small), "--train.steps=60", "--workdir"]
    over = [*command, str(meshed), "--mesh.batch=2", "--mesh.rows=4"]
    statuses, _ = result(start("programs", json.dumps(over)))
    assert statuses == [0]
    assert inside(*command, alone)[0] == 0
    one, other = (json.loads((path / "summary.json").read_text()) for path in (alone, meshed))
    assert abs(one["test"]["accuracy"] - other["test"]["accuracy"]) <= 0.01
    assert abs(one["test"]["log_loss"] - other["test"]["log_loss"]) < 1e-4
    assert one["parameters"] == other["parameters"]
    assert json.loads((meshed / "config.json").read_text())["mesh"] == {"batch": 2, "rows": 4}

    # What is taken away is made anew out of its checkpoint, on any mesh; finished is finished on any.
    before = np.load(meshed / "predictions.npz")["test"]
    (meshed / "summary.json").unlink()
    status, out, _ = inside(*command, meshed)
    assert status == 0
    assert "over 1 device (1 × 1) in place of 8 (2 × 4)" in " ".join(out.split())
    np.testing.assert_allclose(np.load(meshed / "predictions.npz")["test"], before, atol=1e-6)
    assert json.loads((meshed / "config.json").read_text())["mesh"] == {"batch": 1, "rows": 1}
    status, out, _ = inside(*command, meshed)
    assert (status, "nothing to do" in out, "in place of" in out) == (0, True, False)


def test_more_devices_than_there_are(small: Path, inside: Run, tmp_path: Path) -> None:
    status, _, errors = inside(small, "--workdir", tmp_path / "a", "--mesh.rows=64", "--data.path=none.csv")
    told = " ".join(errors.split())
    assert status == 2
    assert "1 × 64 = 64 devices, but there are" in told
    assert "cpu" in told
    assert "--xla_force_host_platform_device_count=64" in told
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("flag", ["--mesh.batch=0", "--mesh.rows=-1", "--mesh.rows=2.5", "--mesh.batch=5"])
def test_refused_meshes(flag: str, small: Path, inside: Run, tmp_path: Path) -> None:
    status, _, errors = inside(small, "--workdir", tmp_path / "a", flag)
    assert status == 2
    assert flag.partition("=")[0].strip("-") in errors


def test_a_batch_is_divided_evenly() -> None:
    with pytest.raises(ValueError, match=r"mesh.batch=3: it does not divide train.batch=16"):
        Config(embedlab.Dense(9, 2), train=Train(batch=16), mesh=Mesh(batch=3))
    assert Config(embedlab.Dense(9, 2), train=Train(batch=18), mesh=Mesh(batch=3)).mesh.devices == 3


def test_each_field_is_in_the_help(inside: Run) -> None:
    out = " ".join(inside("--help")[1].split())
    assert "--mesh.batch" in out
    assert "--mesh.rows" in out
    assert "devices that the rows of tables are divided among" in out
