"""What the embeddings of a comparison are like, beside what they get right: a metric a row."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import rich.table
from rich import box
from rich.text import Text

from experiments.tasks import Task


def _percent(value: float) -> str:
    return f"{100 * value:.1f}"


def _plain(value: float) -> str:
    return f"{value:.3g}"


def _whole(value: float) -> str:
    return f"{value:,.0f}"


@dataclasses.dataclass(frozen=True)
class _Line:
    """A metric: where it lies in a run's summary, and how it is shown."""

    title: str
    part: str
    name: str
    show: Callable[[float], str]


_ALIGNMENT = "alignment of word and word + s"
_BANDS = {"rare": "rare", "middle": "middling", "frequent": "frequent", "with_oov": "with unseen"}
_HEADLINES = [kind.headline for kind in Task.get_known_choices().values()]
_LINES = (
    *(
        _Line(f"{headline.named}, {which} words", "test", f"{headline.key}_{band}", headline.number)
        for headline in _HEADLINES
        for band, which in _BANDS.items()
    ),
    _Line("tokens covered %", "embedding", "coverage_by_token", _percent),
    _Line("types covered %", "embedding", "coverage_by_type", _percent),
    _Line("effective rank", "embedding", "effective_rank", _plain),
    _Line("partition isotropy", "embedding", "partition_isotropy", _plain),
    _Line("mean cosine", "embedding", "mean_cosine", _plain),
    _Line("uniformity", "embedding", "uniformity", _plain),
    _Line("hubness", "embedding", "hubness", _plain),
    _Line("silhouette by class", "embedding", "silhouette", _plain),
    _Line("norm–frequency correlation", "embedding", "norm_frequency_correlation", _plain),
    _Line(_ALIGNMENT, "embedding", "alignment", _plain),
    _Line("neighbours that another seed has %", "embedding", "neighbour_overlap_seeds", _percent),
    _Line("… that the look before had %", "embedding", "neighbour_overlap", _percent),
    _Line("words with the same rows", "embedding", "collisions_whole", _whole),
    _Line("… predicted, of words", "embedding", "collisions_whole_predicted", _whole),
    _Line("n-grams in all", "embedding", "ngrams", _whole),
    _Line("n-grams that share a row", "embedding", "ngram_collisions_whole", _whole),
    _Line("… predicted, of n-grams", "embedding", "ngram_collisions_whole_predicted", _whole),
)
#: What the caption says of a metric, where the table has it.
_EXPLAINED = {_ALIGNMENT: "Alignment: 0 where the two words of a pair have one direction, 2 at right angles."}
_CAPTION = "Means over seeds; metrics of the vectors are defined in embedlab.quality"


@dataclasses.dataclass(frozen=True)
class QualityTable:
    """The metrics of several embeddings, means over their seeds.

    Attributes:
        names: of the embeddings.
        cells: title of a metric → what is shown for each embedding; empty where it has none.
        caption: what the numbers are of.

    Example:
        >>> summary = {"test": {"accuracy_rare": 0.5}, "embedding": {"effective_rank": 12.25}}
        >>> print(quality_table({"dense": [summary]}).markdown())
        |                        | dense |
        |------------------------|------:|
        | accuracy %, rare words | 50.0 |
        | effective rank | 12.2 |
        <BLANKLINE>
        Means over seeds; metrics of the vectors are defined in embedlab.quality.
    """

    names: tuple[str, ...]
    cells: tuple[tuple[str, tuple[str, ...]], ...]
    caption: str

    def markdown(self) -> str:
        """A Markdown table."""
        longest = max((len(title) for title, _ in self.cells), default=0)
        head = f"| {' ' * longest} | {' | '.join(self.names)} |"
        rule = f"|{'-' * (longest + 2)}|{'|'.join('-' * (len(name) + 1) + ':' for name in self.names)}|"
        lines = [f"| {title} | {' | '.join(shown)} |" for title, shown in self.cells]
        return "\n".join([head, rule, *lines, "", self.caption])

    def rich(self) -> rich.table.Table:
        """For the terminal."""
        made = rich.table.Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
        made.caption, made.caption_justify = Text(self.caption), "left"
        made.add_column("")
        for name in self.names:
            made.add_column(name, justify="right", overflow="fold")
        for title, shown in self.cells:
            made.add_row(Text(title), *map(Text, shown))
        return made


def quality_table(
    summaries: Mapping[str, Sequence[Mapping[str, Any]]], words: int | None = None, sample: int | None = None
) -> QualityTable:
    """Makes the table from the summaries of each embedding's runs, one a seed.

    Args:
        summaries: by the embedding's name.
        words: how many words the metrics of vectors are of, the same for all; None for each one's own.
        sample: how many of them were measured.
    """
    cells = []
    for line in _LINES:
        shown = []
        for runs in summaries.values():
            values = [run[line.part][line.name] for run in runs if line.name in run[line.part]]
            shown.append(line.show(float(np.mean(values))) if values else "")
        if any(shown):
            cells.append((line.title, tuple(shown)))
    explained = [_EXPLAINED[title] for title, _ in cells if title in _EXPLAINED]
    return QualityTable(tuple(summaries), tuple(cells), " ".join([_caption(words, sample), *explained]))


def _caption(words: int | None, sample: int | None) -> str:
    if words is None:
        return f"{_CAPTION}."
    some = f"{sample:,} of " if sample and sample < words else ""
    return (
        f"{_CAPTION}, and are of the same words for all: {some}the {words:,} most frequent, which every one "
        "of them has."
    )
