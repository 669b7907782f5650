"""What a config refuses, where config files go wrong, and the quickstart's equal bytes."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

import embedlab
from embedlab.vectors.transforms import Pca
from experiments.comparisons import baseline_runs
from experiments.config import BAG, Config, Quality, Text, Train, Transfer
from experiments.encoders import Learned, Transformer
from experiments.errors import Mistake
from experiments.settings.config_file import load

DENSE = embedlab.Dense(vocabulary=100, dim=8)


@pytest.mark.parametrize("kind", [Text, Train, Quality, Transfer])
def test_defaults_are_valid_frozen_and_equal_by_value(kind: Any) -> None:
    assert kind() == kind()
    assert hash(kind()) == hash(kind())
    with pytest.raises(dataclasses.FrozenInstanceError):
        kind().anything = 1


@pytest.mark.parametrize(
    ("kind", "field", "value", "message"),
    [
        (Text, "lower", 1, "lower=1: give True or False"),
        (Text, "min_count", 0, "min_count=0: give a whole number of at least 1"),
        (Text, "min_count", True, "min_count=True: give a whole number"),
        (Text, "max_length", 8.0, "max_length=8.0: give a whole number"),
        (Train, "optimizer", "lion", "optimizer='lion': choose one of adam, adagrad, sgd, momentum, row_"),
        (Train, "table_rate", 0, "table_rate=0: give a finite number above 0"),
        (Train, "rows", 0, "rows=0: give a whole number of at least 1"),
        (Transfer, "mode", "frozen", "mode='frozen': choose one of random, static, non-static, multichannel"),
        (Transfer, "oov", "none", "oov='none': choose one of zero, random, mean"),
        (Transfer, "beside", ("non-static",), "beside=('non-static',): give each mode once; non-static is"),
        (Transfer, "beside", ("static",), "beside=('static',): it is of use with vectors alone; give them"),
        (Transfer, "mode", "static", "mode='static': it is of use with vectors alone; give them: --vectors"),
        (Transfer, "mode", "random", "mode='random': it is of use with vectors alone"),
        (Transfer, "transforms", (Pca(3),), "transforms=(Pca(dim=3, whiten=False),): it is of use with"),
        (Transfer, "freeze_pretrained", True, "freeze_pretrained=True: it is of use with vectors alone"),
        (Transfer, "unseen", 1, "unseen=1: give True or False"),
        (Transfer, "transforms", (3,), "transforms=3: give transforms, such as embedlab.vectors.transf"),
        (Train, "update", "both", "update='both': choose one of auto, sparse, dense"),
        (Train, "rounding", "up", "rounding='up': choose one of nearest, stochastic"),
        (Train, "schedule", "step", "schedule='step': choose one of constant, linear, cosine"),
        (Train, "l2_layers", -1, "l2_layers=-1: give a finite number of at least 0"),
        (Train, "exact", 1, "exact=1: give True or False"),
        (Train, "weight_decay", -0.1, "weight_decay=-0.1: give a finite number of at least 0"),
        (Train, "clip", 0, "clip=0: give a finite number above 0, or none"),
        (Train, "max_norm", float("inf"), "max_norm=inf: give a finite number above 0, or none"),
        (Train, "warmup", -1, "warmup=-1: give a whole number of at least 0"),
        (Train, "freeze_until", 1.5, "freeze_until=1.5: give a whole number of at least 0"),
        (Train, "rate", 0, "rate=0: give a finite number above 0"),
        (Train, "rate", -0.1, "rate=-0.1: give a finite number above 0"),
        (Train, "rate", float("nan"), "rate=nan: give a finite number above 0"),
        (Train, "rate", float("inf"), "rate=inf: give a finite number above 0"),
        (Train, "rate", True, "rate=True: give a finite number above 0"),
        (Train, "rate", "fast", "rate='fast': give a finite number above 0"),
        (Text, "max_length", 2**20 + 1, "max_length=1048577: give at most 1048576"),
        (Train, "batch", 0, "batch=0: give a whole number of at least 1"),
        (Train, "batch", 10**11, "batch=100000000000: give at most 1048576"),
        (Train, "steps", 2**31, "steps=2147483648: give at most 2147483647"),
        (Train, "steps", "300", "steps='300': give a whole number"),
        (Train, "evaluate_every", 2.5, "evaluate_every=2.5: give a whole number"),
        (Train, "patience", -1, "patience=-1: give a whole number of at least 1"),
        (Train, "checkpoint_seconds", -1, "checkpoint_seconds=-1: give a finite number of at least 0"),
        (Train, "l2", float("nan"), "l2=nan: give a finite number of at least 0"),
        (Train, "dropout", 0.1, "dropout=0.1: give an embedlab.Dropout("),
        (Quality, "rows", 0, "rows=0: give a whole number of at least 1"),
        (Quality, "rows", 10, "neighbours=10: give fewer neighbours than rows=10"),
        (Config, "embedding", 3, "embedding=3: give a spec, such as embedlab.Dense("),
        (Config, "embedding", embedlab.Dense, "embedding=<class 'embedlab.dense.Dense'>: give a spec"),
        (Config, "data", "reviews.csv", "data='reviews.csv': give an instance of Source"),
        (Config, "text", None, "text=None: give an instance of Text"),
        (Config, "encoder", "bag", "encoder='bag': give an instance of Encoder"),
        (Config, "train", Train, "train=<class 'experiments.config.train.Train'>: give an instance"),
        (Config, "rivals", [DENSE], "rivals=[Dense("),
        (Config, "rivals", {"a.b": DENSE}, "rivals='a.b': name a rival with letters, digits"),
        (Config, "rivals", {"..": DENSE}, "rivals='..': name a rival with letters, digits"),
        (Config, "rivals", {"baselines": DENSE}, "rivals='baselines': this is a name of the baselines"),
        (Config, "rivals", {"b": None}, "rivals.b=None: give a spec"),
        (Config, "baselines", 1, "baselines=1: give True or False"),
        (Config, "seeds", (), "seeds=(): give a tuple of one seed or more, each once"),
        (Config, "seeds", (1, 1), "seeds=(1, 1): give a tuple of one seed or more, each once"),
        (Config, "seeds", 0, "seeds=0: give a tuple of one seed or more"),
        (Config, "seeds", (True,), "seeds=True: give a whole number of at least 0"),
        (Config, "seeds", (2**32,), "seeds=4294967296: give a seed below 2**32"),
        (Config, "split_seed", -1, "split_seed=-1: give a whole number of at least 0"),
        (Config, "folds", -1, "folds=-1: give a whole number of at least 0"),
        (Config, "folds", 10_001, "folds=10001: give at most 10000"),
        (Config, "folds", True, "folds=True: give a whole number of at least 0"),
        (Config, "only_folds", (0,), "only_folds=(0,): there are no folds (folds=0); give folds=10, say"),
    ],
)
def test_refused(kind: Any, field: str, value: Any, message: str) -> None:
    needed = {"embedding": DENSE} if kind is Config else {}
    with pytest.raises(ValueError, match=re.escape(message)):
        kind(**{**needed, field: value})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"optimizer": "row_adam", "exact": True}, "exact=True: row_adam has no exact form; take adam"),
        ({"optimizer": "row_adam"}, "optimizer='row_adam': this is for rows; take update='auto' or 'sparse'"),
        ({"optimizer": "row_adagrad"}, "optimizer='row_adagrad': this is for rows"),
        ({"max_norm": 1.0}, "max_norm=1.0: this is for rows"),
        ({"freeze_until": 9}, "freeze_until=9: this is for rows"),
        ({"rounding": "stochastic"}, "rounding='stochastic': this is for rows"),
    ],
)
def test_what_does_not_go_together_is_refused(settings: dict[str, Any], message: str) -> None:
    if not settings.get("exact"):
        Train(**settings)
    with pytest.raises(ValueError, match=re.escape(message)):
        Train(update="dense", **settings)


@pytest.mark.parametrize("warmup", [0, 9])
def test_a_step_does_not_take_more_than_the_whole_weight(warmup: int) -> None:
    Train(rate=0.5, weight_decay=1.99, warmup=warmup)
    with pytest.raises(ValueError, match=r"^weight_decay=2: give less than 1 / rate = 2$"):
        Train(rate=0.5, weight_decay=2, warmup=warmup)


def test_a_rate_that_falls_rises_before() -> None:
    Train(warmup=600, steps=600)
    with pytest.raises(ValueError, match=r"^warmup=600: .* fewer than steps=600, or schedule='constant'$"):
        Train(warmup=600, steps=600, schedule="linear")


def test_settings_that_are_tied_to_the_steps() -> None:
    assert Train(warmup=9, freeze_until=3).tied_to_steps == ()
    assert Train(schedule="linear").tied_to_steps == Train(schedule="cosine").tied_to_steps == ("schedule",)


def test_documents_are_no_longer_than_there_are_positions() -> None:
    encoder = Transformer(positions=Learned(embedlab.Dense(60, 8)))
    Config(DENSE, text=Text(max_length=60), encoder=encoder)
    with pytest.raises(
        ValueError, match=r"^text\.max_length=61: the encoder reads 60 tokens at most; give so"
    ):
        Config(DENSE, text=Text(max_length=61), encoder=encoder)
    # Of 16 words and their pairs there are 31 ids: beyond the 16th there would be no position.
    encoder = Transformer(positions=Learned(embedlab.Dense(16, 8)))
    with pytest.raises(ValueError, match=r"^text\.ngrams=2: Transformer reads the order of words"):
        Config(DENSE, text=Text(max_length=16, ngrams=2), encoder=encoder)


def test_stochastic_rounding_is_for_narrow_tables() -> None:
    train, narrow = Train(rounding="stochastic"), dataclasses.replace(DENSE, dtype="bfloat16")
    Config(narrow, train=train)
    for embedding, rivals, name in ((DENSE, {}, "embedding"), (narrow, {"wide": DENSE}, "wide")):
        with pytest.raises(ValueError, match=rf"train\.rounding='stochastic': {name} has tables of float32"):
            Config(embedding, train=train, rivals=rivals)


@pytest.mark.parametrize(
    ("only", "message"),
    [
        ((5,), "only_folds=5: give numbers of 0 … 4, as folds=5"),
        ((-1,), "only_folds=-1: give a whole number of at least 0"),
        ((1, 1), "only_folds=(1, 1): give a tuple of folds, each once"),
        ([1], "only_folds=[1]: give a tuple of folds, each once"),
    ],
)
def test_a_fold_that_there_is_not_is_refused(only: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        Config(DENSE, folds=5, only_folds=only)


def test_folds_that_are_run() -> None:
    assert Config(DENSE).folds_run == Config(DENSE, folds=1).folds_run == ()
    assert Config(DENSE, folds=3).folds_run == (0, 1, 2)
    assert Config(DENSE, folds=3, only_folds=(2, 0)).folds_run == (0, 2)


def test_a_rival_has_no_baselines_name() -> None:
    for name in ("baselines", BAG, *baseline_runs.directories(Path(), Config(DENSE))):
        with pytest.raises(ValueError, match="this is a name of the baselines; give another"):
            Config(DENSE, rivals={name: DENSE})


# --- config files ---------------------------------------------------------------------------------------

GOOD = """
import embedlab
from experiments.config import Config

def config():
    return Config(embedlab.Dense(vocabulary=100, dim=8))
"""


def test_a_config_file_is_run(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(GOOD)
    assert load(str(file)) == Config(DENSE)


def test_a_config_file_may_write_a_dataclass(tmp_path: Path) -> None:
    # Dataclasses look up the module that they are written in.
    file = tmp_path / "mine.py"
    start = "from __future__ import annotations\nimport dataclasses\n"
    file.write_text(start + GOOD + "\n@dataclasses.dataclass\nclass Mine:\n    a: int = 1\n")
    assert load(str(file)) == Config(DENSE)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("x = 1\n", r"mine\.py: it has no function config\(\); write one"),
        ("config = 1\n", r"mine\.py: it has no function config\(\); write one"),
        ("def config(:\n", r"mine\.py: running it raised SyntaxError: .*line 1"),
        ("import no_such_module\n", r"mine\.py: running it raised ModuleNotFoundError: .*no_such_module"),
        (GOOD.replace("dim=8", "dim=0"), r"mine\.py: its config\(\) raised ValueError: dim=0: give a whole"),
        ("def config(a): ...\n", r"mine\.py: its config\(\) raised TypeError: .*argument"),
        ("def config(): ...\n", r"mine\.py: its config\(\) returned NoneType, expected an experiments"),
    ],
)
def test_a_faulty_config_file_is_named(tmp_path: Path, code: str, message: str) -> None:
    file = tmp_path / "mine.py"
    file.write_text(code)
    with pytest.raises(Mistake, match=message):
        load(str(file))


def test_a_missing_config_file_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "quickstart.py").write_text(GOOD)
    for name in ("quikstart.py", "quickstart"):
        with pytest.raises(Mistake, match=rf"{name}: there is no such file; did you mean .*quickstart\.py\?"):
            load(str(tmp_path / name))
    with pytest.raises(Mistake, match=r"zzz\.py: there is no such file; Give the path of a Python file"):
        load(str(tmp_path / "no_such_folder" / "zzz.py"))
    with pytest.raises(Mistake, match="there is no such file"):
        load(str(tmp_path))


def test_a_config_file_is_python(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text("{}")
    with pytest.raises(Mistake, match=r"mine\.json: this is no Python file"):
        load(str(file))


# --- the quickstart -------------------------------------------------------------------------------------


def trainable_bytes(spec: Any, words: int) -> int:
    ngrams = {"ngrams": np.zeros((words, 1), np.int32)}  # how many a word has changes no table
    return jax.eval_shape(lambda key: spec.init(key, ngrams), jax.random.key(0)).num_bytes.trainable


def test_rivals_of_the_quickstart_have_a_quarter_of_the_bytes(root: Path) -> None:
    config = load(str(root / "configs" / "quickstart.py"))
    reference: Any = config.embedding
    full = trainable_bytes(reference, reference.vocabulary)
    assert full == reference.vocabulary * reference.dim * 4
    assert list(config.rivals) == ["dense-cut", "hashed", "hashed-weighted", "subword"]
    for name, rival in config.rivals.items():
        assert trainable_bytes(rival, reference.vocabulary) * 4 == full, name
        assert rival.dim == reference.dim
    assert config.seeds == (0, 1, 2)


def test_an_embedding_that_cannot_begin_with_vectors_is_refused() -> None:
    glove = Transfer("glove-6b-50d")
    hashed, subword = embedlab.Hashed(100, 8, 20), embedlab.Subword(100, 8, 20)
    for spec, transfer, message in (
        (hashed, glove, "transfer.vectors='glove-6b-50d': embedding is Hashed, whose rows are shared"),
        (hashed, Transfer("a", "random", beside=("static",)), "transfer.vectors='a': embedding is Hashed"),
        (embedlab.Dense(9, 8, embedlab.FromArray("a.npy")), glove, "its table is in another file"),
        (subword, Transfer("a.bin", "multichannel"), "transfer.mode='multichannel': of n-grams; give"),
        (subword, Transfer("a.bin", transforms=(Pca(3),)), "its vectors are means of rows that it shares"),
    ):
        with pytest.raises(ValueError, match=re.escape(message)):
            Config(spec, transfer=transfer)
    assert Config(hashed, transfer=Transfer("a", "random")).transfer.vectors == "a"
    with pytest.raises(ValueError, match="rivals='static': this is a mode of the vectors"):
        Config(DENSE, transfer=Transfer("a", "static"), rivals={"static": hashed})
    whole = Train(update="dense")
    with pytest.raises(ValueError, match=r"transfer.freeze_pretrained=True: this is for rows"):
        Config(DENSE, transfer=Transfer("a", freeze_pretrained=True), train=whole)
