"""Without a compiler, a cache or the wish, nothing is raised; and the library is made once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import jax.numpy as jnp
import pytest

from embedlab import native
from embedlab.native import build

ROOT = Path(__file__).resolve().parents[3]
CODE = "from embedlab import native; print(native.available())"


def start(code: str = CODE, **env: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu", **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def told(process: subprocess.Popen[str]) -> tuple[str, str]:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out.strip(), err


@pytest.fixture
def compiler(kernels: None, tmp_path: Path) -> str:
    """A stand-in for a compiler: it copies the library that there is, and writes a line to a log."""
    library = tmp_path / "library.so"
    found = build._compiler()
    assert found is not None
    made = build._cache() / f"kernels-{build._fingerprint(found)}.so"
    if made.exists():
        shutil.copy(made, library)
    else:  # the cache can't be written here
        build._compile(found, library)
    script = tmp_path / "compiler"
    script.write_text(
        "#!/bin/sh\n"
        "for last; do :; done\n"
        f'case "$*" in *-shared*) echo made >> {tmp_path}/log; cp {library} "$last";; esac\n'
    )
    script.chmod(0o755)
    return str(script)


def libraries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


# --- none ---------------------------------------------------------------------------------------------


def test_what_is_not_there_can_not_be_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDLAB_NATIVE", "0")
    assert not native.available()
    with pytest.raises(RuntimeError, match="available"):
        native.pool(jnp.ones((2, 2)), jnp.array([[0]]))


@pytest.mark.slow
@pytest.mark.parametrize(
    "env",
    [
        {"EMBEDLAB_NATIVE": "0"},
        {"CXX": "/nowhere/at/all"},
        {"CXX": "", "PATH": ""},
    ],
    ids=["unwanted", "no such compiler", "no path"],
)
def test_without_a_compiler_there_are_no_kernels(env: dict[str, str], tmp_path: Path) -> None:
    out, _ = told(start(**env, XDG_CACHE_HOME=str(tmp_path)))
    assert out == "False"
    assert libraries(tmp_path) == []


@pytest.mark.slow
def test_a_compiler_that_fails_is_told_once(tmp_path: Path) -> None:
    script = tmp_path / "compiler"
    script.write_text('#!/bin/sh\ncase "$*" in *-shared*) echo broken >&2; exit 3;; esac\n')
    script.chmod(0o755)
    code = f"{CODE}; print(native.available())"
    commands = [str(script), "'"]  # the second is no command at all
    processes = [start(code, CXX=command, XDG_CACHE_HOME=str(tmp_path)) for command in commands]
    (out, err), (other_out, other_err) = (told(process) for process in processes)
    assert out == other_out == "False\nFalse"
    assert err.count("broken") == 1
    assert other_err.count("can't be used") == 1
    assert libraries(tmp_path) == ["compiler"]


@pytest.mark.slow
def test_a_compiler_that_is_not_there_is_told_once(tmp_path: Path) -> None:
    """Another that is there is not taken in its place; without CXX there is no warning."""
    code = f"{CODE}; print(native.available())"
    wrong = [{"CXX": "nowhere-g++ -m64"}, {"CXX": "", "PATH": ""}]
    (out, err), quiet = (told(start(code, **env, XDG_CACHE_HOME=str(tmp_path))) for env in wrong)
    assert out == "False\nFalse"
    assert err.count("CXX=nowhere-g++ -m64: nowhere-g++ is not found; give a C++ compiler, or unset CXX") == 1
    assert "Traceback" not in err
    assert quiet == ("False\nFalse", "")
    assert libraries(tmp_path) == []


@pytest.mark.slow
def test_importing_compiles_nothing(tmp_path: Path) -> None:
    told(start("import embedlab, embedlab.native", XDG_CACHE_HOME=str(tmp_path)))
    assert libraries(tmp_path) == []


# --- one ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_two_processes_make_one_library_and_a_third_makes_none(compiler: str, tmp_path: Path) -> None:
    env = {"CXX": compiler, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    for process in [start(**env), start(**env)]:
        assert told(process) == ("True", "")
    made = (tmp_path / "log").read_text()
    assert told(start(**env)) == ("True", "")
    assert (tmp_path / "log").read_text() == made
    (library,) = libraries(tmp_path / "cache")
    assert library.startswith("kernels-")
    # What lies there and is no library is made anew.
    path = tmp_path / "cache" / "embedlab" / library
    path.write_text("not a library")
    assert told(start(**env)) == ("True", "")
    assert path.stat().st_size > 10_000


@pytest.mark.slow
def test_a_cache_that_can_not_be_written_is_done_without(compiler: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    env = {"CXX": compiler, "XDG_CACHE_HOME": str(tmp_path / "file"), "TMPDIR": str(temporary)}
    assert told(start(**env)) == ("True", "")
    assert libraries(temporary) == []
