"""Normalising and splitting, on all of Unicode and on real text."""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedlab.text import Tokenise, normalise, split

TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("aΣ'’ _\u0301\u200d\u200c😀\u00a0")
)


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@given(text=TEXTS)
def test_normalise_is_idempotent(form: str, text: str) -> None:
    once = normalise(text, form=form)
    assert normalise(once, form=form) == once
    assert unicodedata.is_normalized(form, once)


def test_normalise_is_idempotent_on_every_character() -> None:
    characters = map(chr, [*range(0xD800), *range(0xE000, sys.maxunicode + 1)])
    assigned = [char for char in characters if unicodedata.category(char) not in ("Cn", "Co")]
    text = "\n".join(assigned)  # nothing composes across a line's end
    assert len(assigned) > 140_000 and normalise(normalise(text)) == normalise(text)
    assert normalise(text) != text


def test_normalise_composes_what_lower_case_leaves_apart() -> None:
    assert normalise("J\u030c") == "ǰ"
    assert normalise("J\u030c", lower=False) == "J\u030c"


def test_normalise_keeps_what_it_is_told_to_keep() -> None:
    assert normalise("ﬁ É", lower=False) == "fi É"
    assert normalise("ﬁ E\u0301", form="NFC") == "ﬁ é"
    assert normalise("ﬁ E\u0301", form=None) == "ﬁ e\u0301"
    assert normalise("ﬁ E\u0301", lower=False, form=None) == "ﬁ E\u0301"


@given(TEXTS)
def test_split_loses_nothing_but_white_space(text: str) -> None:
    tokens = split(text)
    assert "".join(tokens) == "".join(text.split())
    assert all(token and not any(char.isspace() for char in token) for token in tokens)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        (" \t\n\u00a0\u2003", []),
        ("foo_bar(__init__, x2)", ["foo_bar", "(", "__init__", ",", "x2", ")"]),
        ("don't l’homme rock'n'roll", ["don't", "l’homme", "rock'n'roll"]),
        ("'tis the dogs' 'n''", ["'", "tis", "the", "dogs", "'", "'", "n", "'", "'"]),
        ("3.14 e-mail...", ["3", ".", "14", "e", "-", "mail", ".", ".", "."]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("nai\u0308ve na\u00efve", ["nai\u0308ve", "na\u00efve"]),
        ("می\u200cخواهم", ["می\u200cخواهم"]),
        ("日本語。好き", ["日本語", "。", "好き"]),
        ("👩\u200d💻ok❤\ufe0f!", ["👩\u200d💻", "ok", "❤\ufe0f", "!"]),
        ("\u0301 a", ["\u0301", "a"]),
    ],
)
def test_split_by_the_rule(text: str, tokens: list[str]) -> None:
    assert split(text) == tokens


def test_combining_marks_cover_all_of_unicode() -> None:
    marks = [chr(c) for c in range(sys.maxunicode + 1) if unicodedata.category(chr(c)).startswith("M")]
    assert len(marks) > 2000
    assert all(split(f"a{mark}b") == [f"a{mark}b"] for mark in marks)


def test_real_russian_and_english_words_stay_whole(data_dir: Path) -> None:
    # Words that fastText read from a real text: one of letters alone must come through whole.
    vectors = (data_dir / "vector_formats" / "crime-and-punishment.vec").read_text(encoding="utf-8")
    words = [line.split(" ")[0] for line in vectors.splitlines()[1:]]
    letters = [word for word in words if word.isalpha()]
    assert len(letters) > 200 and any(not word.isascii() for word in letters)
    assert split(" ".join(letters)) == letters


def test_tokenise_is_a_value() -> None:
    assert Tokenise() == Tokenise(lower=True, form="NFKC")
    assert hash(Tokenise()) == hash(Tokenise())
    assert Tokenise()("The ﬁne foo_bar's") == ["the", "fine", "foo_bar's"]
    assert Tokenise(lower=False, form=None)("The ﬁne") == ["The", "ﬁne"]


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("make", [lambda form: Tokenise(form=form), lambda form: normalise("é", form=form)])
def test_unknown_form_is_refused(make) -> None:
    with pytest.raises(ValueError, match=r"^form='NFX': choose one of NFC, NFD, NFKC, NFKD, or None$"):
        make("NFX")
