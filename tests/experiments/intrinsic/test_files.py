"""Files of pairs, analogies, categories and outliers: the forms in the wild, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from embedlab.quality import OutlierSet, Question
from experiments.intrinsic.groups import read_categories, read_outliers
from experiments.intrinsic.pairs import read_pairs
from experiments.intrinsic.questions import read_questions
from experiments.intrinsic.sets import SIMILARITY, read_sets

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str | bytes, name: str = "set.txt") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


# --- pairs -------------------------------------------------------------------------------------------

PAIRS = (("old", "new", 1.58), ("smart", "intelligent", 9.2))


@pytest.mark.parametrize(
    "text",
    [
        "old\tnew\t1.58\nsmart\tintelligent\t9.2\n",
        "old,new,1.58\r\nsmart,intelligent,9.2",  # no end of the last line
        "old new 1.58\n\n  smart   intelligent 9.2  \n",
        "old;new;1.58\nsmart;intelligent;9.2\n",
        '"Word 1","Word 2","Human (mean)"\n"old","new",1.58\n"smart","intelligent",9.2\n',
        "# a remark\n# word1\tword2\tscore\nold\tnew\t1.58\nsmart\tintelligent\t9.2\n",
        "word1\tword2\tPOS\tSimLex999\tconc(w1)\nold\tnew\tA\t1.58\t2.72\nsmart\tintelligent\tA\t9.2\t1.75\n",
        "old\tnew\t1.58\t1\t2\nsmart\tintelligent\t9.2\t9\t10\n",  # then each judge's own
        "\ufeffold\tnew\t1.58\nsmart\tintelligent\t+9.20e0\n",
    ],
    ids=["tabs", "commas", "blanks", "semicolons", "quoted", "remarks", "simlex", "judges", "mark"],
)
def test_pairs_of_every_form(write: Write, text: str) -> None:
    assert read_pairs(write(text)) == PAIRS


def test_a_word_may_hold_blanks_between_tabs(write: Write) -> None:
    assert read_pairs(write("New York\tLos Angeles\t5\n")) == (("New York", "Los Angeles", 5.0),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\tb\t1\na\tb\n", r"line 2: 'a\\tb' is not of the form WORD<TAB>WORD<TAB>NUMBER; mend"),
        ("a b 1\na b c\n", "line 2: 'a b c' is not of the form WORD WORD NUMBER"),
        ("a,b,1\na\tb\t2\n", r"line 2: 'a\\tb\\t2' is not of the form WORD,WORD,NUMBER"),
        ("a\tb\tnan\n", r"line 1: 'a\\tb\\tnan' is not of the form"),
        ("w\tv\tscore\na\tb\tinf\n", "line 2: "),
        ("a\tb\tN\t1\nc\td\tN\tx\n", r"line 2: .*\(the number in column 4, as above\); mend"),
        ("\tb\t1\na\t\t2\n", "line 1: "),
        ("a\t\t2\n", "line 1: "),
        ("w\tv\tscore\nw\tv\tscore\n", "line 2: "),  # one header
        ("cat\n", "line 1: 'cat' is not of the form"),
        ("", ": there is no pair in it; give two words and a number a line"),
        ("w\tv\tscore\n# none\n", ": there is no pair in it"),
        (
            b"caf\xe9 a 1\n",
            "line 1: byte 3 of the file is 0xe9, .* name the file's encoding, as in --enc",
        ),
        (b"a b 1\n\0\n", "line 2: byte 6 of the file is 0x00"),
    ],
)
def test_what_is_no_pair(write: Write, text: str | bytes, message: str) -> None:
    with pytest.raises(ValueError, match=rf"set\.txt(, )?{message}"):
        read_pairs(write(text))


def test_vectors_taken_for_pairs(write: Write) -> None:
    numbers = " 0.25" * 21
    for text in (f"the{numbers}\n", f"New York{numbers}\n", "400000 50\nthe 0.1 0.2\n"):
        with pytest.raises(ValueError, match=r"line 1: this looks like a file of vectors .*VECTORS"):
            read_pairs(write(text))
    judged = read_pairs(write("tiger\tcat" + "\t7" * 20 + "\n"))  # each judge in a column
    assert judged == (("tiger", "cat", 7.0),)


def test_other_encodings(write: Write) -> None:
    assert read_pairs(write(b"caf\xe9 a 1\n"), "latin-1") == (("café", "a", 1.0),)


# --- analogies ---------------------------------------------------------------------------------------


def test_questions_in_sections(write: Write) -> None:
    text = "// Copyright\n# remark\n: kin\nking queen man woman\n:\tgram1 \na  b\tc d\n"
    assert read_questions(write(text)) == (
        Question("king", "queen", "man", "woman", "kin"),
        Question("a", "b", "c", "d", "gram1"),
    )
    assert read_questions(write("a b c d\n", "msr.txt")) == (Question("a", "b", "c", "d", "msr"),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            ": x\na b c\n",
            r"line 2: 'a b c' has 3 words; write four, as in 'king queen man woman', or",
        ),
        ("a b c d\n# remark\n", "line 2: '# remark' has 2 words"),  # a word may begin so
        (": x\n", ": there is no question in it; give four words a line"),
    ],
)
def test_what_is_no_question(write: Write, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=rf"set\.txt(, )?{message}"):
        read_questions(write(text))


# --- categories and outliers -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["cat\tanimal\noak\ttree\n", "word,category\ncat,animal\noak,tree\n", "# x\ncat animal\noak tree"]
)
def test_categories(write: Write, text: str) -> None:
    assert read_categories(write(text)) == (("cat", "animal"), ("oak", "tree"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cat\tanimal\noak\n", "line 2: 'oak' has 1 fields; write a word and its category"),
        ("cat\tanimal\t1\n", "line 1: .* has 3 fields"),
        ("cat\tanimal\ndog\tanimal\n", ": 2 words in 1 categories; give words of two or more"),
        ("", ": 0 words in 0 categories"),
    ],
)
def test_what_is_no_category(write: Write, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=rf"set\.txt(, )?{message}"):
        read_categories(write(text))


def test_outliers_of_files_and_folders(write: Write, tmp_path: Path) -> None:
    one = write("red\nblue\n\ndog\ncat\n\n\n", "colours.txt")
    two = write("\na\nb\r\n\r\nx\n\nc\nd\n\ny\n", "letters.txt")
    first = OutlierSet(("red", "blue"), ("dog", "cat"), "colours")
    others = (OutlierSet(("a", "b"), ("x",), "letters 1"), OutlierSet(("c", "d"), ("y",), "letters 2"))
    assert read_outliers([one]) == (first,)
    assert read_outliers([two, one]) == (*others, first)
    assert read_outliers([tmp_path]) == (first, *others)


@pytest.mark.parametrize("text", ["", "\n\n", "red\nblue\n", "red\n\ndog\n\nblue\n"])
def test_groups_without_outliers(write: Write, text: str) -> None:
    with pytest.raises(ValueError, match=r"set\.txt: it holds \d blocks of words; write the words of"):
        read_outliers([write(text)])
    with pytest.raises(ValueError, match=r"there is no \.txt in this folder"):
        empty = write("", "x").parent / "empty"
        empty.mkdir()
        read_outliers([empty])


# --- sets --------------------------------------------------------------------------------------------


def test_published_sets_are_whole(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDLAB_DATA", str(data_dir))
    found = read_sets()
    counts = {title: len(pairs) for title, pairs in found.similarity.items()}
    assert counts == {
        "WordSim-353": 353,
        "WordSim-353 sim": 203,
        "WordSim-353 rel": 252,
        "SimLex-999": 999,
        "MEN": 3000,
        "RG-65": 65,
        "MC-30": 30,
        "MTurk-287": 287,
        "VERB-143": 144,
    }
    assert len(found.analogies["Google analogies"]) == 19_544 and len(found.files) == 10
    assert all(len(digest) == 64 for digest in found.files.values())
    some = read_sets(["MEN", "ws353"], [])
    assert list(some.similarity) == ["MEN", "WordSim-353"] and not some.analogies


def test_nothing_is_asked_where_no_set_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDLAB_DATA", str(tmp_path))
    assert not read_sets().asked
    for name in SIMILARITY:
        with pytest.raises(ValueError, match=r"fetch EN-WS-353-ALL\.txt .* from https://github.com/mfaruqui"):
            read_sets([name], [])
    with pytest.raises(ValueError, match=r"fetch questions-words\.txt from https://github.com/tmikolov"):
        read_sets([], ["google"])


def test_files_of_one_name_are_told_apart(write: Write, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    paths = [str(write("a b 1\n", name)) for name in ("mine.txt", "other/mine.txt", "yours.txt")]
    assert list(read_sets(paths, []).similarity) == [*paths[:2], "yours"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ws35", r"^--similarity ws35: there is neither a file nor a set of this name; .* 'ws353'"),
        (
            "none.txt",
            r"^--similarity none\.txt: it can't be read \(No such file or directory\); give",
        ),
        (".", r"^--similarity \.: this is a folder; give an ordinary file"),
        ("/dev/null", r"^--similarity /dev/null: this is a pipe or a device"),
        ("a\0b.txt", "^--similarity a.b"),
    ],
)
def test_what_is_no_set(name: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_sets([name], [])


def test_words_are_lowered(write: Write) -> None:
    found = read_sets(
        [str(write("Old New 1\n", "p.txt"))],
        [str(write(": X\nAthens Greece Oslo Norway\n", "q.txt"))],
        [str(write("Cat A\nOak B\n", "c.txt"))],
        [str(write("Red\nBlue\n\nDog\n", "o.txt"))],
    ).lowered()
    assert found.similarity == {"p": (("old", "new", 1.0),)}
    assert found.analogies == {"q": (Question("athens", "greece", "oslo", "norway", "X"),)}
    assert found.categories == {"c": (("cat", "A"), ("oak", "B"))}
    assert found.outliers == (OutlierSet(("red", "blue"), ("dog",), "o"),)
