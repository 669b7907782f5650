"""The run directory: what every experiment writes, in one layout.

config.json     the resolved config, enough to run it again
data.json       what the data were: counts and digests
metrics.jsonl   one object a line: step, split, name → value; holds no times, so it is reproducible
summary.json    final metrics, seeds, parameters and bytes, seconds by phase, versions, commit
manifest.json   size and digest of each file that a finished run or comparison is, checkpoints apart
checkpoints/    restart exactly where it stopped
vectors/        the trained embedding
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.metadata
import json
import math
import platform
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from embedlab.files import write_whole
from experiments.errors import Mistake, RunFailure, placed
from experiments.runs import extension, manifest, observers

_PACKAGES = ("jax", "jaxlib", "flax", "optax", "numpy", "orbax-checkpoint", "scikit-learn")
_MANIFEST = "manifest.json"
_BEGUN_WITH = ("config.json", "data.json")  # part of whatever is finished, where they are there
# What to do about a damaged file: each is written in one piece, so something else has damaged it.
MENDING = {
    "config.json": "Put it back as it was, or give another --workdir.",
    "data.json": "Remove this file alone and run again: it is written anew.",
    "summary.json": "Remove this file alone and run again: what is trained stays.",
}


@dataclasses.dataclass(frozen=True)
class RunDirectory:
    """A folder that a run owns.

    Attributes:
        path: the folder.
    """

    path: Path

    def check(self, config: dict[str, Any]) -> None:
        """Makes the folder, and checks that this config may run there. Nothing in it is changed.

        Raises:
            Mistake: the folder can't be written, holds something else than a run, or a run with another
                config.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path):
                pass
        except OSError as error:
            raise Mistake(
                f"--workdir {self.path}: can't write there ({error.strerror}). "
                "Give a folder that can be made."
            ) from None
        old, new = self.read("config.json"), json.loads(json.dumps(config))
        if old is None:
            self._require_empty()
            return
        if different := differences(extension.extended(old, new), new):
            raise Mistake(
                f"--workdir {self.path}: it holds a run with another config ({', '.join(different[:5])}). "
                f"Give another --workdir, or repeat the old config to continue it{extension.allowed(new)}."
            )
        extension.require_place(self.path, old, new)

    def claim(self, config: dict[str, Any]) -> None:
        """Checks as `check` does, then makes the folder this config's by writing `config.json`."""
        self.check(config)
        # What may change in a finished run is sealed before it is written: a kill may have come between.
        unsealed = self._sealed("config.json") not in (None, self._described("config.json"))
        if unsealed or self.read("config.json") != json.loads(json.dumps(config)):
            self.write("config.json", config)

    def finish(self, summary: dict[str, Any], *names: str) -> None:
        """Writes `summary.json`, which says that a run is whole; and before it, what the run's files are.

        Args:
            summary: of the run.
            names: of the files and folders that the run is, in its folder, beside its config and its data.
        """
        begun_with = [name for name in _BEGUN_WITH if (self.path / name).exists()]
        files = [file for name in (*begun_with, *names) for file in self._files(name)]
        observers.finished(self.path)  # first: a run that is killed meanwhile is told of again
        self._finish(manifest.describe(self.path, files), summary)

    def amend(self, **more: Any) -> None:
        """Adds to the summary of a finished run.

        Raises:
            RunFailure: its files were altered since.
        """
        self.verify()
        self._finish(self._manifest(), {**(self.summary or {}), **more})

    def verify(self, *, whole: bool = True) -> None:
        """Refuses a finished run whose files are not those that it wrote.

        Args:
            whole: whether it is to have a manifest; comparisons of earlier versions had none.

        Raises:
            RunFailure: one was altered since.
        """
        if not whole and not (self.path / _MANIFEST).exists():
            return
        try:
            manifest.verify(self.path, self._manifest())
        except manifest.Altered as error:
            again = (
                " or start the program again, which sets it right, or says what else is in it;"
                if error.path == self.path / "config.json"
                else ""
            )
            raise RunFailure(
                f"{error}. It is of a finished run: put it back as it was;{again} or remove the summary.json "
                "beside it and run again: what is trained stays, and is judged anew."
            ) from None

    def finished(self, steps: int) -> dict[str, Any] | None:
        """The summary of a run that would take no further step; None if it is not finished, or stopped short.

        Args:
            steps: that a training may take at most.
        """
        summary = self.summary
        short = summary is not None and summary.get("stopped_early") is False and summary["steps"] < steps
        return None if short else summary

    def reopen(self) -> None:
        """Takes away what says that the run, or the comparison, is finished: from here on it is not."""
        for name in ("table.md", "summary.json"):
            (self.path / name).unlink(missing_ok=True)

    def _finish(self, files: dict[str, Any], summary: dict[str, Any]) -> None:
        """Writes both in one piece: a stop between them leaves a run without a summary, so unfinished."""
        text = _json(summary).encode()
        sealed = manifest.sealed({"files": {**files, "summary.json": manifest.describe_bytes(text)}})
        first, last = self.path / _MANIFEST, self.path / "summary.json"
        with placed(last):
            write_whole({first: lambda file: file.write(sealed), last: lambda file: file.write(text)})

    def _manifest(self) -> dict[str, Any]:
        files: dict[str, Any] = manifest.read(self.path / _MANIFEST)["files"]
        return files

    def _sealed(self, name: str) -> dict[str, Any] | None:
        """What the manifest says of a file; None where nothing is finished, or it does not know the file."""
        if not (self.path / "summary.json").exists():
            return None
        with contextlib.suppress(manifest.Altered):  # which is told where the run is verified
            found: dict[str, Any] | None = self._manifest().get(name)
            return found
        return None

    def _described(self, name: str) -> dict[str, Any] | None:
        file = self.path / name
        return manifest.describe_bytes(file.read_bytes()) if file.exists() else None

    def _files(self, name: str) -> list[str]:
        path = self.path / name
        return [f"{name}/{file}" for file in manifest.files_below(path)] if path.is_dir() else [name]

    @property
    def summary(self) -> dict[str, Any] | None:
        """`summary.json` of a finished run; None if it is not finished."""
        return self.read("summary.json")

    def read(self, name: str) -> dict[str, Any] | None:
        """A JSON object of the folder; None if it is not there.

        Raises:
            Mistake: the file is there and is no JSON object.
        """
        file = self.path / name
        try:
            value = json.loads(file.read_text("utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, RecursionError) as error:
            raise Mistake(f"{file}: can't be read ({error}). {MENDING.get(name, '')}".strip()) from None
        if not isinstance(value, dict):
            raise Mistake(f"{file}: holds no JSON object. {MENDING.get(name, '')}".strip())
        return value

    def write(self, name: str, value: dict[str, Any]) -> None:
        """Writes a JSON object; a reader sees the old file or the new one, never half of one.

        Where the manifest of what is finished knows the file, it knows the new one from then on.
        """
        text = _json(value)
        if self._sealed(name) is not None:
            sealed = manifest.describe_bytes(text.encode())
            manifest.write(self.path / _MANIFEST, {"files": {**self._manifest(), name: sealed}})
        self.write_text(name, text)

    def write_text(self, name: str, text: str) -> None:
        """Writes a text file in one piece."""
        with placed(self.path / name):
            write_whole({self.path / name: lambda file: file.write(text.encode())})

    def log(self, **values: Any) -> None:
        """Appends a line to `metrics.jsonl`.

        Raises:
            RunFailure: a value is no finite number, which JSON has no sign for.
        """
        path = self.path / "metrics.jsonl"
        for name, value in values.items():
            if isinstance(value, float) and not math.isfinite(value):
                raise RunFailure(
                    f"{path}: {name} of {values['split']} became {value} at step {values['step']}; the "
                    "last good checkpoint stays. Look for extreme values in the data, or lower train.rate; "
                    "then give another --workdir."
                )
        with placed(path), path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(values, allow_nan=False) + "\n")
        observers.line(self.path, values)

    def metrics(self) -> list[dict[str, Any]]:
        """The lines of `metrics.jsonl`; a last one that was cut off is left out.

        Raises:
            RunFailure: a line is damaged.
        """
        file = self.path / "metrics.jsonl"
        if not file.exists():
            return []
        lines = file.read_bytes().split(b"\n")
        return [_parsed(file, number, line) for number, line in enumerate(lines[:-1], 1)]

    def rewind(self, step: int) -> None:
        """Drops what a run that goes on from a step will write again: later steps, and the final lines."""
        kept = [x for x in self.metrics() if x["step"] <= step and x["split"] not in ("test", "final")]
        self.write_text("metrics.jsonl", "".join(json.dumps(line) + "\n" for line in kept))
        observers.begun(self.path, kept)

    def _require_empty(self) -> None:
        """Refuses a folder of someone else's; hidden files, such as a file manager's, are no matter."""
        found = sorted(file.name for file in self.path.iterdir() if not file.name.startswith("."))
        if found:
            shown = ", ".join(found[:3]) + (", …" if len(found) > 3 else "")
            raise Mistake(
                f"--workdir {self.path}: it is no run's folder (it has no config.json), and holds {shown}, "
                "which might be overwritten. Give a new folder, or an empty one."
            )


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, allow_nan=False) + "\n"


def _parsed(file: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError as error:
        value = error
    if isinstance(value, dict) and type(value.get("step")) is int and isinstance(value.get("split"), str):
        return value
    fault = f" ({value})" if isinstance(value, ValueError) else ""
    raise RunFailure(
        f"{file}, line {number}: this is no line of metrics{fault}. Remove this line, or put it back as it "
        "was, and run again."
    )


def differences(old: Any, new: Any, path: str = "") -> list[str]:
    """What differs between two JSON values, as `dotted.key: old → new`."""
    if isinstance(old, dict) and isinstance(new, dict):
        keys = dict.fromkeys([*old, *new])
        return [
            d for k in keys for d in differences(old.get(k), new.get(k), f"{path}.{k}" if path else str(k))
        ]
    return [] if old == new else [f"{path}: {json.dumps(old)} → {json.dumps(new)}"]


def versions() -> dict[str, str]:
    """The versions that a result depends on."""
    import embedlab

    found = {name: importlib.metadata.version(name) for name in _PACKAGES}
    return {"python": platform.python_version(), "embedlab": embedlab.__version__, **found}


def commit() -> str:
    """The commit of the checkout, with a plus sign if it has changes; empty outside of one."""
    folder = Path(__file__).resolve().parent
    git = ["git", "-C", str(folder)]
    try:
        head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
        dirty = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return head.stdout.strip() + "+" * bool(dirty.stdout.strip())
