"""What tables know of the labels before anything is trained."""

from __future__ import annotations

import dataclasses

from embedlab.checks import require
from experiments.checks import finite


@dataclasses.dataclass(frozen=True)
class Prior:
    """Naive Bayes as a beginning: log-count ratios of the training labels, that are trained from there.

    With `ratios` each word's vector has one number a class more, before the others,

        r_c(t) = ratios · ln( p_c(t) / mean_{d ≠ c} p_d(t) ),   p_c(t) = (n_c(t) + smoothing) / Σ_t (…),

    of the n_c(t) training documents of class c that hold t. A bag of them with a linear head is naive Bayes;
    the steps of a training make a logistic regression of it, and early stopping says how far. Where words
    share rows, a row has the ratio of the counts of all that read it.

    Attributes:
        ratios: factor of the ratios; 0 for none. A mean over a document is small, and takes a larger factor
            than a sum over √n does.
        smoothing: documents that are added to each count.

    Raises:
        ValueError: a factor that is no finite number of at least 0, or a smoothing that is not above 0.

    Example:
        >>> Prior(ratios=1.0)
        Prior(ratios=1.0, smoothing=1.0)

    Reference: Wang & Manning 2012, "Baselines and bigrams: simple, good sentiment and topic classification".
    """

    ratios: float = 0.0
    smoothing: float = 1.0

    def __post_init__(self) -> None:
        fits = finite(self.ratios) and self.ratios >= 0
        require(fits, "ratios", self.ratios, "give a finite number of at least 0; 0 for none")
        fits = finite(self.smoothing) and self.smoothing > 0
        require(fits, "smoothing", self.smoothing, "give a finite number above 0")
