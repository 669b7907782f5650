"""Few widths, and each holds its document."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.documents.widths import widths


@pytest.mark.parametrize("most", [1, 16, 56, 1000])
def test_every_document_fits_and_few_widths_are_compiled(most: int) -> None:
    lengths = np.arange(most + 1)
    found = widths(lengths, most)
    assert (found >= lengths).all() and found.max() == most
    assert (found <= np.maximum(2 * lengths, 16)).all()
    assert len(np.unique(found)) <= max(1, np.ceil(np.log2(most)) - 3)
