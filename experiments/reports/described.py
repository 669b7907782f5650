"""What a baseline is, in words for a table's caption and a summary."""

from __future__ import annotations

import re
from collections.abc import Sequence

from experiments.config import BAG
from experiments.runs.outcome import Outcome
from experiments.tasks import Judge
from experiments.training.baselines import NGRAMS

_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?")


def described(outcome: Outcome, main: str, task: Judge) -> str:
    """What a baseline is, in a few words.

    Args:
        outcome: of the baseline.
        main: name of the embedding that the config is about.
        task: what judges it.
    """
    if "what" in outcome.of_each_run[0]:  # it says it itself
        return f"{outcome.name} {_of_folds([run['what'] for run in outcome.of_each_run])}"
    if outcome.name == task.majority:
        return f"{outcome.name} {task.guess}"
    if outcome.name == BAG:
        return (
            f"{outcome.name} is {main} in a plain bag, untuned: the encoder's own rate, batch, steps and "
            "dropout of words, without dropout or max-norm in the head"
        )
    runs = outcome.of_each_run
    chosen = [run["C"] for run in runs]
    found = " to ".join(dict.fromkeys(f"{C:g}" for C in (min(chosen), max(chosen))))
    passes = [run["passes"] for run in runs if run["passes"] and not run["settled"]]
    parts = [(run["read"], run["of"]) for run in runs if run.get("read", 0) < run.get("of", 0)]
    part = "".join(f", learns from {read:,} of {of:,} texts" for read, of in parts[:1])
    cut = f", stopped after {max(passes)} passes" if passes else ""
    return f"{outcome.name} reads {NGRAMS}, C = {found}{cut}{part}"


def _of_folds(told: Sequence[str]) -> str:
    """What the baseline of each fold says of itself, as one: of numbers that differ the range.

    Example:
        >>> _of_folds(["reads 64 pixels, C = 10", "reads 64 pixels, C = 0.1"])
        'reads 64 pixels, C = 0.1 to 10'
        >>> _of_folds(["counts codons, C = 1", "counts 4,096 6-mers, C = 1"])
        'counts codons, C = 1 (in the first fold)'
    """
    first = told[0]
    if all(each == first for each in told):
        return first
    if len({_NUMBER.sub("", each) for each in told}) > 1:
        return f"{first} (in the first fold)"
    ranges = [
        " to ".join(dict.fromkeys((min(each, key=_value), max(each, key=_value))))
        for each in zip(*map(_NUMBER.findall, told), strict=True)
    ]
    texts = _NUMBER.split(first)
    return texts[0] + "".join(a + b for a, b in zip(ranges, texts[1:], strict=True))


def _value(number: str) -> float:
    return float(number.replace(",", ""))
