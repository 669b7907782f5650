"""What a figure is of: folders, or runs that were found in them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import cast

from experiments.runs.chosen import chosen
from experiments.runs.found import found
from experiments.runs.found_run import FAILED, FINISHED, UNFINISHED, FoundRun
from experiments.runs.results import Result, results

Given = str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | Sequence[FoundRun]


def runs_of(given: Given) -> list[FoundRun]:
    """The runs, in order.

    Raises:
        Mistake: a folder holds no run.
    """
    several = [given] if isinstance(given, str | os.PathLike) else list(given)
    if all(isinstance(each, FoundRun) for each in several):
        return cast(list[FoundRun], several)
    return chosen(found(cast(Sequence[str], several)))


def begun(runs: Sequence[FoundRun]) -> list[Result]:
    """All trainings and baselines, finished or not; damaged ones are left out."""
    return results(runs, states=(FINISHED, UNFINISHED, FAILED), pretrained=True)


def embeddings(runs: Sequence[FoundRun]) -> list[Result]:
    """The finished trainings, without baselines."""
    return [each for each in results(runs, pretrained=True) if not each.is_baseline]
