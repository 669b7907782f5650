"""Finds a C++ compiler, makes the libraries once, and hands the kernels to JAX (`available`).

A library is made for this very processor, so it lies in the user's cache under a name that holds
all that went into it: the source, the compiler, its flags, the processor, and jaxlib. Nothing here
raises: a computer without a compiler, or without a place to write, is one without kernels.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import logging
import os
import platform
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import jax
import jax.ffi
import jaxlib

_SOURCE = Path(__file__).with_name("kernels.cc")
_HANDLERS = ("embedlab_update", "embedlab_merge", "embedlab_pool", "embedlab_write")
# No contraction into fused multiply-adds: the same sums on any processor. The two "no-" flags give up
# `errno` and floating-point traps, neither of which a kernel looks at, and change no result.
_FLAGS = (
    *("-O3", "-march=native", "-std=c++17", "-shared", "-fPIC"),
    *("-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"),
)
_log = logging.getLogger(__name__)


def available() -> bool:
    """Whether the kernels can be used here; the first call that needs it compiles them (some ten seconds).

    They can where JAX computes on the CPU, a C++ compiler is found, and EMBEDLAB_NATIVE is not "0". The
    compiler is the command in the environment variable CXX, and no other if it names one; where it is not
    set or empty, the first of c++, g++ and clang++ that there is. A compiler that fails, or a CXX that is
    not found, is logged, as one warning; that there is no compiler at all is not.

    Returns:
        True if the functions of `embedlab.native` may be called.

    Example:
        >>> available() in (True, False)
        True

    Source: JAX's foreign function interface, `jax.ffi`.
    """
    return wanted() and jax.default_backend() == "cpu" and _registered()


@functools.cache  # two threads may both build at first: each registers the same handlers
def _registered() -> bool:
    """Hands the kernels to JAX; False if they can't be had."""
    library = loaded(_SOURCE)
    if library is None:
        return False
    for name in _HANDLERS:
        jax.ffi.register_ffi_target(name, jax.ffi.pycapsule(getattr(library, name)), platform="cpu")
    return True


def wanted() -> bool:
    """Whether compiled code may be used at all: EMBEDLAB_NATIVE is not "0".

    Example:
        >>> wanted() in (True, False)
        True

    Source: none.
    """
    return os.environ.get("EMBEDLAB_NATIVE") != "0"


def loaded(source: Path) -> ctypes.CDLL | None:
    """The library of a source; None, with a warning in the log, where it can't be made.

    Args:
        source: a C++ file of this package.

    Returns:
        Its functions by name, or None: there is no compiler, or it failed.

    Example:
        >>> loaded(Path("none.cc")) is None
        True

    Source: none.
    """
    try:
        return _library(source)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        _log.warning("embedlab's kernels can't be used, JAX and NumPy do their work: %s", error)
        return None


def _library(source: Path) -> ctypes.CDLL | None:
    """The library: from the cache, else compiled into it, else compiled for this process alone."""
    compiler = _compiler()
    if compiler is None:
        return None
    name = f"{source.stem}-{_fingerprint(compiler, source)}.so"
    with contextlib.suppress(OSError):
        return ctypes.CDLL(str(_cache() / name))
    with _folder() as folder:
        path = folder / name
        _compile(compiler, path, source)
        return ctypes.CDLL(str(path))  # stays in memory when a folder of this process goes


def _compiler() -> list[str] | None:
    """The command of a C++ compiler that there is; of CXX alone, if that names one."""
    named = shlex.split(os.environ.get("CXX", ""))
    for command in [named] if named else [["c++"], ["g++"], ["clang++"]]:
        if shutil.which(command[0]):
            return command
    if named:  # who chose a compiler would not expect another one, nor none without a word
        raise OSError(f"CXX={shlex.join(named)}: {named[0]} is not found; give a C++ compiler, or unset CXX")
    return None


def _fingerprint(compiler: list[str], source: Path = _SOURCE) -> str:
    """A hash of all that the library's bytes depend on, and of the processor that it is made for."""
    version = subprocess.run([*compiler, "--version"], capture_output=True, check=True, timeout=60).stdout
    parts = [source.read_bytes(), version, repr((compiler, _FLAGS)).encode()]
    parts += [jaxlib.__version__.encode(), _processor().encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:20]


def _processor() -> str:
    """The processor's model and what it can do, where the system tells."""
    told = {platform.machine(), platform.processor()}
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        kinds = ("vendor_id", "cpu family", "model", "stepping", "flags", "Features", "CPU ")
        told |= {line for line in lines if line.startswith(kinds)}
    return "\n".join(sorted(told))


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(home) / "embedlab"


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """The cache, if it can be written; else a folder that goes when the library is loaded."""
    try:
        _cache().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=_cache()):
            pass
    except OSError:
        with tempfile.TemporaryDirectory(prefix="embedlab-") as folder:
            yield Path(folder)
        return
    yield _cache()


def _compile(compiler: list[str], path: Path, source: Path = _SOURCE) -> None:
    """Compiles to a name of its own, then renames: no other process ever sees half a library."""
    _log.info("compiling embedlab's kernels into %s", path.parent)
    with tempfile.TemporaryDirectory(prefix="build-", dir=path.parent) as folder:
        made = os.path.join(folder, path.name)
        command = [*compiler, *_FLAGS, "-I", jax.ffi.include_dir(), str(source), "-o", made]
        run = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=600)
        if run.returncode:
            raise OSError(f"{shlex.join(command)}\n{run.stderr.strip()}")
        os.replace(made, path)
