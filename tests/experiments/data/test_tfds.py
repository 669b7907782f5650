"""Sets of TensorFlow Datasets: prepared here, in each format, without TensorFlow; absent and damaged ones."""

from __future__ import annotations

import json
import re
import shutil
import struct
import sys
import types
import warnings
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from experiments.data import Csv, Dataset, Tfds, split
from experiments.data.files import alike
from experiments.data.tfds_builder import prepare
from experiments.data.tfds_sets import find, known_names, parse_name, prepared
from experiments.tasks import Classes, Labels, Value


def films(train=60, valid=10, test=20):
    n = train + valid + test
    texts = tuple(f"film {i}, schön" for i in range(n))
    rows = np.arange(n, dtype=np.int32)
    return Dataset(
        "films",
        texts,
        rows % 2,
        ("neg", "pos"),
        rows,
        valid_rows=rows[train : train + valid],
        test_rows=rows[train + valid :],
    )


def pairs(data, rows=None):
    rows = range(len(data.texts)) if rows is None else rows
    return {(data.texts[row], data.classes[data.labels[row]]) for row in rows}


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    """A folder of one prepared set."""
    folder = tmp_path_factory.mktemp("sets")
    prepare(films(), "films", folder)
    return folder


@pytest.fixture
def copied(sets, tmp_path):
    """The folder of the set's copy, to be changed."""
    shutil.copytree(sets, tmp_path / "sets")
    return tmp_path / "sets" / "films" / "1.0.0"


def other(data_dir, splits, features=None, file_format="array_record", name="other", keys=("text", "label")):
    """Prepares any rows, as someone else's builder would."""
    import tensorflow_datasets as tfds

    features = features or {"text": tfds.features.Text(), "label": tfds.features.ClassLabel(names=["n", "p"])}

    class Other(tfds.core.GeneratorBasedBuilder, skip_registration=True):
        VERSION = tfds.core.Version("2.0.1")

        def _info(self):
            made = tfds.features.FeaturesDict(features)
            return tfds.core.DatasetInfo(builder=self, features=made, supervised_keys=keys)

        def _split_generators(self, dl_manager):
            return {side: iter(list(enumerate(rows))) for side, rows in splits.items()}

        def _generate_examples(self):
            raise NotImplementedError

    Other.name = name
    tfds.disable_progress_bar()
    builder = Other(data_dir=str(data_dir), file_format=file_format)
    builder.download_and_prepare(download_dir=str(data_dir / "none"))
    return Path(builder.data_dir)


def rows_of(n, label=lambda i: i % 2, start=0):
    return [{"text": f"text {i}", "label": label(i)} for i in range(start, start + n)]


# --- what is prepared is read ----------------------------------------------------------------------------


def test_what_was_prepared_is_read(sets):
    data, told = Tfds("films", data_dir=str(sets)), []
    found = data.load(lambda done, total: told.append((done, total)))
    assert pairs(found) == pairs(films()) and found.classes == ("neg", "pos")
    assert pairs(found, found.test_rows) == pairs(films(), films().test_rows)
    assert pairs(found, found.valid_rows) == pairs(films(), films().valid_rows)
    assert [len(side) for side in (split(found, seed=0).train, found.valid_rows)] == [60, 10]
    assert found.name == "films:1.0.0" and told == [(0, 90)]
    assert "tensorflow" not in sys.modules


def test_the_order_is_the_same_each_time(sets, tmp_path):
    prepare(films(), "films", tmp_path)
    first, again = (Tfds("films", data_dir=str(folder)).load() for folder in (sets, tmp_path))
    assert first.texts == again.texts


def test_a_csv_file_becomes_a_set(write, tmp_path):
    path = write("review,stars\n" + "".join(f"text {i},{'ab'[i % 2]}\n" for i in range(50)))
    source = Csv(path=path, text="review", label="stars")
    folder = prepare(source.load(), "mine", tmp_path / "new", "1.2.3")
    assert folder == tmp_path / "new" / "mine" / "1.2.3"
    assert [one.name for one in (tmp_path / "new").iterdir()] == ["mine"], "no folder for downloads is left"
    data = Tfds("mine", data_dir=str(tmp_path / "new")).load()
    assert pairs(data) == pairs(source.load()) and not len(data.test_rows)
    assert len(split(data, seed=0).test) == 5


LABELS = {
    "classes": (Classes(), np.arange(60, dtype=np.int32) % 2, ("neg", "pos")),
    "labels": (Labels(), np.arange(120).reshape(60, 2) % 3 == 1, ("a,b", "c")),
    "values": (Value(), (np.arange(60) - 30) / 10, ()),
}


@pytest.mark.parametrize("kind", LABELS)
@pytest.mark.parametrize("paired", [False, True])
@pytest.mark.parametrize("file_format", ["array_record", "tfrecord"])
def test_pairs_and_labels_of_every_task_come_back(kind, paired, file_format, tmp_path):
    (task, labels, classes), rows = LABELS[kind], np.arange(60, dtype=np.int32)
    texts, seconds = (tuple(f"text {i // some}" for i in range(60)) for some in (2, 3))
    sides = {"test_rows": rows[50:], "valid_rows": rows[40:50], "seconds": seconds if paired else ()}
    data = Dataset("all", texts, labels, classes, alike(texts, sides["seconds"], False), task=task, **sides)
    folder = prepare(data, "all", tmp_path)
    if file_format == "tfrecord":
        as_tfrecord(folder)
    found = Tfds("all", str(tmp_path)).load(task=task)
    assert found.classes == classes and found.labels.dtype == data.labels.dtype
    assert [len(found.seconds), len(found.test_rows), len(found.valid_rows)] == [60 * paired, 10, 10]

    def told(data, rows):
        second = data.seconds or ("",) * 60
        alike_it = (data.groups[:, None] == data.groups).sum(1)
        return sorted((data.texts[i], second[i], str(data.labels[i]), int(alike_it[i])) for i in rows)

    assert told(found, range(60)) == told(data, range(60))
    assert told(found, found.test_rows) == told(data, rows[50:])
    assert told(found, found.valid_rows) == told(data, rows[40:50])
    on_disk = Tfds("all", str(tmp_path)).load(task=task, folder=tmp_path)
    assert list(on_disk.seconds) == list(found.seconds)


def test_the_second_text_may_be_named_or_left_out(tmp_path):
    rows = np.arange(40, dtype=np.int32)
    one, two = (tuple(f"{which} {i}" for i in rows) for which in ("one", "two"))
    prepare(Dataset("two", one, rows % 2, ("x", "y"), rows, seconds=two), "two", tmp_path)
    for more, texts, seconds in [
        ({}, one, two),
        ({"text": "text"}, one, ()),
        ({"second": "none"}, one, ()),
        ({"text": "second"}, two, ()),
        ({"text": "second", "second": "text"}, two, one),
        ({"second": "text+second"}, one, tuple(f"{a} {b}" for a, b in zip(one, two, strict=True))),
    ]:
        found = Tfds("two", str(tmp_path), **more).load()
        assert (sorted(found.texts), sorted(found.seconds)) == (sorted(texts), sorted(seconds)), more
    for more, message in [
        ({"second": "tow"}, r"there is no feature 'tow'; it has .*--data\.second"),
        ({"second": "label"}, r"row 0 of 'train': the second text is \d; name .*--data\.second"),
    ]:
        with pytest.raises(ValueError, match=message):
            Tfds("two", str(tmp_path), **more).load()


def test_near_duplicates_are_one_group_where_they_are_to_be(tmp_path):
    long = " ".join(f"word{i}" for i in range(20))
    rows = np.arange(3, dtype=np.int32)
    data = Dataset("twins", (f"{long} so", f"{long} then", "another"), rows % 2, ("x", "y"), rows)
    prepare(data, "twins", tmp_path)
    for near, groups in ((False, 3), (True, 2)):
        found = Tfds("twins", data_dir=str(tmp_path), near_duplicates=near).load()
        assert len(np.unique(found.groups)) == groups and found.near is near


def checksum(raw):
    """The masked CRC-32C of a TFRecord file."""
    crc = 0xFFFFFFFF
    for byte in raw:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def as_tfrecord(folder):
    """Makes a set one that TFDS prepared by default, in TFRecord; written here, as TFDS needs TensorFlow."""
    from array_record.python.array_record_module import ArrayRecordReader

    for file in folder.glob("*.array_record-*"):
        reader = ArrayRecordReader(str(file))
        with open(str(file).replace("array_record", "tfrecord"), "wb") as out:
            for record in reader.read_all():
                size = struct.pack("<Q", len(record))
                out.write(size + checksum(size) + record + checksum(record))
        reader.close()
        file.unlink()
    info = folder / "dataset_info.json"
    info.write_text(info.read_text().replace("array_record", "tfrecord"))


@pytest.fixture
def tfrecord(copied):
    """The same set in TFRecord."""
    as_tfrecord(copied)
    return copied


def test_tfrecord_is_read_through_grain(sets, tfrecord):
    data, same = (Tfds("films", data_dir=str(folder)).load() for folder in (tfrecord.parent.parent, sets))
    assert data.texts == same.texts and data.labels.tolist() == same.labels.tolist()
    assert "tensorflow" not in sys.modules


def test_a_part_of_a_split_is_read(sets, tfrecord):
    for folder in (sets, tfrecord.parent.parent):
        whole = Tfds("films", data_dir=str(folder)).load()
        part = Tfds("films", str(folder), train="train[:50%]", valid="train[50%:60%]", test="none").load()
        assert part.texts == whole.texts[:36] and part.valid_rows.tolist() == list(range(30, 36))
        assert not len(part.test_rows)


@pytest.mark.parametrize("cut", ["a record", "a length", "a length of memory"])
def test_a_cut_tfrecord_is_found(cut, tfrecord):
    (file,) = tfrecord.glob("*train.tfrecord*")
    raw = file.read_bytes()
    lengths = {"a length": b"\xff" * 8, "a length of memory": struct.pack("<Q", 2**48)}
    file.write_bytes(lengths[cut] + raw[8:] if cut in lengths else raw[:-20])
    with pytest.raises(ValueError, match=r"in .*films/1\.0\.0: row \d+ of 'train' can't be read .* again"):
        Tfds("films", data_dir=str(tfrecord.parent.parent)).load()


def test_parquet_is_read_and_lost_rows_are_found(tmp_path):
    folder = other(tmp_path, {"train": rows_of(60)}, file_format="parquet")
    data = Tfds("other", data_dir=str(tmp_path)).load()
    assert sorted(data.texts) == sorted(f"text {i}" for i in range(60))
    (file,) = folder.glob("*.parquet*")
    pq.write_table(pq.read_table(file).slice(0, 50), file)
    with pytest.raises(ValueError, match=r"has 50 rows, but 60 by the description .* loses rows"):
        Tfds("other", data_dir=str(tmp_path)).load()


# --- sets of others --------------------------------------------------------------------------------------


def test_a_test_split_without_labels_is_not_tested_on(tmp_path):
    splits = {"train": rows_of(40), "validation": rows_of(8, start=40), "test": rows_of(9, lambda i: -1, 60)}
    other(tmp_path, splits)
    data = Tfds("other", data_dir=str(tmp_path)).load()
    assert data.name == "other:2.0.1 (tested on validation)"
    assert len(data.test_rows) == 8 and not len(data.valid_rows) and len(data.texts) == 48
    with pytest.raises(ValueError, match=r"row 0 of 'test': the label is -1: the row has none; take another"):
        Tfds("other", data_dir=str(tmp_path), test="test").load()
    valid = Tfds("other", data_dir=str(tmp_path), valid="validation").load()
    assert not len(valid.test_rows) and len(valid.valid_rows) == 8


def labels_of(i):
    """None, one or both of two labels, as the text says."""
    return [number for number in (0, 1) if i >> number & 1]


@pytest.fixture(scope="module")
def several(tmp_path_factory):
    """A set whose rows have any number of labels, with a test split."""
    import tensorflow_datasets as tfds

    folder = tmp_path_factory.mktemp("several")
    label = tfds.features.Sequence(tfds.features.ClassLabel(names=["odd", "twos"]))
    train, test = rows_of(80, labels_of), rows_of(20, labels_of, start=80)
    for row in [*train, *test]:
        row["text"] += " ".join(["", *(f"is{number}" for number in row["label"])])
    other(folder, {"train": train, "test": test}, {"text": tfds.features.Text(), "label": label})
    return folder


def test_rows_may_have_any_number_of_labels(several):
    data = Tfds("other", str(several)).load(task=Labels())
    assert data.classes == ("odd", "twos") and len(data.test_rows) == 20
    number = [int(text.split()[1]) for text in data.texts]
    assert sorted(number) == list(range(100)) and all(number[row] >= 80 for row in data.test_rows)
    for i, has in zip(number, data.labels.tolist(), strict=True):
        assert has == [bool(i & 1), bool(i & 2)]
    with pytest.raises(ValueError, match=r"2 labels \('odd', 'twos'\); .*--task\.type labels|no label;"):
        Tfds("other", str(several)).load()


@pytest.mark.slow
def test_a_set_of_several_labels_trains(several, small, inside, tmp_path):
    words = ["--data", "tfds:other", "--data.data_dir", several, "--task.type", "labels"]
    more = ["--embedding.vocabulary", 50, "--train.rate", 0.1, "--train.steps", 40]
    status, out, err = inside(small, "--workdir", tmp_path / "w", *words, *more)
    assert status == 0, err
    assert "other:2.0.1: 100 documents, 2 labels, any number of them a row" in " ".join(out.split())
    summary = json.loads((tmp_path / "w" / "summary.json").read_text())
    assert summary["classes"] == ["odd", "twos"] and summary["test"]["sample_f1"] > 0.9


@pytest.mark.parametrize(
    ("kind", "stored", "found"),
    [
        (np.float32, (4.7, 123456792.0, 3e9, 0.1), (4.7, 123456792.0, 3e9, 0.1)),
        (np.float64, (4.699999809265137, 0.5, 123456792.0), (4.699999809265137, 0.5, 123456792.0)),
    ],
)
def test_numbers_are_those_that_were_stored(kind, stored, found, tmp_path):
    import tensorflow_datasets as tfds

    features = {"text": tfds.features.Text(), "label": tfds.features.Scalar(kind)}
    rows = rows_of(len(stored) * 5, lambda i: stored[i % len(stored)])
    other(tmp_path, {"train": rows}, features)
    data = Tfds("other", str(tmp_path)).load(task=Value())
    told = dict(zip(data.texts, data.labels.tolist(), strict=True))
    assert told == {row["text"]: found[i % len(found)] for i, row in enumerate(rows)}


def test_features_may_be_named_and_joined(tmp_path):
    import tensorflow_datasets as tfds

    features = {"title": tfds.features.Text(), "body": tfds.features.Text(), "stars": np.int32}
    rows = [{"title": f"t{i}", "body": f"b{i}", "stars": i % 3} for i in range(30)]
    other(tmp_path, {"train": rows}, features, keys=None)
    data = Tfds("other", str(tmp_path), text="title+body", label="stars").load()
    assert sorted(data.texts) == sorted(f"t{i} b{i}" for i in range(30)) and data.classes == ("0", "1", "2")
    for more, message in [
        ({}, r"no feature is known as the text; it has .*--data\.text"),
        ({"text": "boddy", "label": "stars"}, "no feature 'boddy'; it has 'body'"),
        ({"text": "body"}, r"no feature is known as the label; .*--data\.label"),
        ({"text": "stars", "label": "body"}, r"row 0 of 'train': the text is \d; name a feature of text"),
        ({"text": "body", "label": "stars", "train": "trian"}, "no split 'trian'; it has 'train'"),
        (
            {"text": "body", "label": "stars", "train": "train[:x%]"},
            r"the split 'train\[:x%\]' can't be read",
        ),
    ]:
        with pytest.raises(ValueError, match=message):
            Tfds("other", str(tmp_path), **more).load()


def test_a_text_that_is_no_utf8_is_found(tmp_path):
    other(tmp_path, {"train": [*rows_of(3), {"text": b"sch\xf6n", "label": 0}]})
    with pytest.raises(ValueError, match=r"row \d of 'train': byte 3 of the text is no UTF-8"):
        Tfds("other", str(tmp_path)).load()


# --- what is not there -----------------------------------------------------------------------------------


def test_a_set_that_is_absent_is_asked_for_in_vain(sets):
    with pytest.raises(ValueError, match=r"^tfds:imdb_reviews: not prepared in ") as caught:
        Tfds("imdb_reviews", data_dir=str(sets)).load()
    told = str(caught.value)
    assert f"python scripts/prepare_tfds.py tfds:imdb_reviews --data_dir {sets}" in told
    assert "Prepared there: 'films:1.0.0'" in told and "did you mean" not in told
    with pytest.raises(ValueError, match=r"did you mean films\?"):
        Tfds("film", data_dir=str(sets)).load()
    with pytest.raises(ValueError, match="There is no folder"):
        Tfds("films", data_dir=str(sets / "absent")).load()
    assert {"imdb_reviews", "ag_news_subset"} < set(known_names())


def test_versions_and_variants(sets, tmp_path, monkeypatch):
    for place in (
        "films/1.0.0",
        "films/1.10.0",
        "films/2.0.0",
        "glue/sst2/1.0.0",
        "glue/cola/1.0.0",
        "one/en/1.0.0",
    ):
        shutil.copytree(sets / "films" / "1.0.0", tmp_path / place)
    (tmp_path / "films" / "incomplete.XYZ_3.0.0").mkdir()
    (tmp_path / "films" / "3.0.0").mkdir()
    assert len(prepared(tmp_path)) == 6
    for name, place in [
        ("films", "films/2.0.0"),
        ("films:1.*.*", "films/1.10.0"),
        ("films:1.0.0", "films/1.0.0"),
        ("glue/sst2", "glue/sst2/1.0.0"),
        ("one", "one/en/1.0.0"),
    ]:
        assert find(name, tmp_path).folder == tmp_path / place
    for name, message in [
        ("glue", "several variants; name one: tfds:glue/cola, tfds:glue/sst2"),
        ("films:3.0.0", "not prepared in"),
        ("glue/rte", "not prepared in .*glue/cola:1.0.0"),
        ("one/de", "not prepared in"),
    ]:
        with pytest.raises(ValueError, match=message):
            find(name, tmp_path)
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    assert len(Tfds("films").load().texts) == 90


@pytest.mark.parametrize(
    "name", ["", "a b", "../films", "films/../x", "films:1", "hf:films", "films/a/b", "/films"]
)
def test_what_is_no_name_is_refused(name):
    with pytest.raises(ValueError, match=r"^name="):
        Tfds(name)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": "a", "second": "a"}, "second"),
        ({"second": "a", "label": "a"}, "label"),
        ({"train": ""}, "train"),
        ({"train": "none"}, "train"),
        ({"text": "a", "label": "a"}, "label"),
        ({"test": "train"}, "test"),
        ({"valid": "x", "test": "x"}, "test"),
    ],
)
def test_wrong_fields_are_named(fields, field):
    with pytest.raises(ValueError, match=f"^{field}="):
        Tfds("films", **fields)


def test_names_of_variants_are_parsed():
    assert parse_name("glue/sst2:1.*.0") == ("glue", "sst2", "1.*.0")
    assert parse_name("wikipedia/20190301.en").config == "20190301.en"


# --- damage ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "change", "message"),
    [
        ("dataset_info.json", lambda raw: raw[:100], "description of the set can't be read"),
        (
            "dataset_info.json",
            lambda raw: raw.replace(b'"60"', b'"61"'),
            "'train'.*61|61.*'train'|can't be read",
        ),
        ("dataset_info.json", lambda raw: raw.replace(b"array_record", b"riegeli"), "format riegeli"),
        ("dataset_info.json", None, "can't be read"),
        ("features.json", lambda raw: b"{}", "can't be read"),
        ("label.labels.txt", lambda raw: raw[:3], "label is 1, out of 0 … 0|can't be read|the label"),
        ("films-train.array_record-00000-of-00001", None, "can't be read"),
        ("films-train.array_record-00000-of-00001", lambda raw: raw[: len(raw) // 2], "can't be read"),
        ("films-train.array_record-00000-of-00001", lambda raw: b"", "can't be read"),
    ],
)
def test_damage_is_told_in_a_sentence(file, change, message, copied):
    if change is None:
        (copied / file).unlink()
    else:
        (copied / file).write_bytes(change((copied / file).read_bytes()))
    with pytest.raises(ValueError, match=message) as caught:
        Tfds("films", data_dir=str(copied.parent.parent)).load()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("flips", [60, pytest.param(600, marks=pytest.mark.slow)])
def test_every_flipped_bit_of_an_array_record_is_found_or_makes_no_difference(flips, copied):
    source = Tfds("films", data_dir=str(copied.parent.parent))
    good = source.load()
    rng, found = np.random.default_rng(0), 0
    for file in copied.glob("*.array_record-*"):
        raw = np.frombuffer(file.read_bytes(), np.uint8)
        written = np.flatnonzero(raw)  # the rest is padding
        places = np.r_[rng.choice(written, flips), rng.integers(0, len(raw), flips // 2)]
        for place, bit in zip(places, rng.integers(0, 8, len(places)), strict=True):
            damaged = raw.copy()
            damaged[place] ^= 1 << bit
            file.write_bytes(damaged.tobytes())
            try:
                read = source.load()
            except ValueError as error:
                assert "can't be read" in str(error) and str(copied) in str(error)
                found += 1
            else:
                assert (read.texts, read.labels.tolist()) == (good.texts, good.labels.tolist())
        file.write_bytes(raw.tobytes())
    assert found > 2 * flips, "of three files"


# --- preparing -------------------------------------------------------------------------------------------


def test_what_is_there_stays(sets):
    before = {file: file.read_bytes() for file in sets.rglob("*") if file.is_file()}
    with pytest.raises(ValueError, match=r"^name='films': .* holds a set of this name and version"):
        prepare(films(20), "films", sets)
    assert {file: file.read_bytes() for file in sets.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "My-Films"}, "^name='My-Films': give a name of small letters"),
        ({"name": "../films"}, "^name="),
        ({"version": "1"}, "^version='1': give three numbers"),
    ],
)
def test_what_tfds_does_not_take_is_refused(change, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        prepare(films(), **{"name": "films", "data_dir": tmp_path / "new", **change})
    assert not (tmp_path / "new").exists()


def test_a_class_is_one_line(tmp_path):
    rows = np.arange(2, dtype=np.int32)
    with pytest.raises(ValueError, match=r"^classes='a\\nb'"):
        prepare(Dataset("two", ("x", "y"), rows, ("a\nb", "c"), rows), "two", tmp_path)


@pytest.mark.parametrize(
    ("labels", "classes", "message"),
    [
        (np.zeros((2, 3)), ("a", "b", "c"), r"labels float64\[2, 3\] of 3 classes are not kept"),
        (np.zeros((2, 2)), (), r"labels float64\[2, 2\] of 0 classes are not kept in a set; give"),
        (np.array([1e9, 1e9 + 1]), (), "which is off by 1 here; give them less their mean"),
        (np.array([1e39, 0.0]), (), r"float32, which ends at 3\.4e\+38; scale them down"),
    ],
)
def test_labels_that_a_set_does_not_keep_are_refused(labels, classes, message, tmp_path):
    rows = types.SimpleNamespace(name="two", texts=("x", "y"), seconds=(), labels=labels, classes=classes)
    with warnings.catch_warnings(), pytest.raises(ValueError, match=f"^dataset='two': .*{message}"):
        warnings.simplefilter("error")
        prepare(rows, "two", tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_set_that_was_broken_off_is_none(tmp_path):
    def interrupted(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(films(), "films", tmp_path, progress=interrupted)
    assert prepared(tmp_path) == []
    prepare(films(), "films", tmp_path)
    assert len(prepared(tmp_path)) == 1


# --- the page on data ------------------------------------------------------------------------------------


def test_the_builder_of_the_page_prepares_a_set(root, tmp_path, monkeypatch):
    page = (root / "docs" / "data.md").read_text("utf-8")
    (block,) = re.findall(r"^```python\n(import json\n.*?)^```$", page, re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(tmp_path)
    for name in ("train", "test"):
        lines = (json.dumps({"review": f"{name} {i}", "stars": 1 + i % 5}) for i in range(40))
        Path(f"{name}.jsonl").write_text("\n".join(lines))
    exec(block, {"__name__": "builder"})
    data = Tfds("reviews", data_dir="sets").load()
    assert pairs(data) == {
        (f"{n} {i}", "good" if i % 5 > 2 else "bad") for n in ("train", "test") for i in range(40)
    }
    assert len(data.test_rows) == 40
