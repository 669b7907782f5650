"""Tokenizer files, trained here on real text with the library that reads them."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest

import embedlab
from embedlab.text import TokenizerFile

tokenizers = pytest.importorskip("tokenizers")


@pytest.fixture(scope="module")
def text(root: Path) -> list[str]:
    """Real English that every checkout has."""
    return (root / "LICENSE").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def path(text: list[str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A byte-pair tokenizer that pads, truncates and adds marks of its own."""
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=300, special_tokens=["[UNK]", "[CLS]", "[PAD]"], show_progress=False
    )
    tokenizer.train_from_iterator(text, trainer)
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        "[CLS] $A", special_tokens=[("[CLS]", 1)]
    )
    tokenizer.enable_padding(pad_id=2, pad_token="[PAD]")
    tokenizer.enable_truncation(3)
    path = str(tmp_path_factory.mktemp("tokenizer") / "tokenizer.json")
    tokenizer.save(path)
    return path


def test_ids_equal_the_library(path: str, text: list[str]) -> None:
    library = tokenizers.Tokenizer.from_file(path)
    library.no_padding()
    library.no_truncation()
    for special in (False, True):
        own = TokenizerFile(path, special_tokens=special).encode_all(text)
        assert all(ids.dtype == np.int32 for ids in own)
        expected = [library.encode(line, add_special_tokens=special).ids for line in text]
        assert [ids.tolist() for ids in own] == expected
        assert max(map(len, expected)) > 3 and len({len(ids) for ids in expected}) > 3


def test_what_the_file_declares(path: str) -> None:
    tokenizer = TokenizerFile(path)
    assert (len(tokenizer), tokenizer.pad_id, tokenizer.oov_id) == (300, 2, 0)
    assert tokenizer.encode_all(["語"])[0].tolist() == [0]


def test_what_the_file_does_not_declare_is_none(tmp_path: Path) -> None:
    path = str(tmp_path / "plain.json")
    tokenizers.Tokenizer(tokenizers.models.BPE({"a": 0, "b": 5}, [])).save(path)
    tokenizer = TokenizerFile(path)
    assert (tokenizer.pad_id, tokenizer.oov_id) == (None, None)
    assert len(tokenizer) == 6  # ids need not be dense: a table needs rows up to the largest


def test_unigram_declares_its_unknown_id(tmp_path: Path) -> None:
    path = str(tmp_path / "unigram.json")
    tokenizers.Tokenizer(tokenizers.models.Unigram([("a", -1.0), ("?", -2.0)], unk_id=1)).save(path)
    assert TokenizerFile(path).oov_id == 1


def test_it_is_a_value(path: str) -> None:
    assert TokenizerFile(path) == TokenizerFile(path) != TokenizerFile(path, special_tokens=True)
    assert hash(TokenizerFile(path)) == hash(TokenizerFile(path))


def test_no_texts(path: str) -> None:
    assert TokenizerFile(path).encode_all([]) == []
    assert TokenizerFile(path).encode_all([""])[0].shape == (0,)


# --- does it fit -------------------------------------------------------------------------------------


def test_a_tokenizer_larger_than_the_embedding_is_refused(path: str) -> None:
    tokenizer = TokenizerFile(path)
    tokenizer.check_fits(embedlab.Dense(vocabulary=300, dim=4))
    with pytest.raises(ValueError, match=r"tokenizer\.json.*300 ids.*299"):
        tokenizer.check_fits(embedlab.Dense(vocabulary=299, dim=4))


def test_subword_is_asked_with_its_buffers(path: str) -> None:
    spec = embedlab.Subword(vocabulary=2, dim=4, buckets=10)
    words = spec.word_buffers([f"word{i}" for i in range(300)])
    TokenizerFile(path).check_fits(spec, words)
    with pytest.raises(ValueError, match="300 ids"):
        TokenizerFile(path).check_fits(spec, {"ngrams": words["ngrams"][:299]})


# --- mistakes ----------------------------------------------------------------------------------------


def test_a_path_without_a_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "missing.json", tmp_path, tmp_path / "pipe"):
        with pytest.raises(ValueError, match=r"path=.*no such file"):
            TokenizerFile(str(path))


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff\xfe", b'{"model": 3}'], ids=str)
def test_what_is_no_tokenizer_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"bad\.json.*no tokenizer"):
        TokenizerFile(str(path))


def test_a_file_cut_short_is_refused(path: str, tmp_path: Path) -> None:
    whole = Path(path).read_bytes()
    json.loads(whole)
    cut = tmp_path / "cut.json"
    for size in range(0, len(whole), len(whole) // 20):
        cut.write_bytes(whole[:size])
        with pytest.raises(ValueError, match=r"cut\.json"):
            TokenizerFile(str(cut))


def test_one_string_is_not_texts(path: str) -> None:
    with pytest.raises(ValueError, match="sequence of texts"):
        TokenizerFile(path).encode_all("some text")


@pytest.mark.usefixtures("unchecked")
def test_a_text_is_a_string(path: str) -> None:
    for odd in (3, None, ["a"]):
        with pytest.raises(ValueError, match=r"^text=.*: a text is a string$"):
            TokenizerFile(path).encode_all(["a", odd])  # type: ignore[list-item]


def test_a_missing_library_names_the_extra(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(ImportError, match=r"embedlab\[experiments\]"):
        TokenizerFile(path)
