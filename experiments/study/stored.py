"""A finished run of an application as a model: new lines in, answers out."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import jax

from embedlab.text import Vocabulary
from embedlab.vectors import Vectors
from embedlab.vectors import load as load_vectors
from experiments.errors import Mistake, mistakes
from experiments.runs.run import RunDirectory
from experiments.runs.stored import best_run, drawn, trained
from experiments.study import fitting, kept, registry
from experiments.study.application import Answering, Application, Stored


@dataclasses.dataclass(frozen=True, eq=False)
class Model:
    """A trained model of an application.

    Attributes:
        application: whose it is.
        stored: what the run left, but for its arrays.
        answering: what answers for new rows.
        parameters: its arrays, those of the best validation loss.
        folder: the run's.
    """

    application: Application
    stored: Stored
    answering: Answering
    parameters: dict[str, Any]
    folder: Path

    @property
    def vectors(self) -> Vectors:
        """The vectors of all words that it knows."""
        return load_vectors(self.folder / "vectors")

    def predict(self, lines: Iterable[str], header: str = "") -> list[tuple[str, ...]]:
        """An answer for each line, in columns.

        Args:
            lines: as a file of them has them; see `answering.about`.
            header: the line that names the columns, where `answering.has_header`.

        Raises:
            TypeError: `lines` is one string, whose letters would be taken for lines, or holds something else.
            ValueError: a line is malformed; says the how many-th it is.
        """
        if isinstance(lines, str):
            raise TypeError(f"lines={lines!r}: this is one string; give a list of lines, as [{lines!r}]")
        lines = list(lines)
        odd = [line for line in lines if not isinstance(line, str)]
        if odd:
            raise TypeError(f"lines: {odd[0]!r} is no string; give a list of lines")
        return list(self.answers(lines, header)) if lines else []

    def answers(self, lines: Sequence[str], header: str = "") -> Iterator[tuple[str, ...]]:
        """An answer for each of some lines; see `predict`."""
        yield from self.answering.answers(self.parameters, lines, header)


def load(folder: str | os.PathLike[str]) -> Model:
    """The model of a finished run of an application; of a comparison, the run that did best on validation.

    Args:
        folder: the --workdir of a finished run, or of a comparison.

    Raises:
        Mistake: the folder holds no finished run, its summary names none, or there is no such application.
        RunFailure: a file of the run is damaged.
    """
    directory = best_run(RunDirectory(Path(folder)))
    config, summary = directory.read("config.json"), directory.summary
    if config is None or summary is None or "classes" not in summary:
        raise Mistake(f"{directory.path}: the run's config or summary is missing; train again")
    directory.verify()
    application, decoded = registry.decode_run(directory.path / "config.json", config)
    with mistakes(str(directory.path)):
        vocabulary = Vocabulary.load(directory.path / "vocabulary.json")
        spec = fitting.resized(decoded.embedding, summary.get(fitting.SIZES, {}))
        decoded = dataclasses.replace(decoded, embedding=spec)
        stored = Stored(decoded, vocabulary, tuple(summary["classes"]), kept.load(directory.path))
        answering = application.answering(stored)
    own: Any = drawn(answering.learner.spec)
    learner: Any = dataclasses.replace(answering.learner, spec=own)  # type: ignore[type-var]
    parameters = trained(directory, lambda: learner.init(jax.random.key(0), answering.buffers), vocabulary)
    return Model(application, stored, answering, parameters, directory.path)
