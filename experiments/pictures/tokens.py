"""Pictures as words: each patch is that of the nearest patch of a codebook, and may say where it lies."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Float, Float32

from embedlab.checks import require, require_count
from experiments.checks import require_bool, require_choice
from experiments.pictures.patches import Patches, areas, flat
from experiments.pictures.whitening import Whitening
from experiments.study.codebook import Codebook, Codes, fit

Positions = Literal["none", "only", "beside"]

_AT_ONCE = 2**24  # numbers in patches that are held at once
_FITTED = 200_000  # patches that the whitening is made of, at most
_WIDEST = 256


@dataclasses.dataclass(frozen=True)
class Tokens:
    """How pictures become words.

    A word is `v57`, the patch that is nearest to centre 57 of the codebook; with a place it is `v57@3,1`, row
    3 and column 1 of a coarse grid, both from 0. Patches stand row by row.

    Attributes:
        patches: how a picture is cut.
        codes: of the codebook that is made of the training pictures' patches.
        whiten: whether patches are whitened before.
        grid: rows, and columns, of the grid that places are told by.
        positions: whether a word has its place: only so, or beside the plain word, or none.

    Raises:
        ValueError: several codebooks, a grid that is none, or a switch or choice that is none.

    Example:
        >>> Tokens(grid=2, positions="only").codes.codes
        256
    """

    patches: Patches = Patches()
    codes: Codes = Codes(standardise=False)
    whiten: bool = False
    grid: int = 4
    positions: Positions = "only"

    def __post_init__(self) -> None:
        for field, kind in {"patches": Patches, "codes": Codes}.items():
            value = getattr(self, field)
            require(isinstance(value, kind), field, value, f"give an instance of {kind.__name__}")
        require(self.codes.books == 1, "codes.books", self.codes.books, "a patch has one code; give 1")
        require_bool("whiten", self.whiten)
        require_count("grid", self.grid)
        require(self.grid <= _WIDEST, "grid", self.grid, f"give at most {_WIDEST}")
        require_choice("positions", self.positions, get_args(Positions))


@dataclasses.dataclass(frozen=True, eq=False)
class Visual:
    """A codebook of training pictures, ready for any others of their size.

    Attributes:
        settings: how pictures become words.
        codebook: of patches.
        whitening: what patches go through first; None for nothing.

    Example:
        >>> pictures = np.random.default_rng(0).random((5, 8, 8, 1)).astype(np.float32)
        >>> settings = Tokens(Patches(size=4, stride=4), Codes(codes=3, standardise=False), grid=2)
        >>> [word.partition("@")[2] for word in Visual.fit(settings, pictures).words(pictures)[0]]
        ['0,0', '0,1', '1,0', '1,1']
    """

    settings: Tokens
    codebook: Codebook
    whitening: Whitening | None = None

    @classmethod
    def fit(cls, settings: Tokens, pictures: Float32[np.ndarray, "pictures height width channels"]) -> Visual:
        """Makes a codebook of the patches of pictures.

        Args:
            settings: how.
            pictures: float32 [pictures, height, width, channels] in [0, 1], of the training side alone.

        Raises:
            ValueError: pictures are smaller than a patch, or all alike.
        """
        most = max(settings.codes.rows, _FITTED if settings.whiten else 0)
        patches = _drawn(settings, pictures, most)
        white = Whitening.fit(patches) if settings.whiten else None
        return cls(settings, fit(settings.codes, white(patches) if white else patches), white)

    def words(self, pictures: Float32[np.ndarray, "pictures height width channels"]) -> list[list[str]]:
        """The words of each picture.

        Args:
            pictures: float32 [pictures, height, width, channels] in [0, 1], of the size it was fitted to.

        Raises:
            ValueError: they have other channels than those it was fitted to, or are smaller than a patch.
        """
        down, across = self.settings.patches.shape(*pictures.shape[1:3])
        ends = [f"@{row},{column}" for row, column in areas(down, across, self.settings.grid).reshape(-1, 2)]
        found = []
        for part in _parts(self.settings, pictures):
            patches: Any = flat(self.settings.patches.cut(part))
            codes = self.codebook.words(self.whitening(patches) if self.whitening else patches, "v")
            size = len(ends)
            found += [self._placed(codes[i * size : (i + 1) * size], ends) for i in range(len(part))]
        return found

    def _placed(self, codes: list[str], ends: list[str]) -> list[str]:
        if self.settings.positions == "none":
            return codes
        placed = [code + end for code, end in zip(codes, ends, strict=True)]
        if self.settings.positions == "only":
            return placed
        return [word for both in zip(codes, placed, strict=True) for word in both]

    def kept(self) -> dict[str, Any]:
        """Its arrays by name, from which `Visual.of` makes it again."""
        return {**self.codebook.kept(), **(self.whitening.kept() if self.whitening else {})}

    @classmethod
    def of(cls, settings: Tokens, kept: Mapping[str, Any]) -> Visual:
        """The visual words that `kept` was of.

        Args:
            settings: that they were made with.
            kept: its arrays by name, of the shapes that they had.

        Raises:
            ValueError: arrays are missing, or do not fit each other.
        """
        book = {name: kept[name] for name in kept if not name.startswith("whitening_")}
        return cls(settings, Codebook.of(book), Whitening.of(kept) if settings.whiten else None)


def _drawn(settings: Tokens, pictures: np.ndarray, most: int) -> Float[np.ndarray, "patches pixels"]:
    """Patches of some pictures, whole pictures drawn by the seed, until there are so many."""
    each = int(np.prod(settings.patches.shape(*pictures.shape[1:3])))
    count = min(len(pictures), -(-most // each))
    chosen = np.random.default_rng(settings.codes.seed).permutation(len(pictures))[:count]
    return np.concatenate(
        [flat(settings.patches.cut(part)) for part in _parts(settings, pictures[np.sort(chosen)])]
    )


def _parts(settings: Tokens, pictures: np.ndarray) -> list[np.ndarray]:
    """Pictures, so many at a time that their patches fit in memory."""
    each = int(np.prod(settings.patches.shape(*pictures.shape[1:3]))) * settings.patches.size**2
    step = max(1, _AT_ONCE // (each * pictures.shape[-1]))
    return [pictures[first : first + step] for first in range(0, len(pictures), step)]
