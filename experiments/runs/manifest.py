"""Manifests: which files there are, each with its size and digest, so that an altered one is seen.

A manifest holds a digest of itself as well. It is read as it was written, to the letter, or not at all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from embedlab.files import write_whole
from experiments.errors import placed


class Altered(ValueError):
    """A file is not what its manifest says, or the manifest not what was written.

    Attributes:
        path: which.
        why: in what.
    """

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path, self.why = path, why


def describe(folder: Path, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Size and digest of files of a folder, by their names in it, as `state/_METADATA`."""
    return {name: _described(folder / name) for name in sorted(names)}


def describe_bytes(content: bytes) -> dict[str, Any]:
    """Size and digest of a file that would hold these bytes."""
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def files_below(folder: Path) -> list[str]:
    """The names of all files in a folder and below."""
    return [file.relative_to(folder).as_posix() for file in folder.rglob("*") if not file.is_dir()]


def write(path: Path, content: dict[str, Any]) -> None:
    """Writes a manifest, in one piece.

    Raises:
        OSError: it can't be written.
    """
    with placed(path):
        write_whole({path: lambda file: file.write(sealed(content))})


def read(path: Path) -> dict[str, Any]:
    """What `write` wrote.

    Raises:
        Altered: it is missing, can't be read, or is not to the letter what was written.
    """
    try:
        raw = path.read_bytes()
        content = json.loads(raw)["content"]
        whole = raw == sealed(content)
    except FileNotFoundError:
        raise Altered(path, "it is missing") from None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise Altered(path, f"can't be read ({_short(error)})") from None
    if not whole:
        raise Altered(path, "it is not what was written, by its own digest")
    return content


def verify(folder: Path, files: dict[str, dict[str, Any]], present: Iterable[str] | None = None) -> None:
    """Holds files of a folder against what `describe` said of them.

    Args:
        folder: where they lie.
        files: what they were.
        present: names of all files that there are, where one too many is a fault as well.

    Raises:
        Altered: one is missing, altered or too many.
    """
    for name, known in files.items():
        path = folder / name
        try:
            size = path.stat().st_size
            if size != known["bytes"]:
                raise Altered(path, f"it has {size:,} bytes, and was written with {known['bytes']:,}")
            if _described(path) != known:
                raise Altered(path, "its bytes are not those that were written, by their SHA-256")
        except FileNotFoundError:
            raise Altered(path, "it is missing") from None
        except OSError as error:
            raise Altered(path, f"can't be read ({_short(error)})") from None
    for name in sorted(set(present or ()) - files.keys()):
        raise Altered(folder / name, "nobody wrote it, by the manifest")


def _described(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"bytes": file.tell(), "sha256": digest}


def sealed(content: dict[str, Any]) -> bytes:
    """The bytes of a manifest: its content, and a digest of it."""
    digest = hashlib.sha256(_json(content)).hexdigest()
    return _json({"content": content, "sha256": digest}) + b"\n"


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1, allow_nan=False).encode()


def _short(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).partition("\n")[0][:200]
