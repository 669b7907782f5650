"""Texts and labels in two files, line by line."""

import pytest

from experiments.data import Lines, split


def test_lines_belong_together(write):
    texts, labels = write("a fine film\n\tdull\x0b one\r\n", "t"), write("1\ttrain\tpos\r\n2\ttest\tneg", "l")
    source = Lines(path=texts, labels=labels, columns=("id", "split", "label"), split="split")
    data = source.load()
    assert data.texts == ("a fine film", "\tdull\x0b one") and data.test_rows.tolist() == [1]
    assert [data.classes[i] for i in data.labels] == ["pos", "neg"]


def test_a_test_file_has_labels_of_its_own(write):
    texts = write("".join(f"text {i}\n" for i in range(40)), "t")
    labels = write("a\nb\n" * 20, "l")
    test, theirs = write("unseen\n", "test"), write("b\n", "theirs")
    source = Lines(path=texts, labels=labels, test_path=test, test_labels=theirs)
    splits = split(source.load(), seed=0)
    assert splits.test.tolist() == [40]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ("a\n", "l: ends after line 1, but .*t goes on; give as many labels as texts"),
        ("a\nb\nc\n", "t: ends after line 2, but .*l goes on"),
        ("a\nb\tc\n", "l, line 2: 2 fields where there are 1 columns; name them with --data.columns"),
        ("a\n\n", "line 2: the label is empty"),
    ],
)
def test_lines_that_do_not_fit_are_refused(labels, message, write):
    with pytest.raises(ValueError, match=message):
        Lines(path=write("one\ntwo\n", "t"), labels=write(labels, "l")).load()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "^labels=''.*give it with path"),
        ({"labels": "l", "test_labels": "m"}, "^test_labels='m': give it with test_path"),
        ({"labels": "l", "label": "class"}, "^label='class': name one of the columns 'label'"),
        ({"labels": "l", "split": "side"}, "^split='side'"),
    ],
)
def test_wrong_fields_are_named(fields, message):
    with pytest.raises(ValueError, match=message):
        Lines(path="t", **fields)


def test_missing_labels_are_named(write):
    with pytest.raises(ValueError, match=r"^--data.labels=.*No such file"):
        Lines(path=write("one\n"), labels="absent").load()
