"""Letters and k-mers: strands, letters that stand for several, positions, strides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.genes.kmers import Kmers
from experiments.genes.letters import MEANT, cleaned, reverse_complement

SEQUENCES = st.text("".join(MEANT), min_size=1, max_size=40)


@given(SEQUENCES)
def test_the_other_strand_of_the_other_strand_is_the_first(sequence: str) -> None:
    assert reverse_complement(reverse_complement(sequence)) == sequence


@given(SEQUENCES)
def test_the_other_strand_pairs_each_letter_with_all_that_it_stands_for(sequence: str) -> None:
    pairs = {"A": "T", "C": "G", "G": "C", "T": "A"}
    for letter, other in zip(sequence, reversed(reverse_complement(sequence)), strict=True):
        assert {pairs[one] for one in MEANT[letter]} == set(MEANT[other])


@given(SEQUENCES, st.integers(1, 5), st.integers(1, 4))
def test_words_are_all_runs_of_k_letters(sequence: str, k: int, stride: int) -> None:
    runs = [sequence[i : i + k] for i in range(0, len(sequence) - k + 1, stride)]
    assert Kmers((k,), stride).words(sequence) == (runs or [sequence])


@given(SEQUENCES, st.integers(1, 5))
def test_canonical_words_do_not_tell_the_strands_apart(sequence: str, k: int) -> None:
    read = Kmers((k,), canonical=True).words
    assert sorted(read(sequence)) == sorted(read(reverse_complement(sequence)))


def test_several_k_stand_together_where_they_begin() -> None:
    assert Kmers((1, 3)).words("ACGT") == ["A", "ACG", "C", "CGT", "G", "T"]
    assert Kmers((3, 1), stride=2).words("ACGT") == ["ACG", "A", "G"]


def test_positions_are_those_of_the_sequence_whatever_the_stride() -> None:
    assert Kmers((2,), stride=2, positions="only").words("ACGTA") == ["0:AC", "2:GT"]
    assert Kmers((3,), positions="beside").words("ACGT") == ["ACG", "0:ACG", "CGT", "1:CGT"]


@pytest.mark.parametrize(
    ("policy", "words"),
    [("keep", ["ACR", "CRT", "RTT"]), ("blur", ["ACN", "CNT", "NTT"]), ("skip", [])],
)
def test_letters_that_stand_for_several(policy, words: list[str]) -> None:
    assert Kmers((3,), ambiguous=policy).words("ACRTT") == words


def test_small_letters_rna_and_blanks_are_read() -> None:
    assert cleaned(" acg\nuUn ") == "ACGTTN"


@pytest.mark.parametrize(
    ("sequence", "told"),
    [("", "is empty"), ("AC-GT", "letter 3 of the sequence is '-', a gap"), ("ACG1", "letter 4 .*'1'")],
)
def test_what_is_no_sequence_is_refused(sequence: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        cleaned(sequence)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"k": ()}, "^k="),
        ({"k": (0,)}, "^k="),
        ({"k": (65,)}, "^k="),
        ({"k": (3, 3)}, "each length once"),
        ({"stride": 0}, "^stride="),
        ({"canonical": 1}, "^canonical="),
        ({"ambiguous": "drop"}, "^ambiguous='drop': choose one of keep"),
        ({"canonical": True, "positions": "only"}, "^canonical=True: a position"),
    ],
)
def test_settings_that_are_none_are_refused(fields, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Kmers(**fields)
