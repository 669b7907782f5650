"""Sets that papers are measured on, from their original files, which a user fetches once.

They are looked for in the folder that the environment variable `EMBEDLAB_DATA` names, by default `data`: each
in a folder of its own, under the names that their publishers gave the files.
"""

from __future__ import annotations

import os
from pathlib import Path

from experiments.data.delimited import Csv
from experiments.data.fasttext import FastText
from experiments.data.folders import Folders
from experiments.data.lines import Lines


def folder() -> Path:
    """Where the sets lie.

    Example:
        >>> isinstance(folder(), Path)
        True
    """
    return Path(os.environ.get("EMBEDLAB_DATA") or "data")


def mr() -> FastText:
    """Film reviews, for or against: 10,662 sentences, meant for 10-fold cross-validation.

    `kim2014/rt-polarity.all`, as in `data/` of github.com/harvardnlp/sent-conv-torch.

    Example:
        >>> Path(mr().path).name
        'rt-polarity.all'

    Reference: Pang and Lee 2005, "Seeing stars"; Kim 2014, "Convolutional neural networks for sentence
    classification".
    """
    return _kim("rt-polarity.all")


def trec() -> FastText:
    """Questions by what they ask for: 5,452 to train and 500 to test, of 6 classes.

    `kim2014/TREC.train.all` and `TREC.test.all`, from the same place as `mr`.

    Example:
        >>> Path(trec().test_path).name
        'TREC.test.all'

    Reference: Li and Roth 2002, "Learning question classifiers".
    """
    return _kim("TREC.train.all", test="TREC.test.all")


def sst(classes: int) -> FastText:
    """The Stanford Sentiment Treebank's sentences without its phrases: of 5 classes, or of 2 without neutral.

    `kim2014/stsa.fine.*` or `stsa.binary.*`, from the same place as `mr`: 8,544, 1,101 and 2,210 sentences to
    train, validate and test, or 6,920, 872 and 1,821.

    Args:
        classes: 5 or 2.

    Raises:
        ValueError: another number of classes.

    Example:
        >>> Path(sst(2).valid_path).name
        'stsa.binary.dev'

    Reference: Socher et al. 2013, "Recursive deep models for semantic compositionality over a sentiment
    treebank".
    """
    if classes not in (2, 5):
        raise ValueError(f"classes={classes!r}: give 2 or 5")
    name = "stsa.binary" if classes == 2 else "stsa.fine"
    return _kim(f"{name}.train", f"{name}.dev", f"{name}.test", "utf-8")


def ag_news_test() -> Csv:
    """News by section: the 7,600 test rows of AG News, title and description as one text, of 4 classes.

    `ag_news_test/test.csv`, as in `data/ag_news_csv/` of github.com/mhjabreel/CharCnn_Keras. The training
    rows are not read: results on these alone, by cross-validation, are below those of the whole set.

    Example:
        >>> ag_news_test().text
        'title+description'

    Reference: Zhang, Zhao, LeCun 2015, "Character-level convolutional networks for text classification".
    """
    columns = ("label", "title", "description")
    return Csv(str(folder() / "ag_news_test" / "test.csv"), columns=columns, text="title+description")


def webkb() -> Lines:
    """Pages of universities by whose they are: 2,803 to train and 1,396 to test, of 4 classes.

    `webkb/WebKB.clean.txt` and `WebKB.txt`, from `data/corpus/` and `data/` of
    github.com/yao8839836/text_gcn. Labels that are cut short there are read as what they were.

    Example:
        >>> webkb().split
        'split'

    Reference: Craven et al. 1998, "Learning to extract symbolic knowledge from the World Wide Web".
    """
    cut = {"studen": "student", "facult": "faculty", "cours": "course", "projec": "project"}
    return Lines(
        str(folder() / "webkb" / "WebKB.clean.txt"),
        labels=str(folder() / "webkb" / "WebKB.txt"),
        columns=("id", "split", "label"),
        split="split",
        aliases=tuple(f"{found}={meant}" for found, meant in cut.items()),
    )


def movie_reviews() -> Folders:
    """Long film reviews, for or against: 2,000, of 650 words on average.

    `nltk/movie_reviews.zip`, as `nltk.download("movie_reviews")` fetches it.

    Example:
        >>> Path(movie_reviews().path).name
        'movie_reviews.zip'

    Reference: Pang and Lee 2004, "A sentimental education".
    """
    return Folders(str(folder() / "nltk" / "movie_reviews.zip"))


def _kim(train: str, valid: str = "", test: str = "", encoding: str = "latin-1") -> FastText:
    """Files of the form `1 a fine film`; those of one publisher are in two encodings."""
    paths = [str(folder() / "kim2014" / name) if name else "" for name in (train, valid, test)]
    return FastText(paths[0], valid_path=paths[1], test_path=paths[2], prefix="", encoding=encoding)
