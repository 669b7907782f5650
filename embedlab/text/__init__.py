"""The host side: strings to ids, with NumPy alone."""

from embedlab.text.batches import Batch, bucketed, length_buckets, pad
from embedlab.text.distinct import distinct_ngram_rows
from embedlab.text.ngrams import fasttext_hash, ngram_rows, ngrams, spellings
from embedlab.text.normalise import Tokenise, normalise, split
from embedlab.text.tokenizers import TokenizerFile
from embedlab.text.vocabulary import Vocabulary
from embedlab.text.word_ngrams import word_hashes, word_ngram_ids, word_ngram_ids_all

__all__ = [
    "Batch",
    "Tokenise",
    "TokenizerFile",
    "Vocabulary",
    "bucketed",
    "distinct_ngram_rows",
    "fasttext_hash",
    "length_buckets",
    "ngram_rows",
    "ngrams",
    "normalise",
    "pad",
    "spellings",
    "split",
    "word_hashes",
    "word_ngram_ids",
    "word_ngram_ids_all",
]
