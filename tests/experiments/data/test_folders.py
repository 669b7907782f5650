"""Folders of texts by class, on the disk and in zip archives."""

import io
import json
import os
import re
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experiments.data import Folders, split
from tests.experiments.started import start, told

FILES = {
    "reviews/neg/2.txt": "dull\n",
    "reviews/neg/10.txt": "\ufeffnot good",
    "reviews/pos/1.txt": "a fine film\r\n\r\nand long",
    "reviews/README": "Who wrote them.",
    "reviews/notes.txt": "not a text of a class",
    "__MACOSX/reviews/neg/._2.txt": "\0",
    "reviews/pos/.hidden.txt": "no",
}
TEXTS = ("not good", "dull", "a fine film\r\n\r\nand long")


def in_zip(files=FILES):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return sink.getvalue()


@pytest.fixture
def place(tmp_path):
    """Writes files below the test's folder, and gives its path."""

    def put(files=FILES):
        for name, text in files.items():
            path = tmp_path / "folder" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        return str(tmp_path / "folder")

    return put


def test_a_folder_and_an_archive_are_read_alike(place, write):
    folder, archive = place(), write(in_zip(), "reviews.zip")
    for path in (folder, folder + "/reviews", archive, archive + "/reviews"):
        data = Folders(path=path).load()
        assert data.texts == TEXTS and data.classes == ("neg", "pos") and data.labels.tolist() == [0, 0, 1]
    assert Folders(path=archive).load().name == "reviews"


def test_real_reviews_are_those_of_the_archive(data_dir):
    path = data_dir / "nltk" / "movie_reviews.zip"
    data = Folders(path=str(path)).load()
    with zipfile.ZipFile(path) as archive:
        first = archive.read("movie_reviews/neg/cv000_29416.txt").decode()
    assert data.texts[0] == first.strip() and [sum(data.labels == c) for c in (0, 1)] == [1000, 1000]


@pytest.mark.parametrize("packed", [False, True])
def test_folders_of_sides_are_the_sides(packed, place, write):
    files = {f"set/train/{c}/{i}.txt": f"{c} {i}" for c in ("neg", "pos") for i in range(20)}
    files |= {"set/test/pos/1.txt": "new", "set/test/neg/1.txt": "newer", "set/train/unsup/1.txt": "?"}
    path = write(in_zip(files)) if packed else place(files)
    data = Folders(path=path, classes=("neg", "pos")).load()
    assert [data.texts[row] for row in split(data, seed=0).test] == ["newer", "new"]
    assert len(data.texts) == 42, "folders of other classes are passed over"
    both = Folders(path=path + "/set/train", test_path=path + "/set/test", classes=("neg", "pos")).load()
    assert set(both.texts) == set(data.texts) and len(both.test_rows) == 2


#: What the archive of Maas et al. holds beside the texts of its two classes.
BESIDE = {
    "aclImdb/README": "Large Movie Review Dataset v1.0",
    "aclImdb/imdb.vocab": "the\nand\n",
    "aclImdb/imdbEr.txt": "0.0490972013402\n0.201363575849\n",
    "aclImdb/train/labeledBow.feat": "9 0:9 1:1 2:4\n",
    "aclImdb/train/unsupBow.feat": "0 0:8 1:6\n",
    "aclImdb/train/urls_neg.txt": "http://www.imdb.com/title/tt0064354/usercomments\n",
    "aclImdb/train/urls_pos.txt": "http://www.imdb.com/title/tt0453418/usercomments\n",
    "aclImdb/train/urls_unsup.txt": "http://www.imdb.com/title/tt0018515/usercomments\n",
    "aclImdb/test/labeledBow.feat": "10 0:7 1:4\n",
    "aclImdb/test/urls_neg.txt": "http://www.imdb.com/title/tt0406816/usercomments\n",
    "aclImdb/test/urls_pos.txt": "http://www.imdb.com/title/tt0108160/usercomments\n",
}


def film_reviews(neg, pos):
    """Negative and positive texts as the archive lays them out: half of each, or so, on either side."""
    files = dict(BESIDE)
    for label, texts, stars in (("neg", neg, 3), ("pos", pos, 8)):
        for number, text in enumerate(texts):
            files[f"aclImdb/{('train', 'test')[number % 2]}/{label}/{number // 2}_{stars}.txt"] = text
    return files | {f"aclImdb/train/unsup/{number}_0.txt": f"unknown {number}" for number in range(9)}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("inner", ["", "/aclImdb"])
def test_files_beside_the_classes_of_a_side_are_no_texts(packed, inner, place, write):
    files = film_reviews([f"bad {i}" for i in range(10)], [f"good {i}" for i in range(12)])
    path = (write(in_zip(files), "a.zip") if packed else place(files)) + inner
    data = Folders(path=path, classes=("neg", "pos")).load()
    expected = {f"{word} {i}" for word, count in (("bad", 10), ("good", 12)) for i in range(count)}
    assert set(data.texts) == expected and data.classes == ("neg", "pos")
    assert {data.texts[row] for row in data.test_rows} == {text for text in expected if int(text[-1]) % 2}
    for text, label in zip(data.texts, data.labels, strict=True):
        assert text.startswith(("bad", "good")[label])
    (note,) = data.notes
    assert note.startswith(f"Of the files *.txt in {path}, passed over: 6 that lie in no folder of a class (")
    assert "test/urls_neg.txt'" in note and note.endswith("9 in folders of other classes ('unsup').")
    train = path + ("" if inner else "/aclImdb") + "/train"
    alone = Folders(path=train, test_path=train[:-5] + "test", classes=("neg", "pos")).load()
    assert set(alone.texts) == expected and len(alone.notes) == 2


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (("dev/1", "dev/2", "test/1", "test/2", "test/old/3"), ("dev", "dev", "test", "test", "test")),
        (("train/neg/1", "train/pos/1", "test/1"), ("test", "train", "train")),
        (("train/neg/1", "train/pos/1", "dev/neg/2", "test/1"), ("dev", "test", "train", "train")),
    ],
)
def test_folders_named_as_sides_are_classes_unless_each_holds_classes(names, labels, place):
    data = Folders(path=place({f"{name}.txt": name for name in names})).load()
    assert sorted(data.texts) == sorted(names) and not data.notes
    assert tuple(data.classes[label] for label in data.labels) == labels


def test_an_archive_that_is_gone_or_damaged_when_it_is_counted_is_told_in_a_sentence(write):
    path = Path(write(in_zip(), "a.zip"))
    source = Folders(path=str(path))
    path.write_bytes(in_zip()[:-30])
    with pytest.raises(ValueError, match=r"a\.zip: the archive can't be unpacked"):
        source.passed_over(path)
    path.write_bytes(in_zip())
    path.chmod(0)
    if not os.access(path, os.R_OK):  # root reads all
        with pytest.raises(ValueError, match=r"a\.zip: cannot be read"):
            source.passed_over(path)


def test_nothing_is_told_where_nothing_is_passed_over(place):
    assert Folders(path=place({"neg/1.txt": "a", "pos/1.txt": "b", "README": "c"})).load().notes == ()


@pytest.mark.slow
def test_the_documented_command_reads_film_reviews_as_they_are_archived(
    data_dir, root, small, place, tmp_path
):
    with zipfile.ZipFile(data_dir / "nltk" / "movie_reviews.zip") as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".txt"))
        by_class = {c: [archive.read(n).decode() for n in names if f"/{c}/" in n] for c in ("neg", "pos")}
    folder = place(film_reviews(by_class["neg"][:300], by_class["pos"][:300]))
    page = (root / "docs" / "data.md").read_text("utf-8")
    (command,) = re.findall(r"^python -m experiments\.classify (.*folders:aclImdb .*)$", page, re.MULTILINE)
    given = {"CONFIG.py": small, "DIR": tmp_path / "w", "folders:aclImdb": f"folders:{folder}/aclImdb"}
    words = [given.get(word, word) for word in command.split()]
    process = start(root, *words, "--embedding.vocabulary", 3000, "--text.max_length", 400)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert "aclImdb: 600 documents, 2 classes; train 269 without 1 whose text the test set holds" in told(out)
    assert "passed over: 6 that lie in no folder of a class" in told(out) and "('unsup')" in told(out)
    linear = json.loads((tmp_path / "w" / "baselines" / "tfidf-logistic" / "summary.json").read_text())
    assert linear["test"]["accuracy"] > 0.65, "labels are those of the texts"


def test_what_is_no_ordinary_file_is_passed_over(place):
    path = Path(place())
    os.mkfifo(path / "reviews" / "neg" / "pipe.txt")
    (path / "reviews" / "neg" / "loop").symlink_to(path)
    (path / "reviews" / "neg" / "nothing.txt").symlink_to(path / "absent")
    assert Folders(path=str(path)).load().texts == TEXTS


def test_names_that_lead_elsewhere_lead_nowhere(write, tmp_path):
    link = zipfile.ZipInfo("a/link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("../../b/evil.txt", "x")
        archive.writestr("a/1.txt", "y")
        archive.writestr(link, "/etc/passwd")
    assert "/etc/passwd" not in Folders(path=write(sink.getvalue(), "b.zip")).load().texts
    assert not list(tmp_path.rglob("evil.txt"))


@pytest.mark.parametrize(
    ("content", "more", "message"),
    [
        (
            in_zip({"a/1.txt": "x", "b/1.md": "y"}),
            {"pattern": "*.rst"},
            "holds no folder with files .*pattern",
        ),
        (in_zip({"1.txt": "x"}), {}, "holds no folder with files"),
        (in_zip({"a/1.txt": " "}), {}, r"a/1\.txt: the text is empty"),
        (in_zip({"a/1.txt": b"x\xff"}), {}, r"a/1\.txt: byte 1 of the file is 0xff"),
        (b"no archive", {}, "is no folder and no zip archive"),
        (b"", {}, "the file is empty"),
        (in_zip({"a/1.txt": "x" * (2**24 + 1)}), {}, r"a/1\.txt: longer than"),
        (in_zip({f"a/{i}.txt": b"x" * 2**24 for i in range(5)}), {}, "unpacked it has more than 200 times"),
    ],
    ids=["pattern", "no folder", "empty", "encoding", "no archive", "nothing", "long", "bomb"],
)
def test_what_is_no_set_is_refused(content, more, message, write):
    path = write(content, "a.zip")
    with pytest.raises(ValueError, match=message) as caught:
        Folders(path=path, **more).load()
    assert path in str(caught.value)


def test_places_that_are_not_there_are_refused(place, write):
    with pytest.raises(ValueError, match=r"^--data.path=.*No such file"):
        Folders(path=place() + "/absent").load()
    archive = write(in_zip(), "a.zip")
    with pytest.raises(ValueError, match="holds no folder"):
        Folders(path=archive + "/absent").load()
    with pytest.raises(ValueError, match=r"^--data.test_path=.*No such file"):
        Folders(path=archive, test_path="absent").load()
    with pytest.raises(ValueError, match="pattern="):
        Folders(path=archive, pattern="neg/*.txt")


def test_an_archive_with_a_password_is_refused(write):
    raw = bytearray(in_zip())
    for head, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = -1
        while (at := raw.find(head, at + 1)) >= 0:
            raw[at + flags] |= 1
    with pytest.raises(ValueError, match=r"can't be unpacked.*password"):
        Folders(path=write(bytes(raw))).load()


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_archive_is_a_value_error_or_harmless(data, write):
    raw = in_zip()
    start, stop = sorted(data.draw(st.tuples(st.integers(0, len(raw)), st.integers(0, len(raw)))))
    stop = data.draw(st.sampled_from([stop, min(start + 4, len(raw))]))
    path = write(raw[:start] + data.draw(st.binary(max_size=8)) + raw[stop:])
    try:
        Folders(path=path).load()
    except ValueError as error:
        assert path in str(error), "the message names the file"
