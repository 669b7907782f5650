"""Folders of texts by class, on the disk and in zip archives."""

import io
import os
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experiments.data import Folders, split

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
