"""What an experiment is told: typed frozen dataclasses that hold the library's own specs.

Each setting has one home. How many words there are, for one, is the embedding's `vocabulary`: the most
frequent words of the training documents, as many as it has ids for.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Literal, get_args

import embedlab
from embedlab.checks import require, require_count
from experiments.checks import MOST, finite, require_bool, require_choice, require_limit
from experiments.data import Docstrings, Source
from experiments.encoders import Bag, Encoder
from experiments.head import Head
from experiments.mesh import Mesh
from experiments.tasks import Classes, Task

Optimizer = Literal["adam", "adagrad", "sgd", "momentum", "row_adagrad", "row_adam"]
Update = Literal["auto", "sparse", "dense"]
Rounding = Literal["nearest", "stochastic"]
Schedule = Literal["constant", "linear", "cosine"]

BAG = "bag"  # the baseline that is the embedding in a plain bag
_LONGEST_RUN = 5  # words; longer runs hardly ever occur twice
_MOST_FOLDS = 10_000
_MOST_STEPS = 2**31 - 1  # steps are counted in 32 bits
_TAKEN = (BAG, "baselines")  # no rival is called as a row of the table, or as the folder of those


# Checks come first: the defaults of `Config` are made, and so checked, while this file is read.


def _require_counts(settings: object, most: int, *fields: str, least: int = 1) -> None:
    for field in fields:
        value = getattr(settings, field)
        require_count(field, value, least=least)
        require(value <= most, field, value, f"give at most {most}")


def _require_seed(field: str, value: int) -> None:
    require_count(field, value, least=0)
    require(value < 2**32, field, value, "give a seed below 2**32")


def _require_embedding(field: str, value: object) -> None:
    # A class has the protocol's members too, so it is asked for by itself.
    made = isinstance(value, embedlab.Embedding) and not isinstance(value, type)
    require(made, field, value, "give a spec, such as embedlab.Dense(vocabulary=16384, dim=64)")


@dataclasses.dataclass(frozen=True)
class Text:
    """How a document becomes tokens.

    Attributes:
        lower: whether letters are lowered first.
        words_only: whether marks are left out and identifiers parted at underscores, so that only words
            stay; else each mark is a token.
        min_count: times that a word occurs in the training documents, at least, to have an id.
        max_length: tokens kept of a document; those after them are cut off.
        ngrams: words of the longest run that has an id of its own; with 2, every two neighbours are a word
            more, after the words themselves. For encoders that do not read the order of words (bag, dan):
            others would take them for a text that goes on, and are refused.

    Raises:
        ValueError: a count below 1, a length above 2²⁰, runs of more than 5 words, or a switch that is no
            bool.

    Example:
        >>> Text(min_count=2)
        Text(lower=True, words_only=False, min_count=2, max_length=64, ngrams=1)
    """

    lower: bool = True
    words_only: bool = False
    min_count: int = 1
    max_length: int = 64
    ngrams: int = 1

    def __post_init__(self) -> None:
        for field in ("lower", "words_only"):
            require_bool(field, getattr(self, field))
        require_count("min_count", self.min_count)
        _require_counts(self, MOST, "max_length")
        _require_counts(self, _LONGEST_RUN, "ngrams")

    @property
    def longest(self) -> int:
        """The most ids that a document has, n-grams among them."""
        return sum(max(self.max_length - n, 0) for n in range(self.ngrams))


@dataclasses.dataclass(frozen=True)
class Train:
    """How a model is trained.

    Attributes:
        optimizer: what takes the steps; momentum is SGD with 0.9 of it, and the row_ kinds keep one number
            a row where the others keep one an entry.
        rate: learning rate.
        update: how tables are trained: sparse, where a step costs what it reads; dense, where it costs a
            pass over the table; or auto, dense for those with fewer rows than 8 ids a document read in a
            batch, and sparse for all others and with settings that are for rows.
        exact: whether adam and momentum move rows in steps that do not read them, as dense updates do;
            else a row rests until it is read, as with torch's SparseAdam.
        weight_decay: part of every weight that a step takes away, times the rate, as in AdamW; below
            1 / rate, 0 for none.
        l2: factor of the L2 penalty on the rows that a batch uses; 0 for none.
        l2_layers: factor of the L2 penalty on the matrices of encoder and head, biases aside; 0 for none.
        clip: greatest norm of all gradients together; none for no limit.
        max_norm: greatest length of a table's row after its update; none for no limit.
        warmup: steps in which the rate rises to its height; 0 for none.
        schedule: what the rate does after the warm-up: constant, or fall to nothing by the last of `steps`,
            linear as a line or cosine as half a wave. Early stopping may end the training on the way.
        freeze_until: step before which tables rest, and the encoder alone is trained; 0 for none.
        rounding: how an update is rounded to a table of bfloat16; stochastic lets small ones through on
            average.
        batch: documents a step.
        steps: steps at most; early stopping may end the training before.
        evaluate_every: steps between two evaluations on the validation documents.
        evaluate_rows: validation documents that an evaluation looks at, evenly taken; none for all of them.
        patience: evaluations without a lower validation loss after which training stops.
        checkpoint_seconds: seconds between two checkpoints; 0 for one at every evaluation.
        dropout: words and components dropped in training.

    Raises:
        ValueError: a rate that is not a positive finite number, a count below 1, a batch above 2²⁰, steps
            that 32 bits can't count, another value that its field does not take, or one that needs another
            `update`, `optimizer` or `rate`, or more `steps`.

    Example:
        >>> Train(rate=0.02, steps=300).rate
        0.02
    """

    optimizer: Optimizer = "adam"
    rate: float = 0.01
    update: Update = "auto"
    exact: bool = False
    weight_decay: float = 0.0
    l2: float = 0.0
    l2_layers: float = 0.0
    clip: float | None = None
    max_norm: float | None = None
    warmup: int = 0
    schedule: Schedule = "constant"
    freeze_until: int = 0
    rounding: Rounding = "nearest"
    batch: int = 256
    steps: int = 600
    evaluate_every: int = 50
    evaluate_rows: int | None = None
    patience: int = 4
    checkpoint_seconds: float = 60.0
    dropout: embedlab.Dropout = embedlab.Dropout()

    def __post_init__(self) -> None:
        named = {"optimizer": Optimizer, "update": Update, "rounding": Rounding, "schedule": Schedule}
        for field, kind in named.items():
            require_choice(field, getattr(self, field), get_args(kind))
        require(finite(self.rate) and self.rate > 0, "rate", self.rate, "give a finite number above 0")
        require_bool("exact", self.exact)
        _require_counts(self, MOST, "batch")
        _require_counts(self, _MOST_STEPS, "steps", "evaluate_every", "patience")
        if self.evaluate_rows is not None:
            _require_counts(self, _MOST_STEPS, "evaluate_rows")
        _require_counts(self, _MOST_STEPS, "warmup", "freeze_until", least=0)
        for field in ("checkpoint_seconds", "l2", "l2_layers", "weight_decay"):
            value = getattr(self, field)
            require(finite(value) and value >= 0, field, value, "give a finite number of at least 0")
        for field in ("clip", "max_norm"):
            require_limit(field, getattr(self, field))
        is_dropout = isinstance(self.dropout, embedlab.Dropout)
        require(is_dropout, "dropout", self.dropout, "give an embedlab.Dropout(words=…, components=…)")
        self._require_fitting()

    @property
    def for_rows(self) -> tuple[str, ...]:
        """The fields whose values a table has to be trained by rows for."""
        usual = {"max_norm": None, "freeze_until": 0, "rounding": "nearest"}
        found = tuple(field for field, value in usual.items() if getattr(self, field) != value)
        return ("optimizer", *found) if self.optimizer.startswith("row_") else found

    @property
    def tied_to_steps(self) -> tuple[str, ...]:
        """The fields whose values make what a step does depend on how many `steps` there are.

        Example:
            >>> Train(schedule="cosine").tied_to_steps, Train(warmup=9).tied_to_steps
            (('schedule',), ())
        """
        return () if self.schedule == "constant" else ("schedule",)

    def _require_fitting(self) -> None:
        """Refuses what can't be had together."""
        able = not (self.exact and self.optimizer == "row_adam")
        require(able, "exact", self.exact, "row_adam has no exact form; take adam, or exact=False")
        # With a warm-up too, where no optimizer can see it: a step would take more than the whole weight.
        remedy = f"give less than 1 / rate = {1 / self.rate:.4g}"
        require(self.rate * self.weight_decay < 1, "weight_decay", self.weight_decay, remedy)
        falls = self.schedule == "constant" or self.warmup < self.steps
        remedy = f"the rate is to fall after it; give fewer than steps={self.steps}, or schedule='constant'"
        require(falls, "warmup", self.warmup, remedy)
        for field in self.for_rows if self.update == "dense" else ():
            require(False, field, getattr(self, field), "this is for rows; take update='auto' or 'sparse'")


@dataclasses.dataclass(frozen=True)
class Quality:
    """How much of an embedding its intrinsic metrics look at.

    Attributes:
        rows: vectors that a metric looks at, at most.
        neighbours: nearest neighbours of a vector, where a metric counts them.
        every: evaluations from one look at the embedding to the next while it is trained; 0 for none before
            the end. A look takes some tenths of a second.

    Raises:
        ValueError: a count below 1, or not fewer neighbours than rows.

    Example:
        >>> Quality(rows=500)
        Quality(rows=500, neighbours=10, every=5)
    """

    rows: int = 2000
    neighbours: int = 10
    every: int = 5

    def __post_init__(self) -> None:
        for field in ("rows", "neighbours"):
            require_count(field, getattr(self, field))
        require_count("every", self.every, least=0)
        fewer = self.neighbours < self.rows
        require(fewer, "neighbours", self.neighbours, f"give fewer neighbours than rows={self.rows}")


@dataclasses.dataclass(frozen=True)
class Config:
    """One experiment: an embedding, what it is trained on and how, and what it is compared with.

    Attributes:
        embedding: the embedding that the run is about.
        data: where labelled text comes from.
        task: what is learnt of it.
        text: how a document becomes tokens.
        encoder: from a document's vectors to its features.
        head: from features to outputs.
        train: how a model is trained.
        quality: how much of an embedding its intrinsic metrics look at.
        rivals: further embeddings, by name, trained beside `embedding` on the same split.
        baselines: whether the majority class, TF-IDF with logistic regression, and for another encoder the
            embedding in a plain bag are run as well.
        seeds: one whole training for each, of every embedding.
        split_seed: of the split into training, validation and test documents.
        folds: parts for cross-validation, each in turn the test documents of a whole training, so that
            results are over all documents; 0 for one split.
        only_folds: numbers of the folds that are run, from 0 on; none of them for all.
        stream: whether texts and tokens lie on disk while the program runs, in files that end with it, and
            batches are read from there while the device works: for sets that do not fit in memory. Baselines
            are then run last.
        mesh: the devices of one training.

    Raises:
        ValueError: a field of another type, a rival's name that is no plain word or a baseline's, no
            seed, a seed twice or out of 0 … 2³² − 1, stochastic rounding for tables that are not of bfloat16,
            n-grams or documents that the encoder can't read, a fold that there is not, a batch that its
            devices can't share.

    Example:
        >>> Config(embedlab.Dense(vocabulary=100, dim=8), seeds=(0, 1)).train.optimizer
        'adam'
    """

    embedding: embedlab.Embedding
    data: Source = Docstrings()
    task: Task = Classes()
    text: Text = Text()
    encoder: Encoder = Bag()
    head: Head = Head()
    train: Train = Train()
    quality: Quality = Quality()
    rivals: dict[str, embedlab.Embedding] = dataclasses.field(default_factory=dict)
    baselines: bool = True
    seeds: tuple[int, ...] = (0,)
    split_seed: int = 0
    folds: int = 0
    only_folds: tuple[int, ...] = ()
    stream: bool = False
    mesh: Mesh = Mesh()

    def __post_init__(self) -> None:
        _require_embedding("embedding", self.embedding)
        for field, kind in _PARTS.items():
            value = getattr(self, field)
            require(isinstance(value, kind), field, value, f"give an instance of {kind.__name__}")
        require(isinstance(self.rivals, dict), "rivals", self.rivals, "give a dict of embeddings by name")
        for name, rival in self.rivals.items():
            # A rival's name is a folder's name and a part of a dotted key as well.
            plain = isinstance(name, str) and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name)
            require(bool(plain), "rivals", name, "name a rival with letters, digits, - and _ only")
            taken = name in (*_TAKEN, self.task.majority, self.task.linear)
            require(not taken, "rivals", name, "this is a name of the baselines; give another")
            _require_embedding(f"rivals.{name}", rival)
        if self.train.rounding == "stochastic":
            for name, spec in {"embedding": self.embedding, **self.rivals}.items():
                narrow = getattr(spec, "dtype", "bfloat16") == "bfloat16"
                remedy = (
                    f"{name} has tables of {getattr(spec, 'dtype', '')}, this is for bfloat16; give nearest"
                )
                require(narrow, "train.rounding", self.train.rounding, remedy)
        self._require_readable()
        for field in ("baselines", "stream"):
            require_bool(field, getattr(self, field))
        several = isinstance(self.seeds, tuple) and len(set(self.seeds)) == len(self.seeds) >= 1
        require(several, "seeds", self.seeds, "give a tuple of one seed or more, each once")
        for seed in self.seeds:
            _require_seed("seeds", seed)
        _require_seed("split_seed", self.split_seed)
        self._require_folds()
        shared = self.train.batch % self.mesh.batch == 0
        remedy = f"it does not divide train.batch={self.train.batch}; give another of the two"
        require(shared, "mesh.batch", self.mesh.batch, remedy)

    @property
    def folds_run(self) -> tuple[int, ...]:
        """The numbers of the folds that are run, in order; empty where there is one split."""
        if self.folds < 2:
            return ()
        return tuple(sorted(self.only_folds)) or tuple(range(self.folds))

    def _require_readable(self) -> None:
        """Refuses documents of a form that the encoder does not read as they are meant."""
        remedy = (
            f"{type(self.encoder).__name__} reads the order of words, and n-grams would stand after them as "
            "if the text went on; give text.ngrams=1, or an encoder that is a bag: --encoder.type bag or dan"
        )
        fits = self.text.ngrams == 1 or not self.encoder.reads_order
        require(fits, "text.ngrams", self.text.ngrams, remedy)
        longest = self.encoder.longest
        remedy = (
            f"the encoder reads {longest} tokens at most; give so many, or a larger vocabulary to the "
            "embedding of its positions"
        )
        fits = longest is None or self.text.longest <= longest
        require(fits, "text.max_length", self.text.max_length, remedy)

    def _require_folds(self) -> None:
        _require_counts(self, _MOST_FOLDS, "folds", least=0)
        only = self.only_folds
        once = isinstance(only, tuple) and len(set(only)) == len(only)
        require(once, "only_folds", only, "give a tuple of folds, each once")
        if self.folds < 2:
            remedy = f"there are no folds (folds={self.folds}); give folds=10, say, or only_folds=()"
            require(not only, "only_folds", only, remedy)
        for fold in only:
            require_count("only_folds", fold, least=0)
            remedy = f"give numbers of 0 … {self.folds - 1}, as folds={self.folds}"
            require(fold < self.folds, "only_folds", fold, remedy)


_PARTS = {
    "data": Source,
    "task": Task,
    "text": Text,
    "encoder": Encoder,
    "head": Head,
    "train": Train,
    "quality": Quality,
    "mesh": Mesh,
}
