"""Pairs of texts: one encoder for both, the pair as the unit of a split, and a run on real translations."""

from __future__ import annotations

import gzip
import io
import json
import sys
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import embedlab
from embedlab.text import Vocabulary
from experiments import load, predict
from experiments.classify import main
from experiments.config import Config, Text
from experiments.data import Csv, Jsonl, Parquet, Source, Tsv
from experiments.documents.corpus import gathered_pairs
from experiments.documents.feed import Labelled, feed
from experiments.documents.material import read
from experiments.documents.prepare import encode, in_memory
from experiments.encoders import Bag
from experiments.training.baselines import tfidf_linear
from experiments.training.model import Model, linked

MODEL = Model(embedlab.Dense(20, 4), Bag(), 3, pairs=True)
PARAMETERS = MODEL.init(jax.random.key(0), {})
FIRST = [["a", "b"], ["c"], [], ["a", "a", "d"], ["b"]]
SECOND = [["b"], ["c", "d", "a"], ["a"], [], ["b", "c"]]
CORPUS = gathered_pairs(FIRST, SECOND)
VOCABULARY = Vocabulary.build([*FIRST, *SECOND])

CONFIG = """
from embedlab import Dense
from experiments.config import Config, Quality, Text, Train
from experiments.encoders import Bag

def config():
    train = Train(rate=0.02, steps=150, evaluate_every=50, batch=64)
    return Config(embedding=Dense(6000, 32), train=train, quality=Quality(rows=100), baselines=True)
"""


def test_ids_of_both_texts_lie_side_by_side() -> None:
    lazy = encode(MODEL.spec, VOCABULARY, CORPUS)
    ids, lengths = lazy.take(np.arange(5))
    assert ids.shape == (5, 3, 2) and lengths.tolist() == [[2, 1], [1, 3], [0, 1], [3, 0], [1, 2]]
    for row, (first, second) in enumerate(zip(FIRST, SECOND, strict=True)):
        for side, words in ((0, first), (1, second)):
            expected = [VOCABULARY.id(word) for word in words] + [0] * (3 - len(words))
            assert ids[row, :, side].tolist() == expected
    np.testing.assert_array_equal(in_memory(lazy).take(np.array([3, 1]))[0], ids[[3, 1]])
    assert lazy.longest.tolist() == in_memory(lazy).longest.tolist() == [2, 3, 1, 3, 2]


def test_the_head_reads_u_v_their_distance_and_their_product() -> None:
    ids, lengths = encode(MODEL.spec, VOCABULARY, CORPUS).take(np.arange(5))
    alone = Model(MODEL.spec, Bag(), 16)
    parts = PARAMETERS | {"head": {"weight": jnp.eye(4, 16), "bias": jnp.zeros(16)}}
    u, v = (alone.outputs(parts, {}, ids[..., side], lengths[:, side])[:, :4] for side in (0, 1))
    features = np.concatenate([u, v, abs(u - v), u * v], 1)
    expected = features @ PARAMETERS["head"]["weight"] + PARAMETERS["head"]["bias"]
    assert PARAMETERS["head"]["weight"].shape == (16, 3)
    np.testing.assert_allclose(MODEL.outputs(PARAMETERS, {}, ids, lengths), expected, rtol=1e-5, atol=1e-6)
    found = linked(MODEL, PARAMETERS, encode(MODEL.spec, VOCABULARY, CORPUS))
    np.testing.assert_allclose(found, jax.nn.softmax(expected), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("by_length", [False, True])
def test_pairs_are_fed_from_memory_and_from_disk_alike(by_length: bool) -> None:
    lazy, labels = encode(MODEL.spec, VOCABULARY, CORPUS), np.arange(5)
    fed = [
        [
            (np.asarray(ids)[rows[:count]], np.asarray(lengths)[rows[:count]], np.asarray(told)[rows[:count]])
            for (ids, lengths, told), rows, count in feed(Labelled(x, labels), 0, 2, 4, by_length).parts(0, 4)
        ]
        for x in (lazy, in_memory(lazy))
    ]
    for read_, held in zip(*fed, strict=True):
        for a, b in zip(read_, held, strict=True):
            np.testing.assert_array_equal(a, b)


ROWS = [("a b", "c", "x"), ("a", "b c", "y"), ("a b", "c", "y"), ("c", "a b", "x")]


def write(kind: type[Source], folder: Path) -> str:
    path, columns = folder / "pairs", ("one", "two", "label")
    if kind is Parquet:
        pq.write_table(pa.table(dict(zip(columns, zip(*ROWS, strict=True), strict=True))), path)
    elif kind is Jsonl:
        path.write_text("".join(json.dumps(dict(zip(columns, row, strict=True))) + "\n" for row in ROWS))
    else:
        mark = "," if kind is Csv else "\t"
        path.write_text("".join(mark.join(row) + "\n" for row in [columns, *ROWS]))
    return str(path)


@pytest.mark.parametrize("kind", [Csv, Tsv, Jsonl, Parquet])
def test_every_form_with_columns_has_a_second_text(kind: Any, tmp_path: Path) -> None:
    data = kind(path=write(kind, tmp_path), text="one", second="two").load()
    assert list(data.texts) == [one for one, _, _ in ROWS]
    assert list(data.seconds) == [two for _, two, _ in ROWS]
    assert data.groups.tolist() == [0, 1, 0, 2]  # equal pairs are together, and no others
    with pytest.raises(ValueError, match="second='one': this column is the text or the label"):
        kind(path="x", text="one", second="one")
    with pytest.raises(ValueError, match=r"'tow'.*'two'.*--data\.second"):
        kind(path=write(kind, tmp_path), text="one", second="tow").load()


def test_pairs_that_are_alike_as_read_stay_together(tmp_path: Path) -> None:
    rows = [f"text {i},other {i},{'xy'[i % 2]}" for i in range(60)]
    rows += ["Text 3,Other 3,x", "text 3 other,3,x"]  # the second holds the same words, parted elsewhere
    (tmp_path / "pairs.csv").write_text("one,two,label\n" + "\n".join(rows))
    source = Csv(path=str(tmp_path / "pairs.csv"), text="one", second="two")
    material = read(Config(embedlab.Dense(100, 4), data=source, text=Text()))
    groups = material.dataset.groups
    assert groups[60] == groups[3] and groups[61] != groups[3]
    first, second = material.parts(np.array([61]))
    assert (first, second) == ([["text", "3", "other"]], [["3"]])


def test_tfidf_has_features_of_both_texts() -> None:
    """Which of the two texts a word is in decides, which one bag of both could not tell."""
    pairs = [(["red"], ["blue"]), (["blue"], ["red"])] * 20
    labels = np.array([0, 1] * 20)
    found = tfidf_linear(pairs, labels, pairs[:4], labels[:4], pairs[:4], names=("a", "b"))
    assert found.test.argmax(1).tolist() == [0, 1, 0, 1]
    assert {"first: red", "second: blue"} <= {feature.feature for feature in found.features}


@pytest.fixture(scope="module")
def ran(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Captions in English and German (Multi30k): true translations, and captions put together at random."""
    folder = tmp_path_factory.mktemp("pairs")
    english, german = (
        gzip.decompress((data_dir / "multi30k" / f"train.{language}.gz").read_bytes()).decode().splitlines()
        for language in ("en", "de")
    )
    count = 2500
    shift = np.random.default_rng(0).integers(1, count, count)  # every false pair is of two captions
    rows = [(english[i], german[i], "true") for i in range(count)]
    rows += [(english[i], german[(i + shift[i]) % count], "false") for i in range(count)]
    with (folder / "pairs.tsv").open("w", encoding="utf-8") as file:
        file.writelines("\t".join(row) + "\n" for row in [("en", "de", "label"), *rows])
    (folder / "pairs.py").write_text(CONFIG)
    flags = ["--data.type", "tsv", "--data.path", folder / "pairs.tsv"]
    flags += ["--data.text", "en", "--data.second", "de", "--workdir", folder / "run"]
    assert main([str(folder / "pairs.py"), *map(str, flags)]) == 0
    return folder / "run"


@pytest.mark.slow
def test_a_run_on_pairs(ran: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    summary = json.loads((ran / "summary.json").read_text())
    assert summary["pairs"] is True and summary["encoder_parameters"] == 4 * 32 * 2 + 2
    linear = json.loads((ran / "baselines" / "tfidf-logistic" / "summary.json").read_text())
    assert any(feature.startswith(("first: ", "second: ")) for _, feature, _ in linear["strongest"])
    assert summary["test"]["accuracy"] > max(0.6, linear["test"]["accuracy"] + 0.1)
    model = load(ran)
    pairs = [("A dog runs.", "Ein Hund rennt."), ("A dog runs.", "Zwei Frauen kochen.")]
    answers = model.predict(pairs)
    assert {label for label, _ in answers} <= {"true", "false"}
    with pytest.raises(TypeError, match="is no pair of strings; give a list of pairs of texts"):
        model.predict(["A dog runs."])

    def asked(text: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        return predict.main([str(ran)]), *capsys.readouterr()

    status, out, _ = asked("".join(f"{one}\t{two}\n" for one, two in pairs))
    assert status == 0
    assert [line.split("\t")[0] for line in out.splitlines()] == [label for label, _ in answers]
    assert out.splitlines()[0].split("\t")[2:] == list(pairs[0])
    status, out, err = asked("one\ttwo\nwithout a tab\n")
    assert status == 2 and out.endswith("\tone\ttwo\n"), "what is before it is answered"
    assert "line 2: 0 tabs, where this model reads two texts with one tab between" in " ".join(err.split())


def test_rows_without_a_second_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_text("one,two,label\na,b,x\nc, ,y\n")
    with pytest.raises(ValueError, match="line 3: the second text is empty; leave the row out"):
        Csv(path=str(tmp_path / "pairs.csv"), text="one", second="two").load()
