"""Several embeddings, several seeds and the baselines, on one split or in folds: runs what is to be run."""

from __future__ import annotations

import dataclasses
import functools
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console

from experiments import mesh
from experiments.comparisons import baseline_runs, leader, several
from experiments.comparisons.seeds import run_seeds
from experiments.config import BAG, Config
from experiments.documents.material import Material, read_folds, whole
from experiments.quality.shared_words import on_shared_words
from experiments.reports import report, rows
from experiments.reports.pooled import pooled
from experiments.reports.progress import Progress, progress
from experiments.runs import earlier, extension, fingerprint, layout, lock, targets
from experiments.runs.layout import Run, run_directories
from experiments.runs.outcome import Outcome
from experiments.runs.run import RunDirectory
from experiments.settings import codec
from experiments.tasks import Task
from experiments.training import optimizers
from experiments.training.lexicon import Lexicon, lexicon
from experiments.transfer.settle import settle
from experiments.transfer.summary import summary_of, told


def run(
    config: Config, workdir: Path, console: Console, *, previous: bool = False, fixed: bool = False
) -> None:
    """Runs a whole config in a workdir and shows its tables; a finished one is only shown again.

    Args:
        config: the settings.
        workdir: where all is written; it is held alone meanwhile.
        console: where results are shown.
        previous: whether a damaged checkpoint is set aside for the one before it.
        fixed: whether the embedding is to have the dim of the config, and not that of its vectors.

    Raises:
        Mistake: the settings of the training, the workdir, the data or an embedding is refused; before any
            training, and before anything is written that would keep the right command from the same workdir.
        RunFailure: a run fails, or a file of an earlier one is damaged.
    """
    optimizers.check(config.train)
    mesh.check(config.mesh)
    with lock.held(workdir):
        stored = RunDirectory(workdir).read("config.json")
        settled = settle(config, stored, fixed=fixed)
        if settled.told and stored is None:
            console.print(settled.told, highlight=False, soft_wrap=True)
        _run(settled.config, workdir, console, previous)
        leader.announce_end()


def _run(config: Config, workdir: Path, console: Console, previous: bool) -> None:
    started = time.perf_counter()
    directory, encoded = RunDirectory(workdir), codec.encode(config)
    directory.check(encoded)
    finished = is_finished(workdir, config)
    if not finished:
        earlier.require_same_numbers(_parts(workdir, config))
    if not finished and not previous:
        earlier.require_whole(_parts(workdir, config), config.train)
    with progress(kinds(config), console) as shown, shown.reading(encoded["data"]["type"]) as tell:
        materials = read_folds(config, tell, workdir)
    found = fingerprint.fingerprint(materials[0].dataset, *(each.splits for each in materials))
    if not finished:
        found |= materials[0].vectors_read
    fingerprint.require_same(directory, found)
    leader.announce_data(found)
    news = mesh.told(directory.read("config.json"), encoded)
    if news and not finished:
        console.print(news, highlight=False)
    lexicons = _Lexicons(workdir, materials)
    earlier.tell_of_changes(directory, config.train, encoded, console)
    if not finished:
        earlier.make_ready(directory, _parts(workdir, config), config.train, previous, console)
    directory.claim(encoded)
    fingerprint.keep(directory, found)
    targets.keep(workdir, materials)
    loaded = time.perf_counter() - started
    if finished:
        directory.verify(whole=False)
        console.print(f"{workdir} is finished; nothing to do.", highlight=False, soft_wrap=True)
    with progress(kinds(config), Console(quiet=True) if finished else console) as shown:
        shown.print(report.about(materials, loaded))
        shown.print(several.told(config))
        baselines, outcomes = _run_all(workdir, materials, lexicons, shown)
    material = whole(materials)
    made = rows.table(material, baselines, outcomes)
    shared = on_shared_words(run_directories(workdir, config), material)
    seconds = {"data": loaded, "total": time.perf_counter() - started}
    if not finished:
        report.write(directory, made, baselines, outcomes, shared, seconds)
    report.show(console, made, report.quality(outcomes, shared))
    if not finished:
        console.print(f"Written to {workdir} in {seconds['total']:.0f} s.", highlight=False)


def is_finished(workdir: Path, config: Config) -> bool:
    """Whether the table is written, of what it is to be of, and nothing of that has been taken away since."""
    directory, steps = RunDirectory(workdir), config.train.steps
    if not (workdir / "table.md").exists():
        return False
    if extension.has_other_baselines(directory.read("config.json") or {}, codec.encode(config)):
        return False
    return all(part.finished(steps) is not None for part in (directory, *_parts(workdir, config)))


def kinds(config: Config) -> list[str]:
    """A word for each run, in the order in which they are made: those of one word take alike long.

    Of embeddings that is so about enough, since the encoder and the steps are the same.
    """
    baselines = baseline_runs.directories(Path(), config)
    own = [name for name, runs in baselines.items() for _ in runs]
    trained = ["embedding"] * (len(layout.names(config)) * len(config.seeds))
    each = trained + own if config.stream else own + trained
    return each * len(layout.numbers(config))


def _parts(workdir: Path, config: Config) -> list[RunDirectory]:
    """Where all runs lie, those of the baselines among them."""
    parts = list(run_directories(workdir, config).values())
    for fold in layout.numbers(config):
        for runs in baseline_runs.directories(layout.folder(workdir, fold), config).values():
            parts += runs
    return parts


class _Lexicons:
    """Those of the embeddings that are still to be trained.

    The first that are needed are made at once, so that what is wrong with one is said before anything is
    written; those of other folds when it is their turn.
    """

    def __init__(self, workdir: Path, materials: Sequence[Material]) -> None:
        self._workdir = workdir
        self._ready: dict[int | None, dict[str, Lexicon]] = {}
        for material in materials:
            if made := self._made(material):
                self._ready[material.fold] = made
                return

    def of(self, material: Material) -> dict[str, Lexicon]:
        """By the embedding's name; they are kept no longer."""
        return self._ready.pop(material.fold, None) or self._made(material)

    def _made(self, material: Material) -> dict[str, Lexicon]:
        return {
            name: lexicon(
                own.embedding,
                dataclasses.replace(material, config=own),
                f"rivals.{name}" if name in material.config.rivals else "embedding",
            )
            for place, (name, own) in enumerate(layout.names(material.config).items())
            if any(
                each.finished(material.config.train.steps) is None
                for each in self._trained_with(material, name, place == 0)
            )
        }

    def _trained_with(self, material: Material, name: str, is_main: bool) -> list[RunDirectory]:
        """Where the runs lie that train an embedding on a split."""
        config, fold = material.config, material.fold
        found = [layout.run_directory(self._workdir, config, Run(name, seed, fold)) for seed in config.seeds]
        baselines = baseline_runs.directories(layout.folder(self._workdir, fold), config)
        return [*found, *(baselines.get(BAG, ()) if is_main else ())]


def _run_all(
    workdir: Path, materials: Sequence[Material], lexicons: _Lexicons, progress: Progress
) -> tuple[list[Outcome], list[Outcome]]:
    """What came of the baselines and of the embeddings, over the rows of all folds."""
    baselines, outcomes = [], []
    for material in materials:
        ready = lexicons.of(material)
        if material is materials[0]:
            progress.print(_began(ready, material))
        if material.config.stream:  # nobody wants to wait for what takes as long as the training
            outcomes.append(_run_embeddings(workdir, material, ready, progress))
        baselines.append(_run_baselines(workdir, material, ready, progress))
        if material is materials[0]:
            progress.print(report.strongest(baselines[0]))
        if not material.config.stream:
            outcomes.append(_run_embeddings(workdir, material, ready, progress))
    tested = [material.dataset.labels[material.splits.test] for material in materials]
    task = materials[0].config.task
    return _pooled(baselines, tested, task), _pooled(outcomes, tested, task)


def _began(ready: Mapping[str, Lexicon], material: Material) -> str:
    """What vectors tables are to begin with; of folds in the first."""
    said = [told(summary_of(each.start, material)) for each in ready.values()]
    return "\n".join(f"{text}." for text in dict.fromkeys(said) if text)


def _pooled(
    by_split: Sequence[Sequence[Outcome]], targets: Sequence[np.ndarray], task: Task
) -> list[Outcome]:
    return [pooled(parts, targets, task) for parts in zip(*by_split, strict=True)]


def _run_baselines(
    workdir: Path, material: Material, lexicons: Mapping[str, Lexicon], progress: Progress
) -> list[Outcome]:
    folder = layout.folder(workdir, material.fold)
    main = next(iter(layout.names(material.config)))
    return baseline_runs.run_baselines(folder, material, lambda: lexicons[main], progress)


def _run_embeddings(
    workdir: Path, material: Material, lexicons: Mapping[str, Lexicon], progress: Progress
) -> list[Outcome]:
    config, fold = material.config, material.fold
    outcomes = []
    for name, each in layout.names(config).items():
        own = dataclasses.replace(material, config=each)
        places = {seed: layout.run_directory(workdir, config, Run(name, seed, fold)) for seed in config.seeds}
        outcomes.append(run_seeds(name, places, own, functools.partial(lexicons.__getitem__, name), progress))
    return outcomes
