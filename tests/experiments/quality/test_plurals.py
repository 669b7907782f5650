"""Pairs of words by their spelling."""

from experiments.quality.plurals import plural_pairs


def paired(*words: str) -> set[tuple[str, str]]:
    return {(words[one], words[other]) for one, other in plural_pairs(words).tolist()}


def test_a_word_is_paired_with_itself_and_an_s() -> None:
    assert paired("arrays", "shape", "array", "returns", "return") == {
        ("array", "arrays"),
        ("return", "returns"),
    }


def test_short_words_numbers_and_words_in_s_are_in_no_pair() -> None:
    assert (
        paired("a", "as", "i", "is", "ga", "gas", "x86", "x86s", "class", "classs", "n_job", "n_jobs")
        == set()
    )


def test_no_words_have_no_pairs() -> None:
    assert plural_pairs([]).shape == plural_pairs(["array"]).shape == (0, 2)
