"""What in the data lets a score seem better, or worse, than it is: told at the start and below the table.

Source: the project's own rules.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from experiments.config import Config
from experiments.documents.across import Near
from experiments.documents.material import Material
from experiments.tasks.names import is_number, some

_NOTABLE = 0.01  # share of test rows with a near-duplicate in training, from which on it is told


@dataclasses.dataclass(frozen=True)
class Doubts:
    """What to know of the data before a score is believed.

    Attributes:
        cut: test documents that are longer than what is read of them; None where it is not known.
        sentences: what else there is to say, in words.
        facts: the same as values for a summary, whether there is anything to say or not: `cut`;
            `near_duplicates`, test rows with a near-duplicate among the training rows, `of` so many looked
            at (both null where none were); `single`, the classes or labels of one row.
    """

    cut: int | None
    sentences: tuple[str, ...]
    facts: dict[str, Any]


def doubts(material: Material) -> Doubts:
    """What is doubtful in the data of a run, or of all its folds together.

    Args:
        material: with the test rows that the scores are of.
    """
    data, near = material.dataset, material.near
    known = material.corpus.cut
    cut = None if known is None else int(known[material.splits.test].sum())
    counts = data.task.rows_of(data.labels, data.classes)
    single = [data.classes[number] for number in np.flatnonzero(counts == 1)]
    told = (_told_of_near(near, material.config), _told_of_single(single, material))
    looked = bool(near.looked_at)
    facts = {
        "cut": cut,
        "near_duplicates": near.found if looked else None,
        "of": near.looked_at if looked else None,
        "single": single,
    }
    return Doubts(cut, tuple(sentence for sentence in told if sentence), facts)


def _told_of_near(near: Near, config: Config) -> str:
    if near.why_not:
        return f"Near-duplicates of test rows in training were not looked for: {near.why_not}."
    if near.found < _NOTABLE * near.looked_at or not near.found:
        return ""
    flag = "; --data.near_duplicates true keeps such rows on one side"
    return (
        f"Of {near.looked_at:,} test rows {near.found:,} have a near-duplicate in training, which flatters "
        f"scores{flag if hasattr(config.data, 'near_duplicates') else ''}."
    )


def _told_of_single(single: list[str], material: Material) -> str:
    data, source = material.dataset, material.config.data
    if not single:
        return ""
    remedy = ""
    several = data.labels.ndim > 1
    if all(map(is_number, single)) and not several:
        remedy = "; numbers are learnt as such with --task.type value"
    elif hasattr(source, "aliases"):
        remedy = "; if it is mistyped, say what it means with --data.aliases found=meant"
    verb = "has" if len(single) == 1 else "have"
    return (
        f"{len(single):,} of {len(data.classes):,} {'labels' if several else 'classes'} {verb} one row alone "
        f"({some(single)}), which can't be both learnt and tested{remedy}."
    )
