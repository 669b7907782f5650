"""The run directory: what every experiment writes, in one layout.

config.json     the resolved config, enough to run it again
metrics.jsonl   one object a line: step, split, name → value; holds no times, so it is reproducible
summary.json    final metrics, seeds, parameters and bytes, seconds by phase, versions, commit
checkpoints/    restart exactly where it stopped
vectors/        the trained embedding
"""

from __future__ import annotations

import dataclasses
import importlib.metadata
import json
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

from experiments.errors import Mistake

_PACKAGES = ("jax", "jaxlib", "flax", "optax", "numpy", "orbax-checkpoint", "scikit-learn")


@dataclasses.dataclass(frozen=True)
class RunDirectory:
    """A folder that a run owns.

    Attributes:
        path: the folder.
    """

    path: Path

    def claim(self, config: dict[str, Any]) -> None:
        """Makes the folder and writes `config.json`, or checks that the folder is this config's.

        Raises:
            Mistake: the folder can't be written, or belongs to a run with another config.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            probe = self.path / ".writable"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise Mistake(
                f"--workdir {self.path}: can't write there ({error.strerror}). "
                "Give a folder that can be made."
            ) from None
        old = self.read("config.json")
        if old is None:
            self.write("config.json", config)
        elif old != json.loads(json.dumps(config)):
            different = ", ".join(differences(old, json.loads(json.dumps(config)))[:5])
            raise Mistake(
                f"--workdir {self.path}: it holds a run with another config ({different}). "
                "Give another --workdir, or repeat the old config to continue it."
            )

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
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise Mistake(f"{file}: can't be read ({error}). Remove the folder and run again.") from None
        if not isinstance(value, dict):
            raise Mistake(f"{file}: holds no JSON object. Remove the folder and run again.")
        return value

    def write(self, name: str, value: dict[str, Any]) -> None:
        """Writes a JSON object; a reader sees the old file or the new one, never half of one."""
        self.write_text(name, json.dumps(value, indent=2, allow_nan=False) + "\n")

    def write_text(self, name: str, text: str) -> None:
        """Writes a text file in one piece."""
        file = self.path / name
        part = file.with_name(file.name + ".part")
        part.write_text(text, "utf-8", newline="\n")
        os.replace(part, file)

    def log(self, **values: Any) -> None:
        """Appends a line to `metrics.jsonl`."""
        with (self.path / "metrics.jsonl").open("a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(values, allow_nan=False) + "\n")

    def metrics(self) -> list[dict[str, Any]]:
        """The lines of `metrics.jsonl`."""
        file = self.path / "metrics.jsonl"
        if not file.exists():
            return []
        return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.endswith("}")]

    def rewind(self, step: int) -> None:
        """Drops what a run that goes on from a step will write again: later steps, and the final lines."""
        kept = [x for x in self.metrics() if x["step"] <= step and x["split"] not in ("test", "final")]
        self.write_text("metrics.jsonl", "".join(json.dumps(line) + "\n" for line in kept))


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
