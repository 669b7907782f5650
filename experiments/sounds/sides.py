"""How recordings are split, and what is known of whose voices are on both sides."""

from __future__ import annotations

import dataclasses

import numpy as np

from experiments.data import Dataset, Splits, folds, split
from experiments.data.base import points, require_learnable
from experiments.sounds.clips import Clips
from experiments.tasks import CLASSES


def dataset(clips: Clips) -> Dataset:
    """Recordings as a data set, for which splits are drawn.

    Args:
        clips: two classes at least.

    Raises:
        ValueError: there is one class alone.
    """
    reader = CLASSES.reader()
    for label in clips.labels:
        reader.add(label)
    labels, classes = reader.finish()
    rows = {side: np.flatnonzero([found == side for found in clips.sides]) for side in ("valid", "test")}
    return Dataset(
        clips.title,
        clips.names,
        labels,
        classes,
        clips.groups,
        test_rows=rows["test"].astype(np.int32),
        valid_rows=rows["valid"].astype(np.int32),
    )


def by_recording(data: Dataset, count: int, seed: int) -> tuple[Splits, ...]:
    """One split, that of the data where they have one; or folds, where `count` is 2 or more.

    Args:
        data: recordings.
        count: of folds.
        seed: of what is drawn.

    Raises:
        ValueError: a side stays empty, or folds are asked for of data that have a test side.
    """
    return folds(data, count=count, seed=seed) if count > 1 else (split(data, seed=seed),)


def by_speaker(data: Dataset, speakers: tuple[str, ...], count: int, seed: int) -> tuple[Splits, ...]:
    """Folds of whole speakers: what is tested was said by voices that were never heard.

    Speakers are dealt out in the order of their names. A tenth of the other speakers' recordings is for
    validation, since a speaker more to learn from is worth more than a fair one to stop by: validation is of
    voices that are known, and better than test. Recordings equal to one on the test side are left out.

    Args:
        data: recordings; sides that they have are not used.
        speakers: who speaks in each.
        count: of folds, as many as speakers or fewer.
        seed: of the validation rows.

    Raises:
        ValueError: it is not known who speaks, there are other numbers of folds, or a class is only on the
            test side.
    """
    if not speakers:
        raise ValueError(
            "--data.by speaker: it is not known who speaks; name the column with --data.speaker, or where it "
            "stands in the files' names with --data.names"
        )
    everyone = sorted(set(speakers))
    if not 2 <= count <= len(everyone):
        raise ValueError(
            f"--folds {count}: there are {len(everyone)} speakers; give --folds {len(everyone)}, so that "
            "each in turn is left out, or 2 at least"
        )
    own = dataclasses.replace(data, test_rows=np.zeros(0, np.int32), valid_rows=np.zeros(0, np.int32))
    fold_of = np.array([everyone.index(name) % count for name in speakers])
    return tuple(_without(own, fold_of == number, [seed, number]) for number in range(count))


def _without(data: Dataset, tested: np.ndarray, seed: list[int], valid: float = 0.1) -> Splits:
    test, rest = np.flatnonzero(tested), np.flatnonzero(~tested)
    known = np.isin(data.groups[rest], data.groups[test])
    rest, dropped = rest[~known], rest[known]
    place = points(data.strata[rest], data.groups[rest], np.random.default_rng(seed), last_at_end=True)
    found = Splits(rest[place >= valid], rest[place < valid], test, dropped)
    require_learnable(data, found, "give fewer folds, or recordings of more speakers")
    return found


def leaks(clips: Clips, splits: Splits) -> tuple[str, ...]:
    """What was looked for of one split, and what was found, in sentences.

    Args:
        clips: that were split.
        splits: of them.
    """
    groups = clips.groups
    equal = len(groups) - len(np.unique(groups))
    both = np.isin(groups[splits.test], groups[splits.train]).sum()
    told = [
        f"Recordings equal to another one, to the bit: {equal:,} of {len(groups):,}; on both sides of the "
        f"split: {both:,}{f', since {len(splits.dropped):,} are left out' if len(splits.dropped) else ''}."
    ]
    if clips.speakers:
        names = np.array(clips.speakers)
        heard = np.unique(names[np.concatenate([splits.train, splits.valid])])
        tested = np.unique(names[splits.test])
        known = np.isin(tested, heard).sum()
        told.append(_heard(int(known), len(tested)))
    return tuple(told)


def _heard(known: int, tested: int) -> str:
    """How many of the voices tested are heard in training, in a sentence."""
    if not known:
        return "None of the voices tested is heard in training."
    if known == tested:
        return "Each of the voices tested is heard in training too: the figure is of known voices."
    return f"{known} of the {tested} voices tested {'is' if known == 1 else 'are'} heard in training too."
