"""One experiment: all that its parts are told, and what must fit together."""

from __future__ import annotations

import dataclasses

import embedlab
from embedlab.checks import require
from experiments.checks import require_bool
from experiments.config import common
from experiments.config.prior import Prior
from experiments.config.quality import Quality
from experiments.config.text import Text
from experiments.config.train import Train
from experiments.config.transfer import Transfer
from experiments.data import Docstrings, Source
from experiments.encoders import Bag, Encoder
from experiments.head import Head
from experiments.mesh import Mesh
from experiments.tasks import Classes, Task

BAG = "bag"  # the baseline that is the embedding in a plain bag
_TAKEN = (BAG, "baselines")  # no rival is called as a row of the table, or as the folder of those


@dataclasses.dataclass(frozen=True)
class Config:
    """One experiment: an embedding, what it is trained on and how, and what it is compared with.

    Attributes:
        embedding: the embedding that the run is about.
        data: where labelled text comes from.
        task: what is learnt of it.
        text: how a document becomes tokens.
        transfer: pretrained vectors that the tables of `embedding` begin with; those of rivals are drawn.
        prior: what the tables of every embedding know of the labels before training.
        encoder: from a document's vectors to its features.
        head: from features to outputs.
        train: how a model is trained.
        quality: how much of an embedding its intrinsic metrics look at.
        rivals: further embeddings, by name, trained beside `embedding` on the same split.
        baselines: whether the majority class, TF-IDF with logistic regression, and for another encoder the
            embedding in a plain bag are run as well. It may change in a workdir.
        seeds: one whole training for each, of every embedding.
        seeds_together: whether those of one embedding are trained in one program, where they fit: with the
            same results to rounding. No faster on a CPU, and several times slower there where tables are
            trained by rows; two to three times as fast on a GPU. It may change in a workdir.
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
            seed, a seed twice or out of 0 … 2³² − 1, vectors for an embedding that can't begin with them,
            stochastic rounding for tables that are not of bfloat16,
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
    transfer: Transfer = Transfer()
    prior: Prior = Prior()
    encoder: Encoder = Bag()
    head: Head = Head()
    train: Train = Train()
    quality: Quality = Quality()
    rivals: dict[str, embedlab.Embedding] = dataclasses.field(default_factory=dict)
    baselines: bool = True
    seeds: tuple[int, ...] = (0,)
    seeds_together: bool = False
    split_seed: int = 0
    folds: int = 0
    only_folds: tuple[int, ...] = ()
    stream: bool = False
    mesh: Mesh = Mesh()

    def __post_init__(self) -> None:
        common.require_embeddings(self.embedding, self.rivals)
        for field, kind in _PARTS.items():
            value = getattr(self, field)
            require(isinstance(value, kind), field, value, f"give an instance of {kind.__name__}")
        for name in self.rivals:
            taken = name in (*_TAKEN, self.task.majority, self.task.linear)
            require(not taken, "rivals", name, "this is a name of the baselines; give another")
            taken = bool(self.transfer.vectors) and name in self.transfer.modes
            require(not taken, "rivals", name, "this is a mode of the vectors; give another name")
        common.require_rounding(self.train, {"embedding": self.embedding, **self.rivals})
        self._require_transferable()
        self._require_prior()
        self._require_readable()
        for field in ("baselines", "seeds_together", "stream"):
            require_bool(field, getattr(self, field))
        common.require_seeds(self.seeds, self.split_seed)
        common.require_folds(self.folds, self.only_folds)
        shared = self.train.batch % self.mesh.batch == 0
        remedy = f"it does not divide train.batch={self.train.batch}; give another of the two"
        require(shared, "mesh.batch", self.mesh.batch, remedy)

    @property
    def folds_run(self) -> tuple[int, ...]:
        """The numbers of the folds that are run, in order; empty where there is one split."""
        return common.folds_run(self.folds, self.only_folds)

    def _require_transferable(self) -> None:
        """Refuses vectors for an embedding whose tables can't begin with them."""
        transfer, spec = self.transfer, self.embedding
        reading = [mode for mode in transfer.modes if transfer.alone(mode).reads]
        if not reading:
            return
        field, kind = "transfer.vectors", type(spec).__name__
        remedy = (
            f"embedding is {kind}, whose rows are shared by words that have nothing in common, so that no "
            "row is a word's; give --embedding.type dense, or transfer.mode random for its width alone"
        )
        require(not isinstance(spec, embedlab.Hashed), field, transfer.vectors, remedy)
        remedy = f"they are for embedlab.Dense and embedlab.Subword, and embedding is {kind}"
        require(isinstance(spec, embedlab.Dense | embedlab.Subword), field, transfer.vectors, remedy)
        given = isinstance(getattr(spec, "initialiser", None), embedlab.FromArray)
        remedy = "embedding.initialiser says that its table is in another file; give one of the two"
        require(not given, field, transfer.vectors, remedy)
        if isinstance(spec, embedlab.Subword):
            remedy = "give --embedding.type dense, to which a .bin gives what its n-grams make"
            require("multichannel" not in reading, "transfer.mode", "multichannel", f"of n-grams; {remedy}")
            whole = not transfer.transforms
            remedy = f"its vectors are means of rows that it shares; {remedy}"
            require(whole, "transfer.transforms", transfer.transforms, remedy)
        by_rows = self.train.update != "dense" or not transfer.freeze_pretrained
        remedy = "this is for rows; take train.update='auto' or 'sparse'"
        require(by_rows, "transfer.freeze_pretrained", transfer.freeze_pretrained, remedy)

    def _require_prior(self) -> None:
        """Refuses ratios where there are no classes to count, or no one table to hold them."""
        if not self.prior.ratios:
            return
        remedy = f"it is of classes, and the task is {type(self.task).__name__}; give 0"
        require(isinstance(self.task, Classes), "prior.ratios", self.prior.ratios, remedy)
        several = bool(self.transfer.vectors) and "multichannel" in self.transfer.modes
        remedy = "of two tables, as mode multichannel has; give transfer.mode='non-static', or 0"
        require(not several, "prior.ratios", self.prior.ratios, remedy)

    def _require_readable(self) -> None:
        """Refuses documents of a form that the encoder does not read as they are meant."""
        remedy = (
            f"{type(self.encoder).__name__} reads the order of words, and n-grams would stand after them as "
            "if the text went on; give text.ngrams=1, or an encoder that is a bag: --encoder.type bag or dan"
        )
        fits = self.text.ngrams == 1 or not self.encoder.reads_order
        require(fits, "text.ngrams", self.text.ngrams, remedy)
        remedy = (
            f"{type(self.encoder).__name__} reads the order of words, of which there is none left; give "
            "text.once=False, or an encoder that is a bag: --encoder.type bag or dan"
        )
        fits = not self.text.once or not self.encoder.reads_order
        require(fits, "text.once", self.text.once, remedy)
        longest = self.encoder.longest
        remedy = (
            f"the encoder reads {longest} tokens at most; give so many, or a larger vocabulary to the "
            "embedding of its positions"
        )
        fits = longest is None or self.text.longest <= longest
        require(fits, "text.max_length", self.text.max_length, remedy)


_PARTS = {
    "data": Source,
    "task": Task,
    "text": Text,
    "transfer": Transfer,
    "prior": Prior,
    "encoder": Encoder,
    "head": Head,
    "train": Train,
    "quality": Quality,
    "mesh": Mesh,
}
