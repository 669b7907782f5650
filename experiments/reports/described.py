"""What a baseline is, in words for a table's caption and a summary."""

from __future__ import annotations

from experiments.config import BAG
from experiments.runs.outcome import Outcome
from experiments.tasks import Judge
from experiments.training.baselines import NGRAMS


def described(outcome: Outcome, main: str, task: Judge) -> str:
    """What a baseline is, in a few words.

    Args:
        outcome: of the baseline.
        main: name of the embedding that the config is about.
        task: what judges it.
    """
    if "what" in outcome.of_each_run[0]:  # it says it itself
        return f"{outcome.name} {outcome.of_each_run[0]['what']}"
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
