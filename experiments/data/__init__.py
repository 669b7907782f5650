"""Sources of labelled text: documentation strings of installed packages, and the user's own files."""

from experiments.data.base import Dataset, Progress, Source, Splits, fewer, split
from experiments.data.delimited import Csv, Tsv
from experiments.data.docstrings import Docstrings
from experiments.data.fasttext import FastText
from experiments.data.folders import Folders
from experiments.data.folds import folds
from experiments.data.jsonl import Jsonl
from experiments.data.lines import Lines
from experiments.data.parquet import Parquet
from experiments.data.tfds import Tfds

__all__ = [
    "Csv",
    "Dataset",
    "Docstrings",
    "FastText",
    "Folders",
    "Jsonl",
    "Lines",
    "Parquet",
    "Progress",
    "Source",
    "Splits",
    "Tfds",
    "Tsv",
    "fewer",
    "folds",
    "split",
]
