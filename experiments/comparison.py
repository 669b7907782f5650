"""Several embeddings, several seeds and the baselines on one split: runs what is not finished yet."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import numpy as np
from rich.console import Console

import embedlab
from experiments import baseline_runs, codec, fingerprint, optimizers, report, rows
from experiments.config import Config
from experiments.lexicon import Lexicon, lexicon
from experiments.material import Material, read
from experiments.outcome import Outcome, scores, told
from experiments.progress import Progress, progress
from experiments.run import RunDirectory
from experiments.shared_words import on_shared_words
from experiments.single import prepare, run_one


def run(config: Config, workdir: Path, console: Console) -> None:
    """Runs a whole config in a workdir and shows its tables; a finished one is only shown again.

    Raises:
        Mistake: the settings of the training, the workdir, the data or an embedding is refused; before any
            training, and before anything is written that would keep the right command from the same workdir.
        RunFailure: a run fails.
    """
    started = time.perf_counter()
    optimizers.check(config.train)
    directory, encoded = RunDirectory(workdir), codec.encode(config)
    directory.check(encoded)
    finished = is_finished(workdir, config)
    with progress(_count(config), console) as shown, shown.reading(encoded["data"]["type"]) as tell:
        material = read(config, tell)
    found = fingerprint.fingerprint(material.dataset, material.splits)
    fingerprint.require_same(directory, found)
    lexicons = {} if finished else _lexicons(workdir, material)
    directory.claim(encoded)
    fingerprint.keep(directory, found)
    loaded = time.perf_counter() - started
    if finished:
        console.print(f"{workdir} is finished; nothing to do.", highlight=False)
    with progress(_count(config), Console(quiet=True) if finished else console) as shown:
        shown.print(report.about(material, loaded))
        baselines = baseline_runs.run_baselines(workdir, material, shown) if config.baselines else []
        shown.print(report.strongest(baselines))
        outcomes = _run_all(workdir, material, lexicons, shown)
    made = rows.table(material, baselines, outcomes)
    shared = on_shared_words(_directories(workdir, config), material)
    seconds = {"data": loaded, "total": time.perf_counter() - started}
    if not finished:
        report.write(directory, _directories(workdir, config), made, outcomes, shared, seconds)
    report.show(console, made, report.quality(outcomes, shared))
    if not finished:
        console.print(f"Written to {workdir} in {seconds['total']:.0f} s.", highlight=False)


def _count(config: Config) -> int:
    """How many runs there are, baselines among them."""
    baselines = len(baseline_runs.directories(Path())) if config.baselines else 0
    return len(names(config)) * len(config.seeds) + baselines


def names(config: Config) -> dict[str, embedlab.Embedding]:
    """Every embedding of a config by its name; the reference is named after its kind."""
    name = codec.kind_name(config.embedding)
    while name in config.rivals:
        name += "-reference"
    return {name: config.embedding, **config.rivals}


def run_directory(workdir: Path, config: Config, name: str, seed: int) -> RunDirectory:
    """Where a run lies: the workdir itself if it is the only one."""
    alone = not config.rivals and len(config.seeds) == 1
    return RunDirectory(workdir if alone else workdir / name / f"seed-{seed}")


def is_finished(workdir: Path, config: Config) -> bool:
    """Whether the table is written, and nothing that it was made of has been taken away since."""
    parts = [RunDirectory(workdir), *_directories(workdir, config).values()]
    if config.baselines:
        parts += baseline_runs.directories(workdir).values()
    return (workdir / "table.md").exists() and all(part.summary is not None for part in parts)


def _directories(workdir: Path, config: Config) -> dict[tuple[str, int], RunDirectory]:
    pairs = [(name, seed) for name in names(config) for seed in config.seeds]
    return {pair: run_directory(workdir, config, *pair) for pair in pairs}


def _lexicons(workdir: Path, material: Material) -> dict[str, Lexicon]:
    """Those of the embeddings that are still to be trained: what is wrong with one is said at once."""
    config = material.config
    found = {}
    for place, (name, spec) in enumerate(names(config).items()):
        if any(run_directory(workdir, config, name, seed).summary is None for seed in config.seeds):
            found[name] = lexicon(spec, material, f"rivals.{name}" if place else "embedding")
    return found


def _run_all(
    workdir: Path, material: Material, lexicons: dict[str, Lexicon], progress: Progress
) -> list[Outcome]:
    """Trains every embedding with every seed; finished runs are read back, not repeated."""
    config = material.config
    labels = material.dataset.labels[material.splits.test]
    outcomes = []
    for name, spec in names(config).items():
        own = dataclasses.replace(config, embedding=spec, rivals={})
        summaries, found, prepared = [], [], None
        for seed in config.seeds:
            directory = run_directory(workdir, config, name, seed)
            if directory.path != workdir:
                directory.claim(codec.encode(dataclasses.replace(own, seeds=(seed,))))
            summary = directory.summary
            if summary is None:
                prepared = prepared or prepare(lexicons[name], material)
                summary = run_one(directory, prepared, name, seed, progress)
            else:
                progress.skip(f"{name} · seed {seed}", told(summary))
            summaries.append(summary)
            found.append(scores(directory, labels))
        outcomes.append(Outcome(name, np.stack(found), summaries))
    return outcomes
