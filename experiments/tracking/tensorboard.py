"""TensorBoard: an event file a run, and its words in the Projector when it is finished."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tensorboardX import SummaryWriter

from embedlab.vectors import Vectors, load, write
from experiments.runs.observers import Line
from experiments.tracking.metrics import scalars

_OWN = ".embedlab"  # the end of the names of event files that are ours
_MOST_WORDS = 10_000  # that the Projector shows; it lays out no more than that at once


class TensorBoard:
    """Writes event files by tensorboardX, and folders for the Projector by embedlab.

    A run that goes on has its event file written anew, from `metrics.jsonl` as far as that stands: an event
    file can't be taken back, and a step that is in two files would be shown twice.
    """

    def __init__(self, folder: Path, workdir: Path) -> None:
        """Takes where to write.

        Args:
            folder: where event files lie, in folders as the runs in the workdir.
            workdir: of the runs.
        """
        self._folder, self._workdir = folder, workdir
        self._writers: dict[Path, SummaryWriter] = {}

    def begun(self, run: Path, lines: Sequence[Line]) -> None:
        """See `Observer`."""
        folder = self._folder / run.relative_to(self._workdir)
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"events.out.tfevents.*{_OWN}"):
            old.unlink()
        self._writers[run] = SummaryWriter(str(folder), filename_suffix=_OWN)
        self._writers[run].add_text("config", _indented(run / "config.json"), 0)
        for each in lines:
            self.line(run, each)

    def line(self, run: Path, line: Line) -> None:
        """See `Observer`."""
        for name, value in scalars(line).items():
            self._writers[run].add_scalar(name, value, line["step"])

    def finished(self, run: Path) -> None:
        """See `Observer`."""
        writer = self._writers.pop(run, None)
        if writer is None:  # a baseline, or a comparison
            return
        writer.close()
        vectors = load(run / "vectors")
        shown = Vectors(vectors.words[:_MOST_WORDS], vectors.matrix[:_MOST_WORDS])
        write(shown, writer.logdir, format="projector", unfit="drop")

    def close(self) -> None:
        """See `Observer`."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()


def _indented(file: Path) -> str:
    """A file's text as Markdown shows it: word for word."""
    return "".join(f"    {line}\n" for line in file.read_text("utf-8").splitlines())
