"""What the losses of word models have in common: a name to choose them by."""

from __future__ import annotations


class Objective:
    """A loss of `WordModel`: negative sampling, sampled softmax, or hierarchical softmax.

    Example:
        >>> from embedlab.pretrain import HierarchicalSoftmax
        >>> isinstance(HierarchicalSoftmax(), Objective)
        True

    Source: none.
    """
