"""Sequences of DNA, split: what is told of them, what they are measured against, what vectors begin as."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

import embedlab
from experiments.data import Dataset, Splits
from experiments.genes.alike import alike_groups
from experiments.genes.baselines import spectrum_logistic, word_logistic
from experiments.genes.begun import Begun
from experiments.genes.config import GeneStudy
from experiments.genes.data import Genes
from experiments.study.digests import digest
from experiments.study.learning import Learning
from experiments.study.sequences import Sequences
from experiments.study.sides import counts, known
from experiments.study.split import Baseline, Fit

_CUT = 0.1  # share of test sequences that are cut, from which on it is told below the table


class GeneSplit(Sequences):
    """One split of sequences of DNA."""

    def __init__(self, config: GeneStudy, dataset: Dataset, sides: Splits, fold: int | None) -> None:
        """Makes words of all sequences.

        Args:
            config: the settings.
            dataset: the sequences.
            sides: which are train, valid and test.
            fold: number of the fold.
        """
        self._genes, self._sequences = config, dataset.texts
        documents = [config.kmers.words(sequence) for sequence in dataset.texts]
        doubts = (*_leak(config.data, dataset, sides), *_cut(config, documents, sides))
        super().__init__(
            config,
            documents,
            dataset.labels,
            dataset.classes,
            dataset.groups,
            sides,
            title=dataset.name,
            about=(counts(dataset, sides), *dataset.notes, _grouped(config.data, dataset), *doubts),
            doubts=doubts,
            fingerprint={
                "sequences": digest(dataset.texts),
                "sides": digest([sides.train, sides.valid, sides.test]),
            },
            fold=fold,
        )
        self.groups_of = "alike sequences" if config.data.alike else "equal sequences"

    def learning(self, spec: embedlab.Embedding, where: str) -> Learning:
        """See `Split.learning`; the main embedding begins with the vectors that are given."""
        if self._genes.vectors and where == "embedding":
            return Begun(self, spec, self.vocabulary(spec, where), self._genes.vectors)
        return super().learning(spec, where)

    def baselines(self) -> Mapping[str, Baseline]:
        """The largest class, linear models of k-mer counts, and of words with places or of amino acids."""
        task, kmers, classes = self.settings.task, self._genes.kmers, len(self.names)

        def counted() -> Fit:
            return spectrum_logistic(self._sequences, self.labels, classes, self.sides, kmers)

        def of_words() -> Fit:
            documents = [kmers.words(sequence) for sequence in self._sequences]
            return word_logistic(documents, self.labels, classes, self.sides)

        same = "place-logistic" if kmers.positions != "none" else "amino-logistic" if kmers.translate else ""
        return {
            task.majority: self.largest,
            "kmer-logistic": counted,
            **({same: of_words} if same else {}),
        }


def _grouped(data: Genes, dataset: Dataset) -> str:
    sizes = np.bincount(dataset.groups)
    what = f"that have {data.alike:.0%} of their {data.alike_k}-letter runs in common" if data.alike else ""
    alike = f"sequences {what}" if data.alike else "equal sequences"
    return (
        f"{len(sizes):,} groups of {alike}, each on one side; {int(sizes[sizes > 1].sum()):,} rows are in "
        "a group with another."
    )


def _leak(data: Genes, dataset: Dataset, sides: Splits) -> tuple[str, ...]:
    """What is known of alike sequences on both sides, where equal ones alone are kept together."""
    if data.alike:
        return ()
    try:
        near = known(alike_groups(dataset.texts), sides)
    except ValueError:
        return ("Sequences that are alike were not looked for: too many share a run of letters.",)
    if not near:
        return ()
    return (
        f"Of {near:,} of the {len(sides.test):,} test sequences ({near / len(sides.test):.0%}) one that is "
        "alike, a transcript of the same gene say, is among those learnt from: --data.alike 0.3 keeps them "
        "on one side.",
    )


def _cut(config: GeneStudy, documents: list[list[str]], sides: Splits) -> tuple[str, ...]:
    longer = sum(len(documents[row]) > config.max_length for row in sides.test.tolist())
    if longer < _CUT * len(sides.test):
        return ()
    return (
        f"{longer:,} of the {len(sides.test):,} test sequences have more than {config.max_length:,} words "
        "and are cut; the linear model reads them whole. A greater max_length reads more.",
    )
