"""Every kind the library has, put to the one contract."""

from __future__ import annotations

import numpy as np

from embedlab import ABSENT, Dense, Hashed, Normal, Subword
from embedlab.channels import Channels
from tests.embedlab.contract import Case, Contract

# Six words over eight buckets: one repeats an n-gram, one has none; the last has no row of its own.
NGRAMS = np.array(
    [
        [3, 7, 5, ABSENT],
        [0, 6, ABSENT, ABSENT],
        [7, 7, 2, 1],
        [ABSENT, ABSENT, ABSENT, ABSENT],
        [6, 3, 4, 1],
        [4, 5, 6, ABSENT],
    ],
    np.int32,
)
WORDS = {"ngrams": NGRAMS}
LEARNED = Normal(1.0)  # importance that is not all ones, so that it tells in values and gradients


class TestKinds(Contract):
    # Tables of 13 rows all, so that their initialiser is compiled once.
    cases = (
        Case("dense", Dense(13, 4), 52),
        Case("channels", Channels(13, 4), 52),
        Case("hashed", Hashed(1000, 4, buckets=13), 52),
        Case("hashed-signed", Hashed(1000, 4, buckets=13, signed=True, seed=7), 52, slow=True),
        Case(
            "hashed-importance",
            Hashed(13, 4, buckets=13, importance=13, importance_initialiser=LEARNED),
            52 + 26,
            slow=True,
        ),
        Case(
            "hashed-hashed-importance",
            Hashed(1000, 4, buckets=13, signed=True, importance=13, importance_initialiser=LEARNED),
            52 + 26,
            slow=True,
        ),
        Case("hashed-unbounded", Hashed(None, 4, buckets=13, importance=13), 52 + 26),
        Case("subword", Subword(5, 4, buckets=8), 52, WORDS, 96),
        Case("subword-no-own-row", Subword(5, 4, buckets=13, own_row=False), 52, WORDS, 96, slow=True),
    )
