"""A pretraining from its text to its vectors, in one workdir."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import json
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from embedlab.base import OpenVocabulary
from experiments.errors import Mistake, mistakes
from experiments.pretraining import output
from experiments.pretraining.config import Pretraining
from experiments.pretraining.encoded import Encoded, encode, require_unchanged
from experiments.pretraining.fit import Standing, fit
from experiments.pretraining.look import Looker
from experiments.pretraining.methods import Lesson
from experiments.reports.progress import RunProgress, progress
from experiments.reports.telling import telling
from experiments.runs import lock
from experiments.runs.checkpoints import Checkpoints
from experiments.runs.facts import x64
from experiments.runs.run import RunDirectory, commit, versions
from experiments.settings import codec
from experiments.training.stopwatch import Stopwatch
from experiments.vector_files import WHOLE

_CORPUS, _CHECKPOINTS = "corpus", "checkpoints"
_RESAMPLES = 2000
_NOISE = 1.25  # a single step may lie so far from the mean


def run(config: Pretraining, workdir: Path, console: Console, *, previous: bool = False) -> None:
    """Runs a pretraining in a workdir, or goes on with it; a finished one is only shown again.

    Args:
        config: the settings.
        workdir: where all is written; it is held alone meanwhile.
        console: where it is told.
        previous: whether a damaged checkpoint is set aside for the one before it.

    Raises:
        Mistake: the workdir or the text is refused; of a finished run, a text that has another size now.
        RunFailure: the loss is no number, or a file of an earlier time is damaged.
    """
    encoded = codec.encode(config)
    with lock.held(workdir):
        directory = RunDirectory(workdir)
        directory.check(encoded)
        summary = directory.summary
        if summary is not None:
            directory.verify()
            require_unchanged(summary["text"])
            _forget_text(directory)
            console.print(f"{workdir} is finished; nothing to do.", highlight=False, soft_wrap=True)
        else:
            summary = _run(config, encoded, directory, console, previous)
        _show(summary, workdir, console)


def _run(
    config: Pretraining, settings: dict[str, Any], directory: RunDirectory, console: Console, previous: bool
) -> dict[str, Any]:
    watch = Stopwatch()
    began = time.perf_counter()
    with mistakes("corpus"):
        config.corpus.files()  # what is wrong is said before anything is written
    Looker((), config.quality)
    with _begun(directory, settings):
        with watch("read"), telling("reading the text") as tell:
            most = getattr(config.embedding, "vocabulary", None)
            encoded = encode(config.corpus, most, directory.path / _CORPUS, tell)
        console.print(_about(encoded), highlight=False)
        with watch("prepare"), mistakes("embedding"):
            config = _fitted(config, encoded)
            buffers = _buffers(config, encoded)
        with watch("prepare"), mistakes("corpus"), telling("counting") as tell:
            lesson = config.method.lesson(config.embedding, encoded, config.train, config.seed, tell)
    with Checkpoints(
        directory.path / _CHECKPOINTS,
        facts={"x64": x64(), "vocabulary": _digest(encoded)},
        also=(directory.path / "metrics.jsonl",),
    ) as checkpoints:
        if previous and (step := checkpoints.drop_damaged()) is not None:
            place = checkpoints.folder / str(step)
            told = f"{place} is damaged and set aside: it goes on from the one before."
            console.print(told, highlight=False, soft_wrap=True)
        with progress(1, console) as shown:
            name = f"{codec.kind_name(config.embedding)} · {settings['method']['type']}"
            blocks = lesson.blocks * config.train.epochs
            news = shown.run(name, blocks, start=checkpoints.latest or 0, unit="block")
            log = _Log(directory, news, Looker(encoded.words, config.quality), lesson, blocks)
            params, standing = fit(
                lesson,
                config.train,
                seed=config.seed,
                buffers=buffers,
                checkpoints=checkpoints,
                on_start=log.begin,
                on_block=log.block,
                on_fault=log.fault,
            )
            news.trained(standing.blocks)
            with watch("write"):
                names = output.write(directory, config, encoded, lesson, params)
                similarity = log.look(params, _RESAMPLES)
            summary = _summary(config, encoded, lesson, standing, similarity, watch)
            summary["seconds"]["total"] = time.perf_counter() - began
            directory.finish(summary, *(["metrics.jsonl"] if log.wrote else []), *names)
            news.done(f"{len(encoded.words):,} vectors of dim {config.embedding.dim}")
    _forget_text(directory)
    return summary


@contextlib.contextmanager
def _begun(directory: RunDirectory, settings: dict[str, Any]) -> Iterator[None]:
    """Makes the folder this run's; where its text is refused within, it was none, and others may come."""
    new = directory.read("config.json") is None
    directory.claim(settings)
    try:
        yield
    except Mistake:
        if new:
            _forget_text(directory)
            (directory.path / "config.json").unlink(missing_ok=True)
        raise


def _forget_text(directory: RunDirectory) -> None:
    """The numbers of the text are as large as the text, and of no use once there are vectors."""
    shutil.rmtree(directory.path / _CORPUS, ignore_errors=True)


class _Log:
    """What a run writes while it trains: lines of metrics, and news for the progress."""

    def __init__(
        self, directory: RunDirectory, news: RunProgress, looker: Looker, lesson: Lesson, blocks: int
    ) -> None:
        self._directory, self._news, self._looker, self._lesson = directory, news, looker, lesson
        self._blocks = blocks

    def look(self, params: Mapping[str, Any], resamples: int = 0) -> dict[str, Any]:
        """What is asked of the vectors: see `Looker.look`."""
        return self._looker.look(functools.partial(self._lesson.vectors, params), resamples)

    @property
    def wrote(self) -> bool:
        """Whether there are lines."""
        return (self._directory.path / "metrics.jsonl").exists()

    def begin(self, standing: Standing) -> None:
        """From where the training goes on."""
        self._directory.rewind(standing.blocks)

    def fault(self, standing: Standing, what: str) -> None:
        """Where something became no number, which JSON has no sign for."""
        self._directory.log(step=standing.blocks, split="train", loss=None, fault=what)

    def block(self, standing: Standing, params: Mapping[str, Any]) -> None:
        """After each block."""
        times = self._looker.times
        done, before = (times * n // self._blocks for n in (standing.blocks, standing.blocks - 1))
        loss = standing.loss_a_word
        self._directory.log(step=standing.blocks, split="train", loss=loss)
        news: dict[str, float] = {"loss": loss}
        if done > before:
            found = self.look(params)
            if found:
                self._directory.log(step=standing.blocks, split="similarity", **found)
            news |= found
        self._news.compiled(standing.blocks)
        self._news.fast(standing.speed)
        self._news.update(standing.blocks, **news)


def _buffers(config: Pretraining, encoded: Encoded) -> dict[str, np.ndarray]:
    spec = config.embedding
    return dict(spec.word_buffers(encoded.words)) if isinstance(spec, OpenVocabulary) else {}


def _harm(standing: Standing) -> str:
    """What is said where the training did harm, though all numbers are finite; empty where it did not."""
    if standing.loss_a_word <= _NOISE * standing.untrained:
        return ""
    return (
        f"The loss is {standing.loss_a_word:.4g}, and was {standing.untrained:.4g} before training: these "
        "vectors are worse than none. Lower train.rate or train.batch, or give train.limit; with another "
        "--workdir."
    )


def _fitted(config: Pretraining, encoded: Encoded) -> Pretraining:
    """The settings with an embedding of no more ids than there are words, which saves their rows."""
    spec: Any = config.embedding
    if (getattr(spec, "vocabulary", None) or 0) <= len(encoded.words):  # of hashed ones it may be none
        return config
    return dataclasses.replace(config, embedding=dataclasses.replace(spec, vocabulary=len(encoded.words)))


def _digest(encoded: Encoded) -> str:
    return hashlib.sha256(json.dumps(encoded.words).encode()).hexdigest()


def _about(encoded: Encoded) -> str:
    known = int(encoded.counts.sum())
    share = 100 * known / max(1, encoded.raw_words)
    files = len(encoded.about["files"])
    told = (
        f"{encoded.raw_words:,} words in {files} file{'s' * (files > 1)}; {len(encoded.words):,} have an id, "
        f"which are {share:.1f} % of the text."
    )
    phrases = encoded.about["phrases"]
    if phrases["number"]:
        told += f" {phrases['number']:,} of them are phrases, as {', '.join(phrases['most_frequent'])}."
    return told


def _summary(
    config: Pretraining,
    encoded: Encoded,
    lesson: Lesson,
    standing: Standing,
    similarity: dict[str, Any],
    watch: Stopwatch,
) -> dict[str, Any]:
    return {
        "seed": config.seed,
        "words": len(encoded.words),
        "raw_words": encoded.raw_words,
        "dim": config.embedding.dim,
        "blocks": standing.blocks,
        "loss": standing.loss_a_word,
        "untrained_loss": standing.untrained,
        "harm": _harm(standing),
        "similarity": similarity,
        f"{lesson.unit}_per_second": standing.speed,
        "unit": lesson.unit,
        "text": encoded.about,
        "seconds": {**watch.seconds, "train": standing.seconds, "compile": standing.compiling},
        "x64": x64(),
        "versions": versions(),
        "commit": commit(),
    }


def _show(summary: dict[str, Any], workdir: Path, console: Console) -> None:
    """What came of it, and what to do with it."""
    if summary.get("harm"):
        console.print(summary["harm"], highlight=False)
    for title, found in summary["similarity"].items():
        console.print(
            f"{title}: {found['spearman']:.3f} ({found['low']:.3f} to {found['high']:.3f}), "
            f"{found['pairs']} of {found['of']} pairs",
            highlight=False,
        )
    console.print(f"Vectors: {workdir / 'vectors'}", highlight=False, soft_wrap=True)
    if (workdir / WHOLE).is_file():
        console.print(f"With their n-grams: {workdir / WHOLE}", highlight=False, soft_wrap=True)
