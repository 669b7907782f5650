"""A finished run as a model: new texts in, answers out."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

import embedlab
from embedlab.text import Vocabulary
from experiments.config import Config, Text
from experiments.documents.corpus import Corpus, gathered, gathered_pairs, tokenise
from experiments.documents.prepare import encode, own_buffers
from experiments.errors import Mistake, mistakes
from experiments.runs.run import RunDirectory
from experiments.runs.stored import best_run, drawn, trained
from experiments.settings import codec
from experiments.training.model import Model, linked
from experiments.transfer.ratios import widened
from experiments.transfer.start import spec_for

_SHORT = 64  # tokens; a shorter text is padded to so many, since to compile costs more than to read zeros


@dataclasses.dataclass(frozen=True, eq=False)
class Classifier:
    """A trained model of texts.

    Attributes:
        config: what it was trained with.
        classes: the names of classes or labels; none where it tells values.
        constants: what its task knew of the training targets.
        vocabulary: the words it knows.
        model: its functions.
        parameters: its arrays, those of the best validation loss.
        folder: the run's.
    """

    config: Config
    classes: tuple[str, ...]
    constants: dict[str, Any]
    vocabulary: Vocabulary
    model: Model
    parameters: dict[str, Any]
    folder: Path

    @property
    def variables(self) -> embedlab.Variables:
        """The embedding's arrays, for `embedlab.embed` and `embedlab.bag`."""
        return self.model.variables(self.parameters, own_buffers(self.model.spec, self.vocabulary))

    def predictions(self, texts: Iterable[Any]) -> Float[np.ndarray, "texts outputs"]:
        """Probabilities of classes or labels, or values in their own unit: float32 [texts, outputs].

        Of a model of pairs, each of the texts is a pair of strings. An embedding that reads spellings makes
        vectors of words it has never seen.

        Raises:
            TypeError: `texts` is one string, whose letters would be taken for texts, or holds something else.
        """
        if isinstance(texts, str):
            raise TypeError(f"texts={texts!r}: this is one string; give a list of texts, as [{texts!r}]")
        texts = list(texts)  # a generator is read once, and an array has no one truth
        pairs = self.model.pairs
        fits = _is_pair if pairs else _is_text
        odd = [text for text in texts if not fits(text)]
        if odd:
            what = (
                "pair of strings; give a list of pairs of texts" if pairs else "string; give a list of texts"
            )
            raise TypeError(f"texts: {odd[0]!r} is no {what}")
        if not texts:
            return np.zeros((0, self.model.num_outputs), np.float32)
        if pairs:
            first, second = (tokenise(side, self.config.text) for side in zip(*texts, strict=True))
            corpus = gathered_pairs(first, second)
        else:
            corpus = gathered(tokenise(texts, self.config.text))
        text = self.config.text
        encoded = encode(self.model.spec, self.vocabulary, corpus, _length(corpus, text), text.once)
        found = linked(self.model, self.parameters, encoded)
        return np.asarray(self.model.task.decode(found, self.constants), np.float32)

    def predict(self, texts: Iterable[Any]) -> list[Any]:
        """An answer for each text; raises as `predictions` does.

        Of classes the most probable one and its probability; of labels those above the threshold, each with
        its probability, the most probable first; of values the value.
        """
        return self.model.task.answers(self.predictions(texts), self.classes)


def load(folder: str | os.PathLike[str]) -> Classifier:
    """The model of a finished run; of a comparison, the run that did best on validation.

    Args:
        folder: the --workdir of a finished run, or of a comparison.

    Returns:
        The model.

    Raises:
        Mistake: the folder holds no finished run, or its summary names none.
        RunFailure: a file of the run is damaged.
    """
    directory = best_run(RunDirectory(Path(folder)))
    stored, summary = directory.read("config.json"), directory.summary
    if stored is None or summary is None or "classes" not in summary:
        raise Mistake(f"{directory.path}: the run's config or summary is missing; train again")
    directory.verify()
    config, classes = _decoded(directory, stored), tuple(summary["classes"])
    with mistakes(str(directory.path)):
        vocabulary = Vocabulary.load(directory.path / "vocabulary.json")
    pairs = bool(summary.get("pairs", False))
    spec = widened(spec_for(config.embedding, config.transfer, vocabulary), config.prior, len(classes))
    model = Model(spec, config.encoder, config.task.outputs(classes), config.head, config.task, pairs)
    kept = dataclasses.replace(model, spec=drawn(spec))
    parameters = trained(
        directory, lambda: kept.init(jax.random.key(0), own_buffers(kept.spec, vocabulary)), vocabulary
    )
    constants = summary.get("constants", {})
    return Classifier(config, classes, constants, vocabulary, model, parameters, directory.path)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_pair(value: Any) -> bool:
    return isinstance(value, tuple | list) and len(value) == 2 and all(_is_text(x) for x in value)


def _length(corpus: Corpus, text: Text) -> int:
    """To what documents are padded: one of few lengths, powers of two and the limit, as each is compiled."""
    longest = max(_SHORT, int(corpus.longest.max()))
    return min(1 << (longest - 1).bit_length(), text.longest)


def _decoded(directory: RunDirectory, stored: dict[str, Any]) -> Config:
    try:
        return codec.decode(stored)
    except ValueError as error:
        raise Mistake(
            f"{directory.path / 'config.json'}: this is not what the run wrote ({error}). Put it back as it "
            "was."
        ) from None
