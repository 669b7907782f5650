"""Overrides on the command line: what they do in any order, what they refuse, and their help text."""

from __future__ import annotations

import dataclasses
import itertools
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

import embedlab
from embedlab.vectors.transforms import Normalise, Pca
from experiments.config import Config
from experiments.data import Csv, Docstrings, Jsonl
from experiments.detect.config import Detect
from experiments.encoders import Rnn, Transformer
from experiments.errors import Mistake
from experiments.settings import codec
from experiments.settings.config_file import load
from experiments.settings.help import as_argument, documented
from experiments.settings.overrides import Applied, apply, describe, explain
from experiments.settings.schema import TYPE, nodes

DENSE = embedlab.Dense(vocabulary=100, dim=8, initialiser=embedlab.Normal(0.5))
HASHED = embedlab.Hashed(vocabulary=100, dim=8, buckets=20)
START = Config(DENSE)


@pytest.fixture(scope="module")
def quickstart(root: Path) -> Config:
    return load(str(root / "configs" / "quickstart.py"))


def changed(arguments: str, start: Config = START) -> Config:
    return apply(start, shlex.split(arguments)).config


def value(config: Config, key: str) -> Any:
    found: Any = config
    for name in key.split("."):
        found = found[name] if isinstance(found, dict) else getattr(found, name)
    return found


@pytest.mark.parametrize(
    ("arguments", "key", "expected"),
    [
        ("--train.steps 300", "train.steps", 300),
        ("--train.steps=300", "train.steps", 300),
        ("--train.rate 1e-3", "train.rate", 0.001),
        ("--train.rate 1", "train.rate", 1.0),
        ("--train.optimizer adagrad", "train.optimizer", "adagrad"),
        ("--train.update dense", "train.update", "dense"),
        ("--train.exact true", "train.exact", True),
        ("--train.clip 1", "train.clip", 1.0),
        ("--train.max_norm none", "train.max_norm", None),
        ("--text.lower false", "text.lower", False),
        ("--text.lower True", "text.lower", True),
        ("--train.dropout.words 0.25", "train.dropout.words", 0.25),
        ("--seeds 0,1,2", "seeds", (0, 1, 2)),
        ("--vectors a.txt", "transfer.vectors", "a.txt"),
        ("--vectors a.txt --transfer.beside random,static", "transfer.beside", ("random", "static")),
        (
            "--vectors a.txt --transfer.transforms pca:3,normalise",
            "transfer.transforms",
            (Pca(3), Normalise()),
        ),
        (
            """--vectors a.txt --transfer.transforms '[{"type": "pca", "dim": 3, "whiten": true}]'""",
            "transfer.transforms",
            (Pca(3, whiten=True),),
        ),
        ("--train.table_rate 0.1", "train.table_rate", 0.1),
        ("--seeds [0,1,2]", "seeds", (0, 1, 2)),
        ("--seeds '[0, 1, 2]'", "seeds", (0, 1, 2)),
        ("--seeds=7", "seeds", (7,)),
        ("--data.packages jax,numpy --data.max_share 0.5", "data.packages", ("jax", "numpy")),
        ('--data.packages \'["jax", "numpy"]\' --data.max_share 1', "data.packages", ("jax", "numpy")),
        ("--embedding.initialiser.stddev 0.1", "embedding.initialiser", embedlab.Normal(0.1)),
        ("--baselines false", "baselines", False),
        ("--encoder.mode max", "encoder.mode", "max"),
        ("--data.type csv --data.path=a=b.csv", "data", Csv(path="a=b.csv")),
        ("--data.type csv --data.path 300", "data.path", "300"),
        (
            "--embedding.type hashed --embedding.buckets 9 --embedding.vocabulary none",
            "embedding.vocabulary",
            None,
        ),
    ],
)
def test_typed_values(arguments: str, key: str, expected: Any) -> None:
    found = value(changed(arguments), key)
    assert found == expected
    assert type(found) is type(expected)


def test_no_override_changes_nothing(quickstart: Config) -> None:
    assert apply(quickstart, []) == Applied(quickstart)


def test_a_negative_number_is_a_value() -> None:
    made = changed("--embedding.initialiser.type uniform --embedding.initialiser.low -0.25")
    assert made.embedding == embedlab.Dense(100, 8, embedlab.Uniform(-0.25, 0.1))


# --- types ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("called", "meant"),
    [
        ("regression", "value"),
        ("multilabel", "labels"),
        ("multi-label", "labels"),
        ("Multi_Label", "labels"),
        ("multiclass", "classes"),
        ("classification", "classes"),
        ("binary", "classes"),
        ("lables", "labels"),
    ],
)
def test_a_task_by_another_name_is_hinted_at(called: str, meant: str) -> None:
    with pytest.raises(Mistake, match=f"expected one of classes, labels, value; did you mean {meant}\\?"):
        changed(f"--task.type {called}")
    with pytest.raises(Mistake, match=f"this is a group.*did you mean --task.type {meant}\\?"):
        changed(f"--task {called}")


def test_any_order() -> None:
    flags = [
        "--embedding.type=hashed",
        "--embedding.buckets=900",
        "--embedding.initialiser.type=uniform",
        "--embedding.initialiser.high=0.2",
    ]
    made = {repr(apply(START, order)) for order in itertools.permutations(flags)}
    assert len(made) == 1
    spec = apply(START, flags).config.embedding
    assert spec == embedlab.Hashed(100, 8, 900, initialiser=embedlab.Uniform(-0.1, 0.2))


def test_a_switched_type_keeps_shared_fields() -> None:
    made = changed("--embedding.type subword --embedding.buckets 30").embedding
    assert made == embedlab.Subword(100, 8, 30, initialiser=embedlab.Normal(0.5))
    files = changed("--data.type jsonl", Config(DENSE, data=Csv(path="a.csv", label="stars", delimiter=";")))
    assert files.data == Jsonl(path="a.csv", label="stars")


def test_a_switched_type_has_its_own_defaults() -> None:
    """No dropout is what a recurrent encoder has, and no choice for a transformer."""
    start = Config(DENSE, encoder=Rnn())
    assert changed("--encoder.type transformer", start).encoder == Transformer()
    chosen = Config(DENSE, encoder=Rnn(dropout=0.3, layers=3))
    assert changed("--encoder.type transformer", chosen).encoder == Transformer(dropout=0.3, layers=3)


def test_the_same_type_again_changes_nothing() -> None:
    assert changed("--embedding.type dense --data.type docstrings") == START


def test_a_default_of_the_new_kind_can_be_overridden() -> None:
    made = changed("--embedding.importance_initialiser.value 2 --embedding.type hashed --embedding.buckets 9")
    assert made.embedding.importance_initialiser == embedlab.Constant(2.0)  # type: ignore[attr-defined]


@pytest.mark.parametrize("order", [1, -1])
def test_a_type_within_the_new_kind_can_be_switched(order: int) -> None:
    flags = ["--embedding.type=hashed", "--embedding.importance_initialiser.type=normal"][::order]
    made: Any = apply(START, [*flags, "--embedding.buckets=9"]).config.embedding
    assert made.importance_initialiser == embedlab.Normal()


def test_a_rival_of_the_new_type_is_the_start(quickstart: Config) -> None:
    applied = apply(quickstart, ["--embedding.type", "hashed"])
    assert applied.config.embedding == quickstart.rivals["hashed"]
    assert applied.started_from == "hashed"
    assert applied.dropped_rivals == ("dense-cut", "hashed", "hashed-weighted", "subword")
    applied = apply(quickstart, shlex.split("--embedding.hashes 3 --embedding.type hashed --rivals none"))
    assert (applied.started_from, applied.config.rivals, applied.dropped_rivals) == ("hashed", {}, ())
    assert applied.config.embedding.hashes == 3  # type: ignore[attr-defined]


# --- rivals ---------------------------------------------------------------------------------------------


def test_an_override_of_the_embedding_drops_rivals(quickstart: Config) -> None:
    applied = apply(quickstart, ["--embedding.dim", "32"])
    assert applied.config.rivals == {}
    assert applied.dropped_rivals == tuple(quickstart.rivals)
    assert applied.started_from == ""


def test_other_overrides_keep_rivals(quickstart: Config) -> None:
    assert apply(quickstart, ["--train.steps", "3"]).config.rivals == quickstart.rivals


def test_an_override_of_a_rival_keeps_the_others(quickstart: Config) -> None:
    applied = apply(quickstart, shlex.split("--embedding.dtype float16 --rivals.hashed.buckets 900"))
    assert applied.dropped_rivals == ()
    assert list(applied.config.rivals) == list(quickstart.rivals)
    hashed: Any = quickstart.rivals["hashed"]
    assert applied.config.rivals["hashed"] == dataclasses.replace(hashed, buckets=900)
    assert applied.config.rivals["subword"] == quickstart.rivals["subword"]


def test_the_type_of_a_rival_can_be_switched() -> None:
    start = Config(DENSE, rivals={"small": HASHED})
    made = changed("--rivals.small.type subword --rivals.small.minn 2", start).rivals["small"]
    assert made == embedlab.Subword(100, 8, 20, minn=2)
    assert start.rivals == {"small": HASHED}


@pytest.mark.parametrize("text", ["none", "None", "{}"])
def test_no_rivals(quickstart: Config, text: str) -> None:
    applied = apply(quickstart, ["--rivals", text])
    assert applied.config.rivals == {}
    assert applied.config.embedding == quickstart.embedding


# --- errors ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            "--train.step 3",
            "unknown key --train.step; did you mean --train.steps? --train has optimizer, rate",
        ),
        ("--trian.steps 3", "unknown key --trian.steps; did you mean --train.steps?"),
        ("--steps 3", "unknown key --steps; did you mean --train.steps?"),
        ("--lr 3", "unknown key --lr; --help lists every key"),
        ("--workdri d", "unknown key --workdri; did you mean --workdir?"),
        ("--type hashed", "unknown key --type; did you mean --"),
        ("--embeding.type hashed", "unknown key --embeding.type; did you mean --embedding.type?"),
        (
            "--embedding.buckets 3",
            "unknown key --embedding.buckets: embedding is dense, which has no buckets; hashed and subword "
            "have it: add --embedding.type hashed",
        ),
        (
            "--embedding.bukets 3",
            "unknown key --embedding.bukets; did you mean --embedding.buckets? There embedding is dense, "
            "which has no buckets; hashed and subword have it: add --embedding.type hashed",
        ),
        (
            "--embedding.type hashed --embedding.bukets 3",
            "unknown key --embedding.bukets; did you mean --embedding.buckets?",
        ),
        (
            "--embedding.dtype float33",
            "--embedding.dtype: got 'float33', expected one of float16, bfloat16, float32, float64; did you",
        ),
        (
            "--embedding.initialiser.value 3",
            "embedding.initialiser is normal, which has no value; constant has it: add "
            "--embedding.initialiser.type constant",
        ),
        (
            "--rivals.smal.buckets 3",
            "unknown key --rivals.smal.buckets; did you mean --rivals.small.buckets?",
        ),
        ("--rivals.smal.type dense", "unknown key --rivals.smal.type; did you mean --rivals.small.type?"),
        ("--rivals none --rivals.small.buckets 3", "unknown key --rivals.small.buckets"),
        ("--train.steps.x 3", "unknown key --train.steps.x"),
        ("--train.steps True", "--train.steps: got 'True', expected a whole number"),
        ("--train.steps 3.0", "--train.steps: got '3.0', expected a whole number"),
        ("--train.steps ''", "--train.steps: got '', expected a whole number"),
        ("--train.steps=", "--train.steps: got '', expected a whole number"),
        ("--train.steps none", "--train.steps: got 'none', expected a whole number"),
        ("--train.rate fast", "--train.rate: got 'fast', expected a number"),
        ("--train.rate nan", "train.rate=nan: give a finite number above 0"),
        ("--train.rate -1", "train.rate=-1.0: give a finite number above 0"),
        ("--text.lower 1", "--text.lower: got '1', expected true or false"),
        ("--seeds 0,x", "--seeds: got '0,x', expected a list, each a whole number"),
        ("--seeds [0.5]", "seeds: got [0.5], expected a list, each a whole number"),
        ("--seeds 0,0", "seeds=(0, 0): give a tuple of one seed or more, each once"),
        ("--seeds []", "seeds=(): give a tuple of one seed or more"),
        (
            "--train.optimizer adm",
            "--train.optimizer: got 'adm', expected one of adam, adagrad, sgd, momentum, row_adagrad, "
            "row_adam; did you mean adam?",
        ),
        (
            "--embedding.type hashd",
            "--embedding.type: got 'hashd', expected one of dense, hashed, subword; did you",
        ),
        (
            "--embedding.type hashed",
            "embedding.buckets is missing: hashed needs it; give --embedding.buckets VALUE",
        ),
        (
            "--embedding.initialiser.type from_array",
            "embedding.initialiser.path is missing: from_array needs it; give --embedding.initialiser.path",
        ),
        ("--data.type csv", "data.path='': give the file to read"),
        (
            "--embedding hashed",
            "--embedding hashed: this is a group, not one value; give its fields, as --embedding.type hashed",
        ),
        ("--train 3", "--train 3: this is a group, not one value; give its fields, as --train.optimizer, "),
        (
            "--rivals hashed",
            "--rivals hashed: this is a group, not one value; give --rivals none, or its fields",
        ),
        ("--train.steps", "--train.steps has no value; write --train.steps VALUE"),
        (
            "--text.lower --train.steps 3",
            "--text.lower has no value; write --text.lower VALUE (true or false",
        ),
        ("300", "'300': a value without a flag; write --name value or --name=value"),
        ("--train.steps 3 4", "'4': a value without a flag"),
        ("-train.steps 3", "'-train.steps': a value without a flag"),
        ("--", "'--': a value without a flag"),
        ("--train.steps 3 --train.steps=4", "--train.steps is given twice, as '3' and '4'; give it once"),
    ],
)
def test_refused(arguments: str, message: str) -> None:
    start = START
    if "rivals" in arguments:
        start = Config(DENSE, rivals={"small": HASHED})
    with pytest.raises(Mistake) as caught:
        apply(start, shlex.split(arguments), flags=["workdir", "help"])
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_vocabulary_that_the_new_kind_lacks_is_asked_for() -> None:
    start = Config(embedlab.Hashed(vocabulary=None, dim=8, buckets=20))
    with pytest.raises(Mistake, match=r"^embedding\.vocabulary: got none, expected a whole number$"):
        changed("--embedding.type dense", start)


# --- help -----------------------------------------------------------------------------------------------


def test_help_shows_every_field_with_its_value(quickstart: Config) -> None:
    text = describe(quickstart)
    for key, node in nodes(Config, codec.encode(quickstart)):
        if node.is_leaf and not key.startswith("rivals."):
            assert re.search(
                rf"^  --{re.escape(key)} {re.escape(as_argument(node.value))}(  |$)", text, re.M
            ), key
    assert max(map(len, text.splitlines())) <= 100
    assert "a whole number: documents a step" in text
    assert "one of dense, hashed, subword\n" in text
    assert re.search(r"^ +hashed: vocabulary, dim, buckets, hashes, signed,", text, re.M)
    weighted: Any = quickstart.rivals["hashed-weighted"]
    assert f"--rivals.hashed-weighted.buckets {weighted.buckets}" in text
    assert "csv: path, test_path, valid_path, classes," in text


def test_every_field_has_a_meaning(quickstart: Config) -> None:
    subword = Config(quickstart.rivals["subword"], data=Csv(path="a.csv"))
    for config in (quickstart, Config(HASHED), subword):
        places = dict(nodes(Config, codec.encode(config)))
        for key, node in places.items():
            group, _, name = key.rpartition(".")
            if node.is_leaf and name != TYPE:
                kind = places[group].kind if group else Config
                assert documented(kind).get(name), key


@pytest.mark.slow
def test_what_help_shows_can_be_given() -> None:
    odd = Csv(path="a b.csv", classes=("x, y", "z"), columns=("text", "label"), delimiter=";")
    for start in (Config(HASHED, data=odd), Config(DENSE, rivals={"small": embedlab.Hashed(None, 8, 20)})):
        for key, node in nodes(Config, codec.encode(start)):
            if node.is_leaf:
                applied = apply(start, shlex.split(f"--{key} {as_argument(node.value)}"))
                kept = {} if key.startswith(("embedding.", "transfer.")) else start.rivals
                assert applied.config.rivals == kept
                same = codec.encode(start) | {"rivals": codec.encode(applied.config)["rivals"]}
                assert codec.encode(applied.config) == same


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ("--embedding.type hashed", "--embedding.buckets VALUE"),
        ("--embedding.type hashed --embedding.buckets 9", "--embedding.buckets 9"),
        ("--data.type csv", "--data.path ''"),
        ("--data.type csv --data.delimiter ';'", "--data.delimiter ';'"),
        ("--embedding.initialiser.type uniform", "--embedding.initialiser.low -0.1"),
        ("--train.steps 7", "--train.steps 7"),
    ],
)
def test_help_shows_the_fields_that_overrides_bring(arguments: str, shown: str) -> None:
    assert re.search(rf"^  {re.escape(shown)}(  |$)", explain(START, shlex.split(arguments)), re.M)


def test_help_refuses_what_is_no_override() -> None:
    with pytest.raises(Mistake, match=r"unknown key --train\.stps; did you mean --train\.steps\?"):
        explain(START, ["--train.stps", "3"])


def test_help_without_overrides_describes_the_config(quickstart: Config) -> None:
    assert explain(quickstart, []) == describe(quickstart)


# --- a data set in one word ------------------------------------------------------------------------------


def test_other_data_are_not_called_as_those_of_the_config_were() -> None:
    start = Config(DENSE, data=Csv(path="a.csv", title="A"))
    assert value(changed("--data.path b.csv", start), "data.title") is None
    assert value(changed("--data.title B --data.path b.csv", start), "data.title") == "B"
    assert value(changed("--data.test_path b.csv", start), "data.title") == "A"


def test_the_title_of_a_table_goes_with_its_path(root: Path) -> None:
    start = load(str(root / "configs" / "detect" / "shuttle.py"), Detect)
    assert apply(start, ["--data.path", "log.csv"]).config.data.title == ""
    assert apply(start, ["--data.target", "kind"]).config.data.title == "shuttle"


def test_a_data_set_in_one_word() -> None:
    start = Config(DENSE, data=Csv(path="a.csv", test_path="b.csv", label="stars", delimiter=";"))
    assert changed("--data csv:c.csv", start).data == Csv(path="c.csv")  # b.csv belongs to a.csv
    assert changed("--data=jsonl:a:b.jsonl --data.label stars", start).data == Jsonl(
        "a:b.jsonl", label="stars"
    )
    assert changed("--data docstrings:rich,jax,optax,flax").data.packages[:2] == ("rich", "jax")
    assert changed("--data docstrings", start).data == Docstrings()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--data cvs:a.csv", "--data cvs:a.csv: expected TYPE:PATH, .*; did you mean --data csv:a.csv?"),
        ("--data a.csv.gz", "did you mean --data csv:a.csv.gz?"),
        ("--data csv", "--data csv: path is missing; write --data csv:PATH"),
        ("--data csv:", "--data csv:: path is missing"),
        ("--data reviews", "--data reviews: expected TYPE:PATH, where TYPE is one of .*csv"),
        ("--data csv:a --data.type csv", "--data csv:a and --data.type csv say the same"),
        ("--data csv:a --data.path b", "--data csv:a and --data.path b say the same"),
        ("--data csv:a --data.lable b", "unknown key --data.lable; did you mean --data.label?"),
    ],
)
def test_a_word_that_is_no_data_set(words, message) -> None:
    with pytest.raises(Mistake, match=message.replace("?", r"\?")):
        changed(words)
