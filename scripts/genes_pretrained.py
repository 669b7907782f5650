"""Whether vectors of k-mers that were pretrained on the training sequences help: begun with them, or drawn.

    EMBEDLAB_DATA=DIR PYTHONPATH=. python scripts/genes_pretrained.py configs/genes_family.py --workdir DIR \\
        [--epochs 10]

For each fold of the config: its training sequences as text (`experiments.genes.corpus`), skip-gram vectors of
its words (`experiments.pretrain`), and the config's embedding twice, begun with these vectors and drawn
(`experiments.genes --vectors`). Test sequences of a fold are in no text that its vectors are of. What is
finished is not made again. Prints both on all folds' test sequences, and the difference, paired by row, with
95 % intervals over groups of sequences that are alike.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from rich.console import Console

from embedlab import Dense
from embedlab.files import write_whole
from experiments.errors import Mistake
from experiments.genes import APPLICATION
from experiments.genes.config import GeneStudy
from experiments.genes.corpus import sequence_lines
from experiments.paths import expanded
from experiments.pretraining import Pretraining
from experiments.pretraining.run import run as pretrain
from experiments.pretraining.schedule import Schedule
from experiments.pretraining.source import Corpus
from experiments.process.parser import Parser
from experiments.process.program import guarded
from experiments.reports.bootstrap import Interval, mean_interval, paired_difference
from experiments.reports.console import open_console
from experiments.runs.found import found
from experiments.runs.results import Result
from experiments.settings import config_file
from experiments.study import comparison

BEGUN, DRAWN = "begun", "drawn"


def main() -> int:
    parser = Parser("python scripts/genes_pretrained.py", __doc__)
    parser.add_argument(
        "config", help="a config of experiments.genes with folds, of one embedding that is dense"
    )
    parser.add_argument("--workdir", required=True, type=Path, help="where all is written, or continued")
    parser.add_argument("--epochs", type=int, default=10, help="of pretraining (default 10)")
    given = parser.parse_args()
    return guarded(lambda: run(given.config, expanded(given.workdir), given.epochs))


def run(path: str, workdir: Path, epochs: int) -> int:
    """Trains what is not trained, and prints the figures."""
    config: Any = config_file.load(path, GeneStudy)
    if not isinstance(config.embedding, Dense) or not config.folds:
        raise Mistake(f"{path}: give one with folds and a Dense embedding, which can begin with vectors")
    console = open_console()
    for fold in range(config.folds):
        console.rule(f"fold {fold}")
        one = dataclasses.replace(config, only_folds=(fold,), baselines=False, vectors="", rivals={})
        run_fold(one, workdir / f"fold-{fold}", epochs, console)
    console.rule()
    console.print("\n".join(told(workdir, config.folds)), highlight=False, markup=False)
    return 0


def run_fold(config: GeneStudy, folder: Path, epochs: int, console: Console) -> None:
    """Vectors of one fold's training sequences, and the runs that begin with them, and without."""
    folder.mkdir(parents=True, exist_ok=True)
    (split,) = APPLICATION.read(config, lambda done, whole: None)
    text = folder / "kmers.txt"
    if not text.exists():
        lines = sequence_lines(split)
        write_whole({text: lambda file: file.writelines(line.encode() for line in lines)})
    spec: Any = config.embedding
    pretrain(
        Pretraining(
            Dense(spec.vocabulary, spec.dim),
            Corpus((str(text),), lower=False, min_count=1),
            train=Schedule(epochs=epochs),
        ),
        folder / "vectors",
        console,
    )
    study = dataclasses.replace(config, vectors=str(folder / "vectors"), rivals={DRAWN: spec})
    comparison.run(APPLICATION, study, folder / "runs", console)


def told(workdir: Path, folds: int) -> list[str]:
    """Both on the test rows of all folds, and how far they are apart."""
    runs = found([workdir / f"fold-{fold}" / "runs" for fold in range(folds)])
    sides = {BEGUN: "dense", DRAWN: DRAWN}
    tested = {side: Result(side, tuple(r for r in runs if r.name == name)) for side, name in sides.items()}
    scores, groups = {}, None
    for side, result in tested.items():
        if result.tested is None:
            raise Mistake(
                f"{workdir}: {side}: a run's predictions are missing; run this again in another workdir"
            )
        predicted, targets, groups = result.tested
        scores[side] = (predicted.argmax(2) == targets).astype(float)
    lines = [f"{side}: {_span(mean_interval(each, groups))} %" for side, each in scores.items()]
    apart = paired_difference(scores[BEGUN], scores[DRAWN], groups)
    return [*lines, f"{BEGUN} − {DRAWN}: {_span(apart, '+')} points"]


def _span(found: Interval, sign: str = "") -> str:
    mean, low, high = (
        f"{100 * value:{sign}.1f}".replace("-", "−") for value in (found.mean, found.low, found.high)
    )
    return f"{mean} ({low} to {high})"


if __name__ == "__main__":
    raise SystemExit(main())
