"""What is to be compared: kinds × budgets × seeds × data sets."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import Any

import embedlab
from embedlab.checks import require, require_count
from experiments.checks import finite
from experiments.config import Config
from experiments.config.transfer import Transfer
from experiments.matched.difference import MOST

#: A rate of Adam is right within a factor of three or so: half a decade from one to the next.
RATES = (0.001, 0.003, 0.01, 0.03)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclasses.dataclass(frozen=True)
class Solve:
    """A kind of embedding whose size is found: that of a field at which it has the bytes it may have.

    Attributes:
        field: of the spec, a whole number; the larger it is, the more bytes are trained.
        make: from the spec of the reference to one of this kind; what it gives to `field` is no matter.

    Raises:
        ValueError: a field that is no name, or nothing that can be called.

    Example:
        >>> from embedlab import Dense, Hashed
        >>> kind = Solve("buckets", lambda full: Hashed(full.vocabulary, full.dim, buckets=1, hashes=2))
        >>> kind.of(Dense(1000, 64), 250)
        Hashed(vocabulary=1000, dim=64, buckets=250, ...)
    """

    field: str
    make: Callable[[Any], embedlab.Embedding]

    def __post_init__(self) -> None:
        named = isinstance(self.field, str) and self.field.isidentifier()
        require(named, "field", self.field, "give the name of a field of the spec, as buckets")
        require(callable(self.make), "make", self.make, "give a function from the reference's spec to a spec")

    def of(self, reference: embedlab.Embedding, size: int) -> embedlab.Embedding:
        """The spec of this kind at a size.

        Raises:
            ValueError: the function fails or makes no spec, or it has no such field, or refuses the size.
        """
        try:
            spec: Any = self.make(reference)
        except ValueError:
            raise
        except Exception as error:
            raise ValueError(
                f"make raised {type(error).__name__}: {error}; give a function from the reference's spec to "
                "a spec"
            ) from error
        is_spec = isinstance(spec, embedlab.Embedding) and dataclasses.is_dataclass(spec)
        require(
            is_spec and not isinstance(spec, type), "make", spec, "have it return a spec, as Dense(1000, 64)"
        )
        names = [field.name for field in dataclasses.fields(spec)]
        remedy = f"{type(spec).__name__} has {', '.join(names)}; name one of these"
        require(self.field in names, "field", self.field, remedy)
        found: embedlab.Embedding = dataclasses.replace(spec, **{self.field: size})
        return found


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Kinds of embeddings at the same trainable bytes, on the same rows, each with a rate of its own.

    Attributes:
        data: by name, the settings of all that is trained on a data set; their embedding is the reference in
            full, and their rate, seeds, rivals and baselines are not looked at.
        kinds: by name, what is held against the reference.
        budgets: parts of the reference's trainable bytes.
        seeds: one whole training for each, at the rate chosen with the first.
        rates: learning rates that every embedding is tried with, the reference too.
        reference: what the reference is called.
        tolerance: part of the bytes wanted by which those found may differ.

    Raises:
        ValueError: a field of another type, a name that is no plain word or taken, a budget that is no part,
            a rate that is no positive number, a seed twice, more embeddings than p-values can tell apart, a
            reference that begins with pretrained vectors.

    Example:
        >>> from embedlab import Dense
        >>> kinds = {"narrow": Solve("dim", lambda full: full)}
        >>> Comparison({"docs": Config(Dense(12_800, 64))}, kinds, budgets=(1 / 4,)).trainings
        12
    """

    data: dict[str, Config]
    kinds: dict[str, Solve]
    budgets: tuple[float, ...]
    seeds: tuple[int, ...] = (0, 1, 2)
    rates: tuple[float, ...] = RATES
    reference: str = "dense"
    tolerance: float = 0.01

    def __post_init__(self) -> None:
        for field, kind in (("data", Config), ("kinds", Solve)):
            self._require_named(field, kind)
        require(
            isinstance(self.reference, str) and bool(_NAME.fullmatch(self.reference)),
            "reference",
            self.reference,
            "give a name of letters, digits, - and _ only",
        )
        taken = self.reference in self.kinds
        require(not taken, "reference", self.reference, "a kind has this name; give another")
        self._require_numbers(
            "budgets", lambda value: 0 < value <= 1, "parts of the reference's bytes, as 1 / 4"
        )
        self._require_numbers("rates", lambda value: value > 0, "numbers above 0")
        several = isinstance(self.seeds, tuple) and len(set(self.seeds)) == len(self.seeds) >= 1
        require(several, "seeds", self.seeds, "give a tuple of one seed or more, each once")
        for seed in self.seeds:
            require_count("seeds", seed, least=0)
            require(seed < 2**32, "seeds", seed, "give a seed below 2**32")
        fits = finite(self.tolerance) and 0 <= self.tolerance < 1
        require(fits, "tolerance", self.tolerance, "give a part of at least 0 and below 1, as 0.01")
        tested = len(self.data) * len(self.kinds) * len(self.budgets)
        remedy = (
            f"with the data sets and budgets {tested} embeddings are tested, but at most {MOST} can be: the "
            "least p-value there is would prove nothing of more; make several comparisons of it"
        )
        require(tested <= MOST, "kinds", list(self.kinds), remedy)
        for name, config in self.data.items():
            remedy = "tables are drawn here, for the reference as for its rivals; leave transfer out"
            require(config.transfer == Transfer(), f"data.{name}.transfer", config.transfer, remedy)

    @property
    def trainings(self) -> int:
        """How many trainings there are in all, each rate that is tried among them."""
        embeddings = 1 + len(self.kinds) * len(self.budgets)
        splits = sum(len(config.folds_run) or 1 for config in self.data.values())
        return splits * embeddings * (len(self.rates) + len(self.seeds) - 1)

    def _require_named(self, field: str, kind: type) -> None:
        given = getattr(self, field)
        made = isinstance(given, dict) and len(given) >= 1
        require(made, field, given, f"give a dict of one {kind.__name__} or more by name")
        for name, value in given.items():
            plain = isinstance(name, str) and bool(_NAME.fullmatch(name))
            require(plain, field, name, "give a name of letters, digits, - and _ only")
            require(isinstance(value, kind), f"{field}.{name}", value, f"give an instance of {kind.__name__}")

    def _require_numbers(self, field: str, fits: Callable[[float], bool], wanted: str) -> None:
        given = getattr(self, field)
        several = isinstance(given, tuple) and len(set(given)) == len(given) >= 1
        remedy = f"give a tuple of {wanted}, each once"
        require(several and all(finite(x) and fits(x) for x in given), field, given, remedy)
