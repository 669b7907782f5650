"""What holds for every kind of file: paths, encodings, labels, damage; and choosing a kind by flag."""

import dataclasses
import gzip
import json
import os
import time

import draccus
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import embedlab
import experiments.config
from experiments.data import Csv, Docstrings, FastText, Jsonl, Parquet, Source, Tsv, split
from experiments.settings import overrides

ROWS = [("a fine film, and “long”", "pos"), ("dull", "neg"), ("not bad: ok", "pos"), ("schön", "neutral")]


def encode(kind, rows=ROWS):
    """The same rows as a file of each kind, in bytes."""
    if kind is Csv:
        return "".join(f'"{t}",{c}\r\n' for t, c in [("text", "label"), *rows]).encode()
    if kind is Tsv:
        return "".join(f"{c}\t{t}\n" for t, c in [("text", "label"), *rows]).encode()
    if kind is Jsonl:
        return "".join(json.dumps({"label": c, "text": t, "id": 1}) + "\n" for t, c in rows).encode()
    if kind is FastText:
        return "".join(f"__label__{c} {t}\n" for t, c in rows).encode()
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"id": [1] * len(rows), **dict(zip(("text", "label"), zip(*rows)))}), sink)  # noqa: B905
    return sink.getvalue().to_pybytes()


KINDS = [Csv, Tsv, Jsonl, FastText, Parquet]
TEXT_KINDS = [Csv, Tsv, Jsonl, FastText]


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_rows_in_every_form(kind, write):
    data = kind(path=write(encode(kind), "films.x")).load()
    assert data.name == "films"
    assert kind(path=write(encode(kind), "films.x"), title="Our films").load().name == "Our films"
    assert data.texts == tuple(text for text, _ in ROWS)
    assert data.classes == ("neg", "neutral", "pos")
    assert data.labels.tolist() == [2, 0, 2, 1] and data.labels.dtype == np.int32
    assert data.groups.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("kind", KINDS)
def test_near_duplicates_are_one_group_where_they_are_to_be(kind, write):
    long = [" ".join(f"{end}{i}" for i in range(20)) for end in "ab"]
    rows = [(f"{long[0]} so", "x"), (f"{long[1]} so", "y"), (f"{long[0]} then", "y"), (f"{long[0]} so", "x")]
    path = write(encode(kind, rows), "films.x")
    for near, groups in ((False, [0, 1, 2, 0]), (True, [0, 1, 0, 0])):
        data = kind(path=path, near_duplicates=near).load()
        assert data.groups.tolist() == groups and data.near is near
    with pytest.raises(ValueError, match="near_duplicates='yes': give True or False"):
        kind(path=path, near_duplicates="yes")


def test_near_duplicates_of_pairs_are_alike_in_both_texts(write):
    first, second, other = (" ".join(f"{end}{i}" for i in range(20)) for end in "abc")
    rows = [(first, f"{second} so"), (first, f"{second} then"), (other, first), (second, other)]
    lines = "".join(f"{one},{two},{'xy'[i % 2]}\n" for i, (one, two) in enumerate(rows))
    source = Csv(path=write("text,other,label\n" + lines), second="other", near_duplicates=True)
    assert source.load().groups.tolist() == [0, 0, 1, 2]


@pytest.mark.parametrize("kind", TEXT_KINDS)
@pytest.mark.parametrize(
    "change",
    [
        lambda raw: b"\xef\xbb\xbf" + raw,
        lambda raw: raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
        lambda raw: raw.rstrip(b"\r\n"),
        lambda raw: raw + b"\n\r\n",
    ],
    ids=["byte-order mark", "CRLF", "no last newline", "blank lines"],
)
def test_harmless_variants_change_nothing(kind, change, write):
    data = kind(path=write(change(encode(kind)))).load()
    assert data.texts == tuple(text for text, _ in ROWS) and data.labels.tolist() == [2, 0, 2, 1]


@pytest.mark.parametrize("kind", KINDS)
def test_paths_that_are_no_file_are_refused_at_once(kind, write, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    began = time.monotonic()
    for path, message in [
        (str(tmp_path / "absent"), "No such file"),
        (str(tmp_path), "a folder"),
        (str(tmp_path / "pipe"), "a pipe"),
        ("/dev/null", "a pipe or a device"),
        (write(b""), "empty"),
    ]:
        with pytest.raises(ValueError, match=f"^--data.path=.*{message}"):
            kind(path=path).load()
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("kind", TEXT_KINDS)
@pytest.mark.parametrize("byte", [b"\xff", b"\0", b"\xc3"])
def test_bytes_that_are_no_text_are_found(kind, byte, write):
    lines = encode(kind).splitlines(keepends=True)
    lines[2] = lines[2][:3] + byte + lines[2][3:]
    offset = len(lines[0]) + len(lines[1]) + 3
    with pytest.raises(ValueError, match=f"line 3: byte {offset} of the file is 0x{byte.hex()}"):
        kind(path=write(b"".join(lines))).load()


@pytest.mark.parametrize("kind", TEXT_KINDS)
def test_a_nul_is_called_by_its_name(kind, write):
    with pytest.raises(ValueError, match="is 0x00, a NUL, which no text holds") as caught:
        kind(path=write(encode(kind).replace(b"fine", b"fi\0ne"))).load()
    assert "UTF-8" not in str(caught.value)


def test_real_latin1_is_refused_by_line(data_dir, write):
    lines = (data_dir / "kim2014" / "rt-polarity.all").read_bytes().splitlines(keepends=True)
    bad = next(i for i, line in enumerate(lines, 1) if not is_utf8(line))
    with pytest.raises(ValueError, match=rf"line {bad}: byte .*--data\.encoding latin-1"):
        FastText(path=write(b"".join(b"__label__" + line for line in lines))).load()


def is_utf8(line):
    try:
        return isinstance(line.decode(), str)
    except UnicodeDecodeError:
        return False


@pytest.mark.parametrize("kind", KINDS)
def test_declared_classes_set_the_order_and_the_limit(kind, write):
    path = write(encode(kind))
    data = kind(path=path, classes=("pos", "neg", "neutral")).load()
    assert data.classes == ("pos", "neg", "neutral") and data.labels.tolist() == [0, 1, 0, 2]
    with pytest.raises(ValueError, match=r"(line|row) \d: label 'neutral' is none.*'neg', 'pos'"):
        kind(path=path, classes=("pos", "neg")).load()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("row, message", [((" ", "pos"), "text is empty"), (("fine", ""), "label is empty")])
def test_rows_without_text_or_label_are_refused(kind, row, message, write):
    number = 5 + (kind in (Csv, Tsv))
    with pytest.raises(ValueError, match=rf"(line|row) {number}: .*{message}"):
        kind(path=write(encode(kind, [*ROWS, row]))).load()


@pytest.mark.parametrize("kind", KINDS)
def test_a_test_file_is_its_own_side(kind, write):
    train = write(encode(kind, [(f"text {i}", "ab"[i % 2]) for i in range(40)]), "train")
    test = write(encode(kind, [("unseen", "b"), ("new", "a")]), "test")
    data = kind(path=train, test_path=test).load()
    assert data.test_rows.tolist() == [40, 41] and data.texts[40] == "unseen"
    assert split(data, seed=0).test.tolist() == [40, 41]


@pytest.mark.parametrize("kind", KINDS)
def test_rows_that_the_test_file_holds_are_not_learnt_from(kind, write):
    rows = [(f"text {i}", "ab"[i % 2]) for i in range(40)]
    train = write(encode(kind, rows), "train")
    test = write(encode(kind, [("unseen", "b"), *rows[3:6]]), "test")
    splits = split(kind(path=train, test_path=test).load(), seed=0)
    assert splits.dropped.tolist() == [3, 4, 5] and len(splits.test) == 4
    assert not {3, 4, 5} & {*splits.train.tolist(), *splits.valid.tolist()}
    with pytest.raises(ValueError, match="holds the text of every one of the 40 other rows"):
        split(kind(path=train, test_path=train).load(), seed=0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_validation_file_is_its_own_side(kind, write):
    rows = [(f"text {i}", "ab"[i % 2]) for i in range(40)]
    train, test = write(encode(kind, rows), "train"), write(encode(kind, [*rows[:2], ("new", "a")]), "test")
    valid = write(encode(kind, [("unseen", "b"), ("text 0", "a"), ("text 7", "b")]), "valid")
    data = kind(path=train, test_path=test, valid_path=valid).load()
    assert [data.texts[row] for row in data.valid_rows] == ["unseen", "text 0", "text 7"]
    splits = split(data, seed=0)
    sides = [[data.texts[row] for row in side] for side in (splits.test, splits.valid, splits.dropped)]
    assert sides == [
        ["text 0", "text 1", "new"],
        ["unseen", "text 7"],
        ["text 0", "text 1", "text 7", "text 0"],
    ]
    assert len(splits.train) == 37


def test_a_test_set_is_split_off_beside_a_validation_file(write):
    rows = [(f"text {i}", "ab"[i % 2]) for i in range(40)]
    valid = write(encode(Jsonl, rows[:4]), "valid")
    splits = split(Jsonl(path=write(encode(Jsonl, rows), "train"), valid_path=valid).load(), seed=0)
    assert len(splits.valid) == 4 and 3 <= len(splits.test) <= 4
    assert splits.dropped.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("kind", [Csv, Tsv, Jsonl, Parquet])
def test_a_column_may_say_the_side(kind, write):
    rows = [("one", "train"), ("two", "TEST"), ("three", "dev"), ("four", "validation"), ("five", "training")]
    # The label says the side; what is "id" in files that have one is no matter.
    path = write(encode(kind, rows))
    data = kind(path=path, text="text+text", label="text", split="label").load()
    assert data.texts[0] == "one one"
    assert data.test_rows.tolist() == [1] and data.valid_rows.tolist() == [2, 3]
    with pytest.raises(ValueError, match=r"(line|row) \d: the split is 'one'; write train, valid or test"):
        kind(path=path, text="label+label", label="label", split="text").load()
    with pytest.raises(ValueError, match=r"'side'.*--data\.split"):
        kind(path=path, split="side").load()


@pytest.mark.parametrize("kind", [Csv, Tsv, FastText])  # JSON's texts are escaped here
def test_another_encoding(kind, write):
    raw = encode(kind).decode().replace("“long”", "\x85long")
    data = kind(path=write(raw.encode("latin-1")), encoding="latin-1").load()
    assert data.texts[0].endswith("\x85long") and data.texts[3] == "schön"
    with pytest.raises(ValueError, match=r"0x9d, which is no cp932 text; name .* --data\.encoding utf-8"):
        kind(path=write(encode(kind)), encoding="cp932").load()


@pytest.mark.parametrize("kind", TEXT_KINDS)
def test_files_packed_with_gzip_are_read(kind, write):
    packed = gzip.compress(encode(kind))
    assert kind(path=write(packed, "films.gz")).load().texts == tuple(text for text, _ in ROWS)
    for damaged in (packed[:-9], packed[:30] + b"\xff" * 8 + packed[38:], packed + b"more"):
        with pytest.raises(ValueError, match=r"after line \d: the gzip data are cut short or damaged"):
            kind(path=write(damaged)).load()


def test_a_bomb_is_no_text(write):
    line = b'{"text": "a", "label": "b"}'
    for bomb, fault in (
        (line + b" " * 2**26, "longer than"),
        ((line + b" " * 2**16 + b"\n") * 1100, "unpacked"),
    ):
        with pytest.raises(ValueError, match=fault):
            Jsonl(path=write(gzip.compress(bomb))).load()


def test_an_alias_stands_for_a_class(write):
    path = write(encode(Jsonl))
    data = Jsonl(path=path, aliases=("pos=good", "neutral=good"), classes=("neg", "good")).load()
    assert data.classes == ("neg", "good") and data.labels.tolist() == [1, 0, 1, 1]


def test_equal_texts_form_a_group(write):
    data = Jsonl(path=write(encode(Jsonl, [("x", "a"), ("y", "b"), ("x", "b")]))).load()
    assert data.groups.tolist() == [0, 1, 0]


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damage_is_a_value_error_or_harmless(kind, data, write):
    raw = encode(kind)
    start, stop = sorted(data.draw(st.tuples(st.integers(0, len(raw)), st.integers(0, len(raw)))))
    path = write(raw[:start] + data.draw(st.binary(max_size=8)) + raw[stop:])
    try:
        found = kind(path=path).load()
    except ValueError as error:
        assert path in str(error), "the message names the file"
    else:
        assert all(text.strip() for text in found.texts)


@pytest.mark.parametrize(
    "make, field",
    [
        (lambda: Csv(), "path"),
        (lambda: Csv(path="x", classes=("a", "a")), "classes"),
        (lambda: Csv(path="x", classes=("a",)), "classes"),
        (lambda: Csv(path="x", text="label"), "label"),
        (lambda: Jsonl(path="x", text="label"), "label"),
        (lambda: Parquet(path="x", text="label"), "label"),
        (lambda: Csv(path="x", delimiter=""), "delimiter"),
        (lambda: Csv(path="x", delimiter=";;"), "delimiter"),
        (lambda: Csv(path="x", text=""), "text"),
        (lambda: Csv(path="x", split="label"), "split"),
        (lambda: Csv(path="x", encoding="latin-one"), "encoding=.*no text encoding"),
        (lambda: Csv(path="x", encoding="rot13"), "encoding=.*no text encoding"),
        (lambda: Csv(path="x", encoding="utf-8\0"), "encoding=.*no text encoding"),
        (lambda: Csv(path="x", encoding="utf-16"), "encoding=.*lines can't be told apart"),
        (lambda: Csv(path="x", aliases=("a=b", "c")), "aliases=.*'c' is not of the form found=meant"),
        (lambda: Csv(path="x", aliases=("=b",)), "aliases"),
        (lambda: FastText(path="x", prefix="a b"), "prefix"),
        (lambda: Docstrings(packages=("jax",)), "packages"),
        (lambda: Docstrings(packages=("jax", "jax")), "packages"),
        (lambda: Docstrings(packages=("jax", "numpi")), "packages=.*'numpy'"),
        (lambda: Docstrings(max_share=0.1), "max_share"),
        (lambda: Docstrings(max_share=float("nan")), "max_share"),
    ],
)
def test_wrong_fields_are_named(make, field):
    with pytest.raises(ValueError, match=f"^{field}"):
        make()


@dataclasses.dataclass(frozen=True)
class Config:
    data: Source = Docstrings()


@pytest.mark.parametrize(
    "source",
    [
        Docstrings(packages=("jax", "numpy"), max_share=0.5),
        Csv(path="a.csv", text="review", label="stars", delimiter=";", columns=("stars", "review")),
        Tsv(path="a.tsv", classes=("1", "0"), aliases=("one=1",), encoding="latin-1"),
        Jsonl(path="a.jsonl", test_path="b.jsonl", valid_path="c.jsonl"),
        Parquet(path="a.parquet", split="side"),
        FastText(path="a.txt", prefix=""),
    ],
    ids=lambda source: type(source).__name__,
)
def test_a_config_holds_a_source(source):
    encoded = draccus.encode(Config(source))
    assert draccus.decode(Config, json.loads(json.dumps(encoded))) == Config(source)


def test_a_source_is_chosen_by_flags():
    flags = "--data.type csv --data.path r.csv --data.text review --data.label stars"
    flags += " --data.columns [stars,review]"
    start = experiments.config.Config(embedlab.Dense(vocabulary=10, dim=4))
    assert overrides.apply(start, flags.split()).config.data == Csv(
        path="r.csv", text="review", label="stars", columns=("stars", "review")
    )
