"""A folder that sentence-transformers loads: a tokenizer of whole words, and a table of theirs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from embedlab.vectors.reading._safetensors import UNKNOWN
from embedlab.vectors.writing._numbers import Numbers
from embedlab.vectors.writing._safetensors import TABLE, safetensors_content
from embedlab.vectors.writing._writable import Content

#: Of the words' file: as model2vec names them, which multiplies each row by its weight.
INT8_TABLE = "embeddings"

_MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.StaticEmbedding"},
]
_CONFIG = {"model_type": "SentenceTransformer", "prompts": {}, "similarity_fn_name": "cosine"}


def unknown_word(words: Sequence[str]) -> str:
    """The name of the word that stands for all others: `[UNK]`, with more brackets where that is a word.

    Args:
        words: those of the table.

    Returns:
        None of them.

    Example:
        >>> unknown_word(["cat"]), unknown_word(["[UNK]"])
        ('[UNK]', '[[UNK]]')

    Source: the usual name.
    """
    name, taken = "[UNK]", set(words)
    while name in taken:
        name = f"[{name}]"
    return name


def word_tokenizer(words: Sequence[str], *, lowercase: bool = False) -> Any:
    """A tokenizer that parts text at blanks; a word's id is its row, and the last id is that of all others.

    Args:
        words: those of the table.
        lowercase: whether text is made lower case first.

    Returns:
        A `tokenizers.Tokenizer`.

    Raises:
        ValueError: the library is missing.

    Example:
        >>> word_tokenizer(["cat", "dog"], lowercase=True).encode("Cat sees dog").ids
        [0, 2, 1]

    Source: the tokenizers library, WordLevel.
    """
    try:
        from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
    except ImportError:
        raise ValueError(
            "format='sentence-transformers': tokenizers is missing; pip install 'embedlab[vectors]'"
        ) from None
    unknown = unknown_word(words)
    rows = {word: row for row, word in enumerate([*words, unknown])}
    made = Tokenizer(models.WordLevel(rows, unk_token=unknown))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    if lowercase:
        made.normalizer = normalizers.Lowercase()
    return made


def unreached(tokenizer: Any, words: Sequence[str]) -> list[str]:
    """Words that no text gives, as those with a capital where text is made lower case.

    Args:
        tokenizer: that of the words.
        words: one an id.

    Returns:
        Those that are not encoded to their own id.

    Example:
        >>> unreached(word_tokenizer(["cat", "Dog"], lowercase=True), ["cat", "Dog"])
        ['Dog']

    Source: none.
    """
    found = tokenizer.encode_batch(list(words), add_special_tokens=False)
    return [word for row, (word, one) in enumerate(zip(words, found, strict=True)) if one.ids != [row]]


def sentence_transformers_files(folder: Path, tokenizer: Any, numbers: Numbers) -> dict[Path, Content]:
    """What the files of the folder are made of.

    Args:
        folder: where they are to lie.
        tokenizer: of the words.
        numbers: [words + 1, dim]; the last row is that of unknown words, zeros.

    Returns:
        Path → what writes that file, the list of modules last.

    Example:
        >>> numbers = Numbers(["cat"], np.float32([[1, 2]]), zeros=1)
        >>> made = sentence_transformers_files(Path("."), word_tokenizer(["cat"]), numbers)
        >>> [file.name for file in made][:2]
        ['tokenizer.json', 'model.safetensors']

    Source: sentence-transformers' StaticEmbedding; its int8 is model2vec's, a table and a weight a row.
    """
    table = INT8_TABLE if numbers.dtype == np.int8 else TABLE
    made = tokenizer.to_str(pretty=False).encode()
    return {
        folder / "tokenizer.json": lambda file: file.write(made),
        folder / "model.safetensors": safetensors_content(
            numbers, {UNKNOWN: tokenizer.model.unk_token}, table
        ),
        folder / "config_sentence_transformers.json": _json(_CONFIG),
        folder / "modules.json": _json(_MODULES),
    }


def _json(content: object) -> Content:
    return lambda file: file.write(json.dumps(content, indent=2).encode() + b"\n")
