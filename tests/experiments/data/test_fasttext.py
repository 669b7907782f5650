"""fastText's training files."""

import pytest

from experiments.data import FastText


def test_labels_anywhere_and_any_spacing(write):
    data = FastText(path=write("__label__a  one\ttwo \n\nthree __label__b four\n")).load()
    assert data.texts == ("one two", "three four")
    assert [data.classes[i] for i in data.labels] == ["a", "b"]


def test_white_space_beyond_ascii_is_part_of_a_word(write):
    assert FastText(path=write("__label__a one\u00a0two\u2028three\n")).load().texts == (
        "one\u00a0two\u2028three",
    )


def test_another_prefix(write):
    assert FastText(path=write("#a one\n#b __label__c\n"), prefix="#").load().classes == ("a", "b")


def test_without_a_prefix_the_first_word_is_the_label(write):
    data = FastText(path=write("1 a fine 1\n0  dull\n\n"), prefix="").load()
    assert (
        data.texts == ("a fine 1", "dull") and data.classes == ("0", "1") and data.labels.tolist() == [1, 0]
    )
    with pytest.raises(ValueError, match="line 2: the text is empty"):
        FastText(path=write("1 fine\n0\n"), prefix="").load()


@pytest.mark.parametrize(
    "line, message",
    [
        ("no label here", "no label.*__label__"),
        ("__label__a __label__b two", "2 labels .'a', 'b'.; .*choose --task.type labels"),
        ("__label__a", "the text is empty"),
        ("__label__ text", "the label is empty"),
    ],
)
def test_malformed_lines_are_reported_by_number(line, message, write):
    with pytest.raises(ValueError, match=f"line 2: {message}"):
        FastText(path=write(f"__label__a fine\n{line}\n")).load()
