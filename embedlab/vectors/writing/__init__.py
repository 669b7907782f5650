"""Writers of files of vectors: each format a file, behind one function, `write`."""

from embedlab.vectors.writing.fasttext import write_fasttext
from embedlab.vectors.writing.subword import Trained, fasttext_from_subword, fasttext_from_vectors
from embedlab.vectors.writing.target import FORMATS, Format, Target
from embedlab.vectors.writing.write import write
from embedlab.vectors.writing.written import Rounding, Written

__all__ = [
    "FORMATS",
    "Format",
    "Rounding",
    "Target",
    "Trained",
    "Written",
    "fasttext_from_subword",
    "fasttext_from_vectors",
    "write",
    "write_fasttext",
]
