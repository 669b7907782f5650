"""What a run's pretrained vectors were, as its summary has it and a reader is told."""

from __future__ import annotations

from typing import Any

from experiments.documents.material import Material
from experiments.transfer.start import Start

_WAYS = {"by_form": "another form", "by_ngrams": "n-grams"}


def summary_of(start: Start | None, material: Material) -> dict[str, Any]:
    """Which vectors a run began with, and how many of the words have one; nothing where none were given.

    Args:
        start: what its tables began as; None where they were drawn.
        material: what it was trained on.
    """
    transfer = material.config.transfer
    if not transfer.vectors:
        return {}
    found: dict[str, Any] = {"vectors": transfer.vectors, "mode": transfer.mode}
    if start is not None:
        coverage, test = start.coverage, material.test_counts
        known = sum(count for word, count in test.items() if word in start.covered)
        found |= {
            "types": coverage.types,
            "exact": coverage.exact,
            "by_form": coverage.by_form,
            "by_ngrams": coverage.by_ngrams,
            "coverage_by_type": coverage.known / max(1, coverage.types),
            "coverage_by_token": coverage.known_tokens / max(1, coverage.tokens),
            "coverage_by_token_test": known / max(1, test.total()),
            "missing": list(coverage.missing),
            "unseen": start.unseen,
        }
    return {"transfer": found}


def told(summary: dict[str, Any]) -> str:
    """What vectors a run began with, without a full stop; empty where its tables were drawn.

    Args:
        summary: of the run.

    Example:
        >>> found = {"vectors": "a.txt", "mode": "static", "types": 4, "exact": 2, "by_form": 1}
        >>> found |= {"by_ngrams": 0, "unseen": 5, "coverage_by_type": 0.75, "coverage_by_token": 0.9}
        >>> found |= {"coverage_by_token_test": 0.8}
        >>> print(told({"transfer": found}))
        a.txt has vectors for 3 of 4 words (75.0 %; 1 by another form), 90.0 % of what is read in training and
        80.0 % in test, with those of 5 further words
    """
    found = summary.get("transfer", {})
    if "types" not in found:
        return ""
    known = found["exact"] + found["by_form"] + found["by_ngrams"]
    ways = [f"{found[key]:,} by {how}" for key, how in _WAYS.items() if found[key]]
    share = "; ".join([f"{100 * found['coverage_by_type']:.1f} %", *ways])
    train, test = (100 * found[f"coverage_by_token{side}"] for side in ("", "_test"))
    further = f", with those of {found['unseen']:,} further words" if found["unseen"] else ""
    return (
        f"{found['vectors']} has vectors for {known:,} of {found['types']:,} words ({share}), {train:.1f} % "
        f"of what is read in training and {test:.1f} % in test{further}"
    )
