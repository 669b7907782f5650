"""`.npy` files by hand, for what `np.save` would not write."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def header(descr: str, shape: tuple[int, ...], more: str = "") -> bytes:
    """The head of a file that says it holds an array of this type and shape."""
    text = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape!r}, {more}}}\n".encode("latin1")
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


class Trap:
    """Unpickled, it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)
