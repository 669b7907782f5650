"""Patches of pictures, their contrast, and where they lie.

Reference: Coates & Ng 2012, "Learning feature representations with k-means" (patches, contrast, whitening,
pooling over quarters); Csurka et al. 2004, "Visual categorization with bags of keypoints".
"""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Float, Float32, Int

from embedlab.checks import require, require_count
from experiments.checks import finite, require_counts

_WIDEST = 256  # pixels


@dataclasses.dataclass(frozen=True)
class Patches:
    """How a picture is cut.

    Attributes:
        size: pixels of a square patch's side.
        stride: pixels from one patch to the next.
        margin: pixels that a picture's edges are repeated outwards by, so that what lies at its edge lies in
            as many patches as what lies within.
        contrast: each patch has its mean taken out and is divided by `√(variance + contrast)`, so that
            neither brightness nor contrast tells patches apart, and flat ones become zeros; pixels are in
            [0, 1]. 0 to leave patches as they are.

    Raises:
        ValueError: a count that is none, or a contrast that is no number of at least 0.

    Example:
        >>> Patches(size=2, stride=1).cut(np.zeros((1, 3, 4, 1), np.float32)).shape
        (1, 2, 3, 4)
    """

    size: int = 6
    stride: int = 2
    margin: int = 0
    contrast: float = 0.01

    def __post_init__(self) -> None:
        require_counts(self, _WIDEST, "size", "stride")
        require_count("margin", self.margin, least=0)
        require(self.margin < self.size, "margin", self.margin, f"give less than size={self.size}")
        fits = finite(self.contrast) and self.contrast >= 0
        require(fits, "contrast", self.contrast, "give a finite number of at least 0")

    def shape(self, height: int, width: int) -> tuple[int, int]:
        """How many rows and columns of patches a picture has.

        Args:
            height: of the picture, in pixels.
            width: likewise.

        Raises:
            ValueError: it is smaller than a patch.
        """
        sides = [side + 2 * self.margin - self.size for side in (height, width)]
        remedy = f"pictures are {height} × {width} pixels; give smaller patches"
        require(min(sides) >= 0, "patches.size", self.size, remedy)
        down, across = (side // self.stride + 1 for side in sides)
        return down, across

    def cut(
        self, pictures: Float32[np.ndarray, "pictures height width channels"]
    ) -> Float32[np.ndarray, "pictures down across pixels"]:
        """The patches of pictures, float32 [pictures, down, across, size · size · channels].

        Args:
            pictures: float32 [pictures, height, width, channels], in [0, 1].

        Raises:
            ValueError: pictures are smaller than a patch.
        """
        down, across = self.shape(*pictures.shape[1:3])
        edges = ((0, 0), (self.margin, self.margin), (self.margin, self.margin), (0, 0))
        wide = np.pad(pictures, edges, mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(wide, (self.size, self.size), axis=(1, 2))
        every = windows[:, :: self.stride, :: self.stride].transpose(0, 1, 2, 4, 5, 3)
        found = np.ascontiguousarray(every).reshape(len(pictures), down, across, -1)
        if not self.contrast:
            return found
        found = found - found.mean(-1, keepdims=True)
        return found / np.sqrt((found**2).mean(-1, keepdims=True) + np.float32(self.contrast))


def areas(down: int, across: int, grid: int) -> Int[np.ndarray, "down across two"]:
    """In which row and column of a coarse grid each patch lies, int [down, across, 2].

    Args:
        down: rows of patches.
        across: columns of patches.
        grid: rows, and columns, of the grid.

    Example:
        >>> areas(2, 4, 2).tolist()
        [[[0, 0], [0, 0], [0, 1], [0, 1]], [[1, 0], [1, 0], [1, 1], [1, 1]]]
    """
    rows, columns = (np.arange(count) * grid // count for count in (down, across))
    return np.stack(np.broadcast_arrays(rows[:, None], columns[None, :]), axis=-1)


def flat(patches: Float[np.ndarray, "pictures down across pixels"]) -> Float[np.ndarray, "patches pixels"]:
    """All patches [pictures, down, across, pixels] one after the other, [patches, pixels].

    Example:
        >>> flat(np.zeros((2, 3, 4, 5))).shape
        (24, 5)
    """
    return patches.reshape(-1, patches.shape[-1])
