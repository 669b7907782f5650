"""A text as numbers on disk against one that is read word by word in memory."""

from __future__ import annotations

import bz2
import collections
import gzip
import io
import itertools
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experiments.data import reading
from experiments.errors import Mistake, RunFailure
from experiments.pretraining import Corpus, encoded, lines
from experiments.pretraining.encoded import Encoded, encode

VERSE = "the cat sat\n\non the mat the end\nthe cat"
SAME_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def tell(done: int, whole: int) -> None:
    assert 0 <= done <= whole


def read(folder: Path, most: int | None = None, **fields: Any) -> Encoded:
    """The numbers of a text, read anew."""
    shutil.rmtree(folder / "corpus", ignore_errors=True)
    corpus = Corpus(**{"path": (str(folder / "text"),), "min_count": 1, **fields})
    return encode(corpus, most, folder / "corpus", tell)


def sentences(found: Encoded) -> list[list[str]]:
    """The text that numbers stand for."""
    text: list[list[str]] = [[]]
    for number in found.tokens.tolist():
        if number == -1:
            text.append([])
        else:
            text[-1].append(found.words[number])
    assert text.pop() == []  # a break is behind each line
    return text


def by_hand(
    text: list[list[str]], min_count: int, most: int | None, passes: int, threshold: float, mark: str
) -> tuple[list[str], list[list[str]]]:
    """The words that stay, in their order, and the text of them; one word at a time."""
    seen = list(dict.fromkeys(word for line in text for word in line))
    for _ in range(min(passes, 20)):
        counts = collections.Counter(word for line in text for word in line)
        pairs = collections.Counter(pair for line in text for pair in itertools.pairwise(line))
        total = sum(counts.values())
        numbers = {word: i for i, word in enumerate(seen)}
        good = sorted(
            (
                pair
                for pair, times in pairs.items()
                if _score(pair, times, counts, total, min_count) > threshold
            ),
            key=lambda pair: (numbers[pair[0]], numbers[pair[1]]),
        )
        seen = list(dict.fromkeys([*seen, *(a + mark + b for a, b in good)]))
        text = [list(_joined(line, set(good), mark)) for line in text]
    counts = collections.Counter(word for line in text for word in line)
    ranked = sorted((word for word in seen if counts[word] >= min_count), key=lambda word: -counts[word])
    kept = ranked[:most]
    return kept, [[word for word in line if word in kept] for line in text]


def _score(pair: tuple[str, str], times: int, counts: Any, total: int, min_count: int) -> float:
    return (times - min_count) * total / (counts[pair[0]] * counts[pair[1]])


def _joined(line: list[str], good: set[tuple[str, str]], mark: str) -> Iterator[str]:
    i = 0
    while i < len(line):
        if i + 1 < len(line) and (line[i], line[i + 1]) in good:
            yield line[i] + mark + line[i + 1]
            i += 2
        else:
            yield line[i]
            i += 1


LINES = st.lists(
    st.lists(st.sampled_from(["a", "b", "c", "d", "a_b", "a_b_c", "é"]), max_size=8), min_size=1, max_size=12
)


@SAME_FOLDER
@given(
    text=LINES,
    min_count=st.integers(1, 3),
    most=st.one_of(st.none(), st.integers(2, 5)),
    passes=st.sampled_from([0, 1, 2, 3, 10**9]),
    threshold=st.sampled_from([0.5, 1.0, 3.0]),
)
def test_numbers_are_those_of_a_reading_word_by_word(
    tmp_path: Path, text: list[list[str]], min_count: int, most: int | None, passes: int, threshold: float
) -> None:
    (tmp_path / "text").write_text("".join(" ".join(line) + "\n" for line in text), "utf-8")
    words, wanted = by_hand(text, min_count, most, passes, threshold, "_")
    fields = {"min_count": min_count, "phrases": passes, "phrase_threshold": threshold}
    if len(words) < 2:
        with pytest.raises(Mistake, match=r"lower corpus\.min_count"):
            read(tmp_path, most, **fields)
        return
    found = read(tmp_path, most, **fields)
    assert sentences(found) == wanted
    assert list(found.words) == words
    assert found.counts.tolist() == [sum(line.count(word) for line in wanted) for word in words]
    assert sorted(path.name for path in (tmp_path / "corpus").iterdir()) == [
        "counts.npy",
        "manifest.json",
        "tokens.i32",
        "words.json",
    ]


@SAME_FOLDER
@given(text=LINES, part=st.integers(1, 20), written=st.integers(1, 20), piece=st.integers(1, 20))
def test_the_sizes_of_parts_make_no_difference(
    tmp_path: Path, text: list[list[str]], part: int, written: int, piece: int
) -> None:
    """A text is read, written and joined in parts; where they end is seen nowhere, but for phrases."""
    (tmp_path / "text").write_text("\n".join(" ".join(line) for line in text), "utf-8")
    (tmp_path / "text").write_bytes(b"z z\n" + (tmp_path / "text").read_bytes() + b" y y")
    whole = read(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "_PART", part)
        patch.setattr(encoded, "_WRITTEN", written)
        patch.setattr(encoded, "_PIECE", piece)
        parts = read(tmp_path)
    assert parts.words == whole.words and parts.tokens.tolist() == whole.tokens.tolist()
    assert parts.counts.tolist() == whole.counts.tolist() and parts.raw_words == whole.raw_words


def test_phrases_are_the_same_in_pieces_of_whole_lines(tmp_path: Path, monkeypatch: Any) -> None:
    draw = np.random.default_rng(0)
    text = "\n".join(" ".join(draw.choice([*"abcdef"], draw.integers(0, 9))) for _ in range(300))
    (tmp_path / "text").write_text(text)
    fields: dict[str, Any] = {"phrases": 2, "phrase_threshold": 1.05}
    whole = read(tmp_path, **fields)
    assert whole.about["phrases"]["number"] > 3
    assert whole.about["phrases"]["most_frequent"][0] in whole.words
    monkeypatch.setattr(encoded, "_PIECE", 10)  # longer than a line
    parts = read(tmp_path, **fields)
    assert parts.words == whole.words and parts.tokens.tolist() == whole.tokens.tolist()


# --- files -----------------------------------------------------------------------------------------------


def zipped(**files: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


WANTED = [["the", "cat", "sat"], [], ["on", "the", "mat", "the", "end"], ["the", "cat"]]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (VERSE.encode(), "utf-8"),
        (VERSE.encode() + b"\n", "utf-8"),
        (VERSE.encode() + b" \t", "utf-8"),
        (VERSE.encode("utf-8-sig"), "utf-8"),
        (VERSE.replace("\n", "\r\n").encode(), "utf-8"),
        (VERSE.replace(" ", " \x0b\u2028\u00a0 ").encode(), "utf-8"),
        (gzip.compress(VERSE.encode()), "utf-8"),
        (gzip.compress(VERSE[:20].encode()) + gzip.compress(VERSE[20:].encode()), "utf-8"),
        (zipped(text=VERSE), "utf-8"),
        (
            zipped(**{"b": "the cat", "a/x": VERSE[:-8], "a/.DS_Store": "\0", "__MACOSX/._a": "\0"}),
            "utf-8",
        ),
        (VERSE.encode("iso2022_jp"), "iso2022_jp"),
    ],
    ids=[
        *(
            "no newline",
            "newline",
            "blanks at the end",
            "mark of the byte order",
            "CRLF",
            "other white space",
        ),
        *("gzip", "gzip twice", "zip", "zip with hidden files", "stateful encoding"),
    ],
)
def test_a_text_is_the_same_in_each_file(tmp_path: Path, content: bytes, encoding: str) -> None:
    (tmp_path / "text").write_bytes(content)
    assert sentences(read(tmp_path, encoding=encoding)) == WANTED


def test_several_files_folders_and_patterns(tmp_path: Path) -> None:
    for name, text in {
        "b.txt": "two two",
        "a.txt": "one one\n",
        "c/d.txt": "three",
        "c/.hidden": "\0",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    ordered = [["one", "one"], ["two", "two"]]
    for path in (("*.txt",), ("a.txt", "b.txt"), ("[a-b].txt",)):
        assert sentences(read(tmp_path, path=tuple(str(tmp_path / one) for one in path))) == ordered
    shutil.rmtree(tmp_path / "corpus")
    assert sentences(
        encode(Corpus((str(tmp_path),), min_count=1), None, tmp_path / "n" / "corpus", tell)
    ) == [
        *ordered,
        ["three"],
    ]
    (tmp_path / "a.txt").write_text("")  # an empty one is no matter beside others
    assert sentences(read(tmp_path, path=(str(tmp_path / "*.txt"), str(tmp_path / "c")))) == [
        ["two", "two"],
        ["three"],
    ]


def test_encodings_and_ways_to_split(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes("Schön, ÉTÉ_x isn't\n".encode("latin-1"))
    for fields, wanted in (
        ({}, ["schön,", "été_x", "isn't"]),
        ({"lower": False}, ["Schön,", "ÉTÉ_x", "isn't"]),
        ({"split": "marks"}, ["schön", ",", "été_x", "isn't"]),
        ({"split": "words"}, ["schön", "été", "x", "isn't"]),
    ):
        assert sentences(read(tmp_path, encoding="latin-1", **fields)) == [wanted]


def test_a_line_longer_than_what_is_read_at_a_time(tmp_path: Path) -> None:
    """As text8, which is one line; the words at the ends of the parts stay whole."""
    draw = np.random.default_rng(0)
    words = [f"w{n}" + "é" * (n % 3) for n in draw.integers(0, 5000, 600_000)]
    (tmp_path / "text").write_text(" ".join(words), "utf-8")
    assert (tmp_path / "text").stat().st_size > 3 * lines._PART
    found = read(tmp_path)
    (line,) = sentences(found)
    assert line == words


def test_real_text_is_that_of_a_reading_by_words(data_dir: Path, tmp_path: Path) -> None:
    path = data_dir / "corpus_text8_head" / "text8.head.gz"
    if not path.is_file():
        pytest.skip(f"real data missing: no {path}")
    words = gzip.decompress(path.read_bytes()).decode().split()
    counts = collections.Counter(words)
    found = read(tmp_path, 3000, path=(str(path),), min_count=5)
    assert found.raw_words == len(words)
    kept = [word for word, times in counts.most_common(3000) if times >= 5]
    assert list(found.words) == kept
    known = set(kept)
    assert sentences(found) == [[word for word in words if word in known]]


# --- what is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "of 0 words 0 would have an id"),
        (b"\n\n\n", "of 0 words 0 would have an id"),
        (b"word word word", "of 1 words 1 would have an id, and 2 are the least; lower corpus.min_count"),
        (b"a b\nc \xff d", "text, line 2: byte 6 of the file is 0xff, which is no utf-8 text"),
        (b"a b\nc \0 d", "text, line 2: byte 6 of the file is 0x00, a NUL"),
        ("a b".encode("utf-16"), "looks like UTF-16; convert it"),
        (bz2.compress(b"a b a b"), "looks like bzip2; unpack it"),
        (gzip.compress(b"a b " * 99)[:-9], "the gzip data are cut short or damaged"),
        (gzip.compress(b"a " * 2**20), "more than 200 times its size, as no text has"),
        (zipped(a="a b " * 99)[:-9], "the zip is damaged"),
        (zipped(a="a " * 2**20), "text, a, line 1: unpacked it has more than 200 times its size"),
        (zipped(a="a\0b"), "text, a, line 1: byte 1 of the file is 0x00"),
    ],
    ids=[
        *("empty", "blank", "one word", "not UTF-8", "NUL", "UTF-16", "bzip2", "cut gzip", "bomb", "cut zip"),
        *("bomb in a zip", "binary in a zip"),
    ],
)
def test_what_is_no_text_is_refused(
    tmp_path: Path, content: bytes, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_FREE", 2**20)
    (tmp_path / "text").write_bytes(content)
    with pytest.raises(Mistake, match=message):
        read(tmp_path)


def test_a_file_without_white_space_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_PART", 100)
    monkeypatch.setattr(lines, "_LONGEST", 1000)
    (tmp_path / "text").write_text("a b\n" + "x" * 990 + " y")
    assert [len(word) for word in read(tmp_path).words] == [1, 1, 990, 1]
    (tmp_path / "text").write_text("a b\n" + "x" * 1200 + " y")
    with pytest.raises(Mistake, match="line 2: no white space in 1,000 bytes"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ((), "path=.*: give the text to learn from: --corpus.path books.txt"),
        (("none.txt",), r"path='none.txt': can't be read \(No such file or directory\)"),
        (("no*.txt",), r"path='no\*.txt': no file matches this pattern"),
        (("empty",), "path='empty': there is no file in this folder"),
        (("/dev/null",), "path='/dev/null': this is a pipe or a device"),
        (("text", "text"), "path='text': this file is named twice"),
        (("te\0xt",), "path=.*: can't be read"),
    ],
)
def test_paths_that_can_not_be(
    tmp_path: Path, path: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text").write_text("a b")
    Path("empty").mkdir()
    with pytest.raises(Mistake, match=f"^corpus: {message}"):
        read(tmp_path, path=path)


# --- numbers that are there ------------------------------------------------------------------------------


def test_numbers_are_taken_where_they_are_and_the_text_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "text").write_text(VERSE)
    corpus = Corpus((str(tmp_path / "text"),), min_count=1)
    first = encode(corpus, None, tmp_path / "corpus", tell)
    (tmp_path / "text").write_text(VERSE.upper())  # of the same size: it is not read
    again = encode(corpus, None, tmp_path / "corpus", lambda *_: pytest.fail("it is read again"))
    assert again.words == first.words and again.tokens.tolist() == first.tokens.tolist()
    (tmp_path / "text").write_text(VERSE + "s")
    with pytest.raises(Mistake, match=r"text: the text is not .* \(39 bytes then, 40 bytes now\)"):
        encode(corpus, None, tmp_path / "corpus", tell)


def test_other_files_in_a_folder_are_told(tmp_path: Path) -> None:
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "a").write_text(VERSE)
    corpus = Corpus((str(tmp_path / "text"),), min_count=1)
    encode(corpus, None, tmp_path / "corpus", tell)
    (tmp_path / "text" / "b").write_text("more")
    with pytest.raises(Mistake, match=r"/b: .* \(no file then, 4 bytes now\)"):
        encode(corpus, None, tmp_path / "corpus", tell)
    (tmp_path / "text" / "a").unlink()
    with pytest.raises(Mistake, match=r"/a: .* \(39 bytes then, no file now\)"):
        encode(corpus, None, tmp_path / "corpus", tell)


@pytest.mark.parametrize("name", ["tokens.i32", "counts.npy", "words.json", "manifest.json"])
def test_damaged_numbers_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "text").write_text(VERSE)
    before = read(tmp_path).tokens.tolist()
    corpus = Corpus((str(tmp_path / "text"),), min_count=1)
    file = tmp_path / "corpus" / name
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)
    with pytest.raises(RunFailure, match=f"{name}: .*Remove the folder .*corpus: the text is read anew"):
        encode(corpus, None, tmp_path / "corpus", tell)
    shutil.rmtree(tmp_path / "corpus")
    assert encode(corpus, None, tmp_path / "corpus", tell).tokens.tolist() == before


def test_what_a_kill_left_of_a_reading_is_read_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "text").write_text(VERSE)
    corpus = Corpus((str(tmp_path / "text"),), min_count=1, phrases=1, phrase_threshold=0.1)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    for name in ("_first_pass", "_joined", "_write"):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(encoded, name, killed)
            encode(corpus, None, tmp_path / "corpus", tell)
        (tmp_path / "corpus" / "tokens.i32").write_bytes(b"torn")
    assert encode(corpus, None, tmp_path / "corpus", tell).raw_words > 5
    assert json.loads((tmp_path / "corpus" / "words.json").read_text())
