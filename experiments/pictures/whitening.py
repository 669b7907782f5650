"""Whitening: patches whose directions vary alike, so that k-means sees edges and not brightness alone.

Reference: Coates & Ng 2012, "Learning feature representations with k-means"; Bell & Sejnowski 1997, "The
'independent components' of natural scenes are edge filters".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

_SHARE = 0.99  # of the variance that is kept: directions beyond it are noise
_FLOOR = 1e-2  # of the largest variance, added to each: a small one is not blown up


@dataclasses.dataclass(frozen=True, eq=False)
class Whitening:
    """`y = (x − mean) W`, of training patches: directions by falling variance, each brought to variance 1.

    Directions are those of principal components that hold 99 % of the variance, `W_i = u_i / √(λ_i + ε)`
    with `ε` a hundredth of the largest variance.

    Attributes:
        mean: float64 [pixels].
        weights: float64 [pixels, directions], W.

    Example:
        >>> patches = np.random.default_rng(0).normal(size=(1000, 3)) * [5, 1, 0]
        >>> white = Whitening.fit(patches)
        >>> white.weights.shape, white(patches).std(0).round(1).tolist()
        ((3, 2), [1.0, 0.9])
    """

    mean: Float[np.ndarray, " pixels"]
    weights: Float[np.ndarray, "pixels directions"]

    @classmethod
    def fit(cls, patches: Float[np.ndarray, "patches pixels"]) -> Whitening:
        """The whitening of patches.

        Args:
            patches: [patches, pixels], of the training side alone.

        Raises:
            ValueError: they are all alike.
        """
        mean = patches.mean(0, dtype=np.float64)
        apart = patches - mean
        variances, directions = np.linalg.eigh(apart.T @ apart / len(patches))
        variances, directions = variances[::-1].clip(0), directions[:, ::-1]
        if variances[0] <= 0:
            raise ValueError("all patches of the training pictures are alike; give pictures that differ")
        share = np.cumsum(variances) / variances.sum()
        kept = int((share < _SHARE).sum()) + 1
        # A direction's sign is the solver's whim: the largest of its numbers is to be positive.
        largest = directions[np.abs(directions).argmax(0), np.arange(len(variances))]
        directions = directions * np.sign(largest)
        scale = np.sqrt(variances + _FLOOR * variances[0])
        return cls(mean, (directions / scale)[:, :kept])

    def __call__(
        self, patches: Float[np.ndarray, "patches pixels"]
    ) -> Float[np.ndarray, "patches directions"]:
        """Patches [patches, pixels], whitened: [patches, directions].

        Args:
            patches: of as many pixels as it was fitted to.
        """
        return (patches - self.mean) @ self.weights

    def kept(self) -> dict[str, np.ndarray]:
        """Its arrays by name, from which `Whitening.of` makes it again."""
        return {"whitening_mean": self.mean, "whitening_weights": self.weights}

    @classmethod
    def of(cls, kept: Mapping[str, np.ndarray]) -> Whitening:
        """The whitening that `kept` was of.

        Args:
            kept: its arrays by name, of the shapes that they had.
        """
        return cls(np.asarray(kept["whitening_mean"]), np.asarray(kept["whitening_weights"]))
