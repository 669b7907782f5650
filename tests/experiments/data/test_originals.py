"""Sets that papers are measured on, each read from its original files by flags alone."""

import re
import shlex

import numpy as np
import pytest

import embedlab
from experiments.config import Config
from experiments.data import FastText, papers, split
from experiments.settings import arguments, overrides

KIM = "--data.prefix '' --data fasttext:{data}/kim2014/"
SST = " --data.valid_path {data}/kim2014/stsa.KIND.dev --data.test_path {data}/kim2014/stsa.KIND.test"


def read(data_dir, flags):
    words = shlex.split(flags.replace("{data}", shlex.quote(str(data_dir))))
    return overrides.apply(Config(embedlab.Dense(vocabulary=10, dim=4)), words).config.data.load()


@pytest.mark.parametrize(
    "flags, rows, classes",
    [
        (KIM + "rt-polarity.all --data.encoding latin-1", (10662, 0, 0), 2),
        (KIM + "stsa.fine.train" + SST.replace("KIND", "fine"), (8544, 1101, 2210), 5),
        (KIM + "stsa.binary.train" + SST.replace("KIND", "binary"), (6920, 872, 1821), 2),
        (
            KIM + "TREC.train.all --data.test_path {data}/kim2014/TREC.test.all --data.encoding latin-1",
            (5452, 0, 500),
            6,
        ),
        (
            "--data csv:{data}/ag_news_test/test.csv --data.text title+description"
            " --data.columns label,title,description",
            (7600, 0, 0),
            4,
        ),
        (
            "--data lines:{data}/webkb/WebKB.clean.txt --data.labels {data}/webkb/WebKB.txt"
            " --data.columns id,split,label --data.split split"
            " --data.aliases studen=student,facult=faculty,cours=course,projec=project",
            (2803, 0, 1396),
            4,
        ),
        ("--data folders:{data}/nltk/movie_reviews.zip", (2000, 0, 0), 2),
    ],
    ids=["MR", "SST-1", "SST-2", "TREC", "AG News", "WebKB", "movie_reviews"],
)
def test_counts_are_those_published(data_dir, flags, rows, classes):
    data = read(data_dir, flags)
    train = len(data.texts) - len(data.valid_rows) - len(data.test_rows)
    assert (train, len(data.valid_rows), len(data.test_rows)) == rows
    assert len(data.classes) == classes and set(np.unique(data.labels)) == set(range(classes))
    splits = split(data, seed=0)
    assert len(splits.test) == rows[2] or not rows[2]
    seen, held = {data.texts[i] for i in splits.train}, {data.texts[i] for i in (*splits.valid, *splits.test)}
    assert not seen & held


@pytest.mark.parametrize(
    "made, first, others, host",
    [
        (papers.mr, "kim2014/rt-polarity.all", [], "harvardnlp"),
        (papers.trec, "kim2014/TREC.train.all", ["TREC.test.all"], "harvardnlp"),
        (lambda: papers.sst(2), "kim2014/stsa.binary.train", ["stsa.binary.test"], "harvardnlp"),
        (lambda: papers.sst(5), "kim2014/stsa.fine.train", ["stsa.fine.test"], "harvardnlp"),
        (papers.ag_news_test, "ag_news_test/test.csv", [], "mhjabreel"),
        (papers.webkb, "webkb/WebKB.clean.txt", ["WebKB.txt"], "yao8839836"),
        (papers.movie_reviews, "nltk/movie_reviews.zip", [], "nltk"),
    ],
)
def test_an_absent_original_is_named_with_where_it_is_fetched(
    made, first, others, host, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    for value, said in (("", "not set now, which means ./data"), (str(tmp_path), repr(str(tmp_path)))):
        monkeypatch.setenv("EMBEDLAB_DATA", value)
        with pytest.raises(ValueError) as caught:
            made().load()
        message = str(caught.value)
        for part in (first, *others, f"https://github.com/{host}/", "EMBEDLAB_DATA", said, str(tmp_path)):
            assert part in message
        assert "\n" not in message and "give the path" not in message
    with pytest.raises(ValueError, match=r"give the path of a file$"):
        FastText(path="kim2014/none").load()


def test_one_that_is_absent_beside_others_is_named(data_dir, tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDLAB_DATA", str(tmp_path))
    (tmp_path / "kim2014").mkdir()
    (tmp_path / "kim2014" / "TREC.train.all").symlink_to(data_dir / "kim2014" / "TREC.train.all")
    with pytest.raises(ValueError, match=r"^--data.test_path=.*TREC.test.all.*; fetch TREC.train.all and"):
        papers.trec().load()


def test_sets_are_called_by_their_names(data_dir, monkeypatch):
    monkeypatch.setenv("EMBEDLAB_DATA", str(data_dir))
    assert papers.trec().load().name == "TREC"
    made = papers.mr(), papers.sst(2), papers.sst(5), papers.ag_news_test(), papers.webkb()
    assert [source.title for source in made] == ["MR", "SST-2", "SST-1", "AG News, test rows", "WebKB"]


def test_the_words_of_the_films_are_whole(data_dir):
    data = read(data_dir, KIM + "rt-polarity.all --data.encoding latin-1")
    assert sum("\x85" in text for text in data.texts) > 10  # a line's end to str.splitlines, not here
    assert data.texts[0] == "simplistic , silly and tedious ."
    assert any("é" in text for text in data.texts)


def test_a_title_and_what_follows_are_one_text(data_dir):
    flags = "--data csv:{data}/ag_news_test/test.csv --data.text title+description"
    data = read(data_dir, flags + " --data.columns label,title,description")
    assert data.texts[0].startswith("Fears for T N pension after talks Unions representing workers at Turner")


def test_the_commands_of_the_page_are_taken(root):
    page = (root / "docs" / "data.md").read_text("utf-8")
    commands = [line for line in page.splitlines() if line.startswith("python -m experiments.classify")]
    cells = re.findall(r"`(--data [^`]+)`", page)
    assert len(commands) >= 9 and len(cells) >= 9
    for words in [shlex.split(line)[3:] for line in commands] + [shlex.split(cell) for cell in cells]:
        given = arguments.parse(words).overrides
        if not any(word.isupper() for word in given):  # TYPE:PATH, COLUMN
            overrides.apply(Config(embedlab.Dense(vocabulary=10, dim=4)), given)
