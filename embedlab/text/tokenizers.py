"""Text → ids through a trained tokenizer: a file of the Hugging Face `tokenizers` library."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int32

from embedlab.base import Embedding
from embedlab.checks import require


@dataclasses.dataclass(frozen=True)
class TokenizerFile:
    """A `tokenizer.json`, read when the object is made, so that a bad file fails before any training.

    `len(tokenizer)` is one more than its largest id: the rows that an embedding needs. Padding and
    truncation that the file declares are left to `embedlab.text.pad`; its ids come out as they are.

    Attributes:
        path: the file.
        special_tokens: whether the file's own marks ("[CLS]", say) are added to each text.

    Raises:
        ValueError: if the file is missing or is no tokenizer.
        ImportError: if the library `tokenizers` is not installed.

    Example:
        >>> import tempfile
        >>> from tokenizers import Tokenizer, models
        >>> path = tempfile.mkdtemp() + "/tokenizer.json"
        >>> Tokenizer(models.WordLevel({"?": 0, "cat": 1}, unk_token="?")).save(path)
        >>> tokenizer = TokenizerFile(path)
        >>> len(tokenizer), tokenizer.oov_id, tokenizer.encode_all(["cat", "dog"])
        (2, 0, [array([1], dtype=int32), array([0], dtype=int32)])
        >>> from embedlab import Dense
        >>> tokenizer.check_fits(Dense(vocabulary=len(tokenizer), dim=4))   # no word: it fits

    Source: the documentation of Hugging Face `tokenizers`, class Tokenizer.
    """

    path: str
    special_tokens: bool = False

    def __post_init__(self) -> None:
        assert self._file  # reads it now

    def __len__(self) -> int:
        return max(self._file[0].get_vocab().values(), default=-1) + 1

    @property
    def pad_id(self) -> int | None:
        """The padding id that the file declares, or None."""
        return (self._file[1].get("padding") or {}).get("pad_id")

    @property
    def oov_id(self) -> int | None:
        """The id of unknown tokens that the file's model declares, or None."""
        model = self._file[1]["model"]
        token = model.get("unk_token")
        return model.get("unk_id") if token is None else self._file[0].token_to_id(token)

    def encode_all(self, texts: Sequence[str]) -> list[Int32[np.ndarray, " tokens"]]:
        """Texts → ids.

        Args:
            texts: n strings.

        Returns:
            One int32 [tokens] a text.

        Raises:
            ValueError: if `texts` is one string, or a text is none.
        """
        require(not isinstance(texts, str), "texts", texts, "give a sequence of texts, not one string")
        for text in texts:
            require(isinstance(text, str), "text", text, "a text is a string")
        encodings = self._file[0].encode_batch(list(texts), add_special_tokens=self.special_tokens)
        return [np.array(encoding.ids, np.int32) for encoding in encodings]

    def check_fits(self, spec: Embedding, buffers: Mapping[str, Any] | None = None) -> None:
        """Requires that an embedding knows every id of this tokenizer.

        Args:
            spec: the embedding.
            buffers: its buffers, for kinds that need them to know their ids (`Subword`).

        Raises:
            ValueError: if the tokenizer has more ids, or the kind needs buffers and got none.
        """
        known = spec.num_ids(buffers or {})
        remedy = f"it has {len(self)} ids, the embedding knows {known}; give it a vocabulary of {len(self)}"
        require(known is None or len(self) <= known, "tokenizer", self.path, remedy)

    @functools.cached_property
    def _file(self) -> tuple[Any, dict[str, Any]]:
        return _load(self.path)


def _load(path: str) -> tuple[Any, dict[str, Any]]:
    """The tokenizer, and the JSON object that it was read from."""
    try:
        import tokenizers
    except ImportError as error:
        remedy = "a tokenizer file needs the library tokenizers: pip install 'embedlab[experiments]'"
        raise ImportError(remedy) from error
    require(Path(path).is_file(), "path", path, "there is no such file; give a tokenizer.json")
    try:
        text = Path(path).read_text(encoding="utf-8")
        tokenizer = tokenizers.Tokenizer.from_str(text)
    except Exception as error:  # the library raises bare Exception
        remedy = "give a tokenizer.json of the library tokenizers"
        raise ValueError(f"path={path!r}: no tokenizer ({error}); {remedy}") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer, json.loads(text)
