"""Codons: the standard code, letters that leave an amino acid open, and words of amino acids."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.genes.codons import OPEN, STOP, translated
from experiments.genes.kmers import Kmers
from experiments.genes.letters import MEANT

#: Amino acid -> its codons, as textbooks list them.
CODONS = {
    **{
        "A": "GCT GCC GCA GCG",
        "R": "CGT CGC CGA CGG AGA AGG",
        "N": "AAT AAC",
        "D": "GAT GAC",
        "C": "TGT TGC",
    },
    **{"Q": "CAA CAG", "E": "GAA GAG", "G": "GGT GGC GGA GGG", "H": "CAT CAC", "I": "ATT ATC ATA"},
    **{"L": "TTA TTG CTT CTC CTA CTG", "K": "AAA AAG", "M": "ATG", "F": "TTT TTC", "P": "CCT CCC CCA CCG"},
    **{"S": "TCT TCC TCA TCG AGT AGC", "T": "ACT ACC ACA ACG", "W": "TGG", "Y": "TAT TAC"},
    **{"V": "GTT GTC GTA GTG", STOP: "TAA TAG TGA"},
}


def test_every_codon_is_the_code_of_what_textbooks_say() -> None:
    known = {codon: acid for acid, codons in CODONS.items() for codon in codons.split()}
    assert len(known) == 64
    assert all(translated(codon) == acid for codon, acid in known.items())


def test_a_letter_for_several_is_read_where_all_are_of_one_amino_acid() -> None:
    for codon in map("".join, itertools.product("ACGTNRY", repeat=3)):
        meant = {translated("".join(one)) for one in itertools.product(*(MEANT[letter] for letter in codon))}
        assert translated(codon) == (meant.pop() if len(meant) == 1 else OPEN)


@given(st.text("".join(MEANT), min_size=1, max_size=40))
def test_codons_are_read_one_by_one(sequence: str) -> None:
    whole = [sequence[at : at + 3] for at in range(0, len(sequence), 3) if len(sequence[at : at + 3]) == 3]
    assert translated(sequence) == ("".join(map(translated, whole)) or OPEN)


def test_words_count_amino_acids() -> None:
    letters = "ATGGCGNNNTGGTAA"  # M A X W *
    assert Kmers(k=(2,), translate=True).words(letters) == ["MA", "AX", "XW", "W*"]
    assert Kmers(k=(1,), stride=2, positions="only", translate=True).words(letters) == ["0:M", "2:X", "4:*"]
    assert Kmers(k=(2,), ambiguous="skip", translate=True).words(letters) == ["MA", "W*"]
    assert Kmers(k=(2,), ambiguous="blur", translate=True).words(letters) == ["MA", "AX", "XW", "W*"]
    assert Kmers(k=(5,), translate=True).words("AC") == [OPEN]


def test_codons_are_of_one_strand() -> None:
    with pytest.raises(ValueError, match="canonical=True: a position or a codon is one of a strand"):
        Kmers(canonical=True, translate=True)
