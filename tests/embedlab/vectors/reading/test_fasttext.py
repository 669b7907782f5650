"""Whole fastText models: real ones against the vectors that fastText wrote beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import embedlab
from embedlab import Dense, Subword
from embedlab.text.ngrams import fasttext_hash, ngrams
from embedlab.vectors import read, read_fasttext
from embedlab.vectors.reading._fasttext_vectors import pieces
from tests.embedlab.vectors.reading.files import MATRIX, WORDS, fasttext, written


@pytest.fixture
def formats(data_dir: Path) -> Path:
    return data_dir / "vector_formats"


@pytest.mark.parametrize("name", ["crime-and-punishment", "lee_fasttext", "pang_lee_polarity_fasttext"])
def test_vectors_of_a_model_are_those_that_fasttext_wrote(name: str, formats: Path) -> None:
    """Non-ASCII words, a model of before there were versions, a supervised one with words in Latin 1."""
    how: Any = {"utf8": "replace"} if name.startswith("pang") else {}
    model, text = read(formats / f"{name}.bin", **how), read(formats / f"{name}.vec", **how)
    assert model.words == text.words and len(model) > 200
    # The text has five digits.
    np.testing.assert_allclose(model.matrix, text.matrix, rtol=1e-4, atol=2e-5)


def test_what_a_real_model_holds(formats: Path) -> None:
    model = read_fasttext(formats / "lee_fasttext_new.bin")
    s = model.settings
    assert (s.dim, s.model, s.loss, s.minn, s.maxn) == (10, "skipgram", "negative-sampling", 3, 6)
    assert model.table.shape == (1763 + s.buckets, 10) and model.output.shape == (1763, 10)
    assert model.words[:2] == [b"the", b"to"] and model.counts[0] == 3523 and not model.labels
    supervised = read_fasttext(formats / "pang_lee_polarity_fasttext.bin")
    assert supervised.settings.model == "supervised"
    assert supervised.labels == [b"__label__pos", b"__label__neg"] and supervised.output.shape[0] == 2


def test_a_model_is_an_embedding_of_embedlab(formats: Path) -> None:
    """Its vectors by `embed`, over the words and one that it never saw."""
    model = read_fasttext(formats / "crime-and-punishment.bin")
    spec, variables = model.spec, model.variables()
    assert isinstance(spec, Subword)
    vectors = np.asarray(embedlab.all_vectors(spec, variables))
    np.testing.assert_allclose(vectors, model.vectors().matrix, atol=1e-6)
    words = [word.decode() for word in model.words]
    buffers = spec.word_buffers([*words, "наказаниями"])
    longer = embedlab.Variables(variables.tables, buffers=dict(buffers))
    last = embedlab.embed(spec, longer, np.array([len(words)], np.int32))[0]
    np.testing.assert_allclose(last, model.vector("наказаниями"), atol=1e-6)
    assert np.abs(model.vector("наказаниями")).max() > 0


def test_a_model_without_n_grams_is_dense(tmp_path: Path) -> None:
    model = read_fasttext(written(tmp_path, fasttext()))
    assert model.spec == Dense(6, 3)
    np.testing.assert_array_equal(model.variables().tables["table"], MATRIX)
    np.testing.assert_array_equal(model.vector("absent"), np.zeros(3))
    assert model.vectors(only=["of"]).words == ("of",)
    assert "of" in model and "absent" not in model and "\ud800" not in model


def test_n_grams_of_bytes_are_those_of_text() -> None:
    for word in ("cat", "été", "हु", "👍x", "a", ""):
        for minn, maxn in ((1, 3), (3, 6), (2, 2), (0, 1)):
            found = list(pieces(word.encode(), minn, maxn))
            assert found == [piece.encode() for piece in ngrams(word, minn, maxn)]


def test_words_that_are_no_utf8_have_the_n_grams_of_their_bytes(tmp_path: Path) -> None:
    """A letter that goes on without one that began: it belongs to the character before."""
    draw = np.random.default_rng(0).normal(size=(2 + 40, 3)).astype(np.float32)
    words = (b"ab\x97c", b"ok")
    model = read_fasttext(written(tmp_path, fasttext(words=words, table=draw, buckets=40, maxn=3)))
    rows = [
        0,
        *(2 + fasttext_hash(g) % 40 for g in (b"<ab\x97", b"ab\x97c", b"b\x97c>")),
    ]
    by_embed = embedlab.all_vectors(model.spec, model.variables())
    np.testing.assert_allclose(by_embed, model.vectors(utf8="replace").matrix, rtol=1e-5)
    found = model.vectors(utf8="replace")
    assert found.words == ("ab\ufffdc", "ok")
    np.testing.assert_allclose(found.matrix[0], draw[rows].mean(0), rtol=1e-6)


def test_compressed_models_are_read_whole(tmp_path: Path, formats: Path) -> None:
    import gzip

    data = (formats / "lee_fasttext_new.bin").read_bytes()
    packed = read_fasttext(written(tmp_path, gzip.compress(data, 1)))
    plain = read_fasttext(formats / "lee_fasttext_new.bin")
    np.testing.assert_array_equal(packed.table, plain.table)
    assert packed.words == plain.words and WORDS[0].encode() in plain.words


def test_what_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^path='.*': it is of version 9 of fastText's format"):
        read_fasttext(written(tmp_path, fasttext(version=9)))
    with pytest.raises(ValueError, match=r"its settings name loss|cut off"):
        read_fasttext(written(tmp_path, b"the 0.1 0.2\n" * 20))
