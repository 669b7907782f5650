"""The wheel: what is in it, and that it works far from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import pytest

from scripts import bench_import

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

SMALL_THING = """
import embedlab, jax, jax.numpy as jnp
print(embedlab.__file__)
spec = embedlab.Dense(vocabulary=10, dim=4)
variables = spec.init(jax.random.key(0))
print(embedlab.embed(spec, variables, jnp.array([[1, 2, 3]])).shape)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_holds_the_library_alone(wheel: Path) -> None:
    library = {str(path.relative_to(ROOT).as_posix()) for path in (ROOT / "embedlab").rglob("*.py")}
    about = {"METADATA", "RECORD", "WHEEL", "licenses/LICENSE"}
    info = f"embedlab-{PROJECT['version']}.dist-info"
    expected = (
        library
        | {"embedlab/py.typed", "embedlab/native/kernels.cc", "embedlab/native/text.cc"}
        | {f"{info}/{name}" for name in about}
    )
    assert set(zipfile.ZipFile(wheel).namelist()) == expected


def test_wheel_says_what_it_needs(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (path,) = (name for name in archive.namelist() if name.endswith("METADATA"))
    lines = archive.read(path).decode().splitlines()
    assert "License-Expression: Apache-2.0" in lines
    assert f"Requires-Python: {PROJECT['requires-python']}" in lines
    needs = [line.removeprefix("Requires-Dist: ") for line in lines if line.startswith("Requires-Dist: ")]
    core = {need for need in needs if "extra ==" not in need}
    assert core == set(PROJECT["dependencies"])


def test_wheel_works_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    zipfile.ZipFile(wheel).extractall(site)
    run = subprocess.run(
        [sys.executable, "-c", SMALL_THING],
        cwd=elsewhere,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    where, shape = run.stdout.splitlines()
    assert Path(where) == site / "embedlab" / "__init__.py"
    assert shape == "(1, 3, 4)"


def test_sdist_holds_what_the_tests_read(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    (built,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(built) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    folders = ("configs", "embedlab", "experiments", "scripts", "tests")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    files += [
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "docs" / "applications").glob("*.md"),
        *(ROOT / "docs" / "images").glob("*.png"),
        *(ROOT / ".ci").iterdir(),
    ]
    files += (ROOT / "experiments" / "page" / "assets").iterdir()
    about = ("README.md", "LICENSE", "CITATION.cff", "constraints.txt", "pyproject.toml")
    files += [ROOT / name for name in about]
    expected = {str(path.relative_to(ROOT).as_posix()) for path in files if path.is_file()}
    assert expected <= held, sorted(expected - held)
    rest = {name for name in held - expected if not name.startswith(("tests/", "configs/"))}
    sources = {"embedlab/native/kernels.cc", "embedlab/native/text.cc"}
    assert rest == {"PKG-INFO", ".gitignore", "embedlab/py.typed", *sources}


def test_ratio_of_import_times() -> None:
    jax = np.random.default_rng(0).uniform(1.0, 1.1, 15)
    for factor in (1.0, 1.5):
        ratio, low, high = bench_import.ratio_interval(np.stack([jax, factor * jax], axis=1))
        assert ratio == pytest.approx(factor)
        assert low <= factor <= high


def test_citation_and_package_agree() -> None:
    lines = (ROOT / "CITATION.cff").read_text(encoding="utf-8").splitlines()
    assert f"version: {PROJECT['version']}" in lines
    assert f"license: {PROJECT['license']}" in lines
