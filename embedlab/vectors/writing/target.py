"""Where vectors go, and as what: known without them, so that a mistake shows before they are read."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Literal, get_args

from embedlab.checks import require

Format = Literal[
    "word2vec-text",
    "word2vec-binary",
    "glove",
    "fasttext-vec",
    "fasttext-bin",
    "npy",
    "safetensors",
    "projector",
    "sentence-transformers",
]
FORMATS: tuple[Format, ...] = get_args(Format)
FOLDERS = ("projector", "sentence-transformers")

_SUFFIXES: dict[str, Format] = {
    ".txt": "word2vec-text",
    ".vec": "fasttext-vec",
    ".bin": "word2vec-binary",
    ".npy": "npy",
    ".safetensors": "safetensors",
}
_TEXTS, _TABLES = ("float64", "float32"), ("float64", "float16", "bfloat16", "int8", "float32")
#: The types that a format holds; the last one is taken where it does not hold the table's own.
_DTYPES: dict[Format, tuple[str, ...]] = {
    "word2vec-text": _TEXTS,
    "word2vec-binary": ("float32",),
    "glove": _TEXTS,
    "fasttext-vec": _TEXTS,
    "fasttext-bin": ("float32",),
    "npy": ("float64", "float16", "int8", "float32"),
    "safetensors": _TABLES,
    "projector": ("float32",),
    "sentence-transformers": _TABLES,
}
_PACKED = ("word2vec-text", "word2vec-binary", "glove", "fasttext-vec")


@dataclasses.dataclass(frozen=True)
class Target:
    """A place for vectors, and how they are to be written there.

    Attributes:
        path: of the file, or of the folder.
        format: told by the path's suffix where it is None; then it holds what was told.
        dtype: of the numbers; None for the table's own, or float32 where the format does not hold that.
        lowercase: of sentence-transformers, whether text is made lower case.
        whole: whether it is for a whole fastText model; its `.bin` is one then.

    Raises:
        ValueError: a suffix or a format that is none, a type or an option that the format does not have, or a
            path at which it can't be put.

    Example:
        >>> Target(Path("vectors.vec")).format, Target(Path("vectors.txt.gz")).packed
        ('fasttext-vec', True)

    Source: none.
    """

    path: Path
    format: Format | None = None
    dtype: str | None = None
    lowercase: bool = False
    whole: bool = False

    def __post_init__(self) -> None:
        if self.format is None:
            object.__setattr__(self, "format", self._by_suffix())
        require(self.format in FORMATS, "format", self.format, f"choose one of {', '.join(FORMATS)}")
        remedy = f"{self.format} is not read compressed; leave .gz out"
        require(not self.packed or self.format in _PACKED, "path", os.fspath(self.path), remedy)
        self._require_place()
        self.require_for("lowercase", self.lowercase, "sentence-transformers")
        types = _DTYPES[self.chosen]
        others = ", ".join(name for name, held in _DTYPES.items() if self.dtype in held)
        remedy = f"{self.format} holds {', '.join(types)}"
        remedy += f"; of {self.dtype} are {others}" if others else ""
        require(self.dtype is None or self.dtype in types, "dtype", self.dtype, remedy)

    @property
    def chosen(self) -> Format:
        """The format, which is known by now."""
        assert self.format is not None
        return self.format

    @property
    def packed(self) -> bool:
        """Whether the file is to be compressed."""
        return self.path.suffix == ".gz"

    def dtype_of(self, own: str) -> str:
        """The type of the numbers to be written.

        Args:
            own: that of the table.

        Returns:
            The one that was asked for, or the table's own, or the one that the format has instead.

        Example:
            >>> Target(Path("a.bin")).dtype_of("float64")
            'float32'
        """
        types = _DTYPES[self.chosen]
        return self.dtype or (own if own in types else types[-1])

    def require_for(self, option: str, given: object, *formats: str) -> None:
        """Requires that an option is given only where it means something.

        Args:
            option: its name.
            given: its value; None or False where it was not given.
            formats: those that have it.

        Raises:
            ValueError: the format is another one.

        Example:
            >>> Target(Path("a.txt")).require_for("counts", None, "projector")
        """
        names = " or ".join(map(repr, formats))
        remedy = f"{self.format} does not hold it; leave it out, or write {names}"
        shown = given if isinstance(given, bool) else "given"
        absent = given is None or given is False
        require(absent or self.format in formats, option, shown, remedy)

    def _by_suffix(self) -> Format:
        suffix = self.path.with_suffix("").suffix if self.packed else self.path.suffix
        names = ", ".join(_SUFFIXES)
        remedy = f"its suffix is none of {names}; give format, one of {', '.join(FORMATS)}"
        require(suffix in _SUFFIXES, "path", os.fspath(self.path), remedy)
        return "fasttext-bin" if self.whole and self.path.suffix == ".bin" else _SUFFIXES[suffix]

    def _require_place(self) -> None:
        shown = os.fspath(self.path)
        if self.format in FOLDERS:
            remedy = f"there is a file of that name, and {self.format} is a folder; give another"
            require(self.path.is_dir() or not self.path.exists(), "path", shown, remedy)
            return
        remedy = f"it is a folder, and {self.format} is a file; give its name too"
        require(not self.path.is_dir(), "path", shown, remedy)
        parent = self.path.parent
        require(parent.is_dir(), "path", shown, f"there is no folder {os.fspath(parent)!r}; make it first")
