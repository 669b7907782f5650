"""Sets that papers are measured on, from their original files, which a user fetches once.

They are looked for in the folder that the environment variable `EMBEDLAB_DATA` names, by default `data`: each
in a folder of its own, under the names that their publishers gave the files. Where one is missing, a run ends
with what is looked for and the address to fetch it from.
"""

from __future__ import annotations

from experiments.data.delimited import Csv
from experiments.data.fasttext import FastText
from experiments.data.folders import Folders
from experiments.data.lines import Lines
from experiments.data.originals import (
    AG_NEWS_TEST,
    MOVIE_REVIEWS,
    MR,
    SST_BINARY,
    SST_FINE,
    TREC,
    WEBKB,
    Original,
)


def mr() -> FastText:
    """Film reviews, for or against: 10,662 sentences, meant for 10-fold cross-validation.

    `kim2014/rt-polarity.all`, as in `data/` of github.com/harvardnlp/sent-conv-torch.

    Example:
        >>> mr().path.endswith("rt-polarity.all")
        True

    Reference: Pang and Lee 2005, "Seeing stars"; Kim 2014, "Convolutional neural networks for sentence
    classification".
    """
    return _kim(MR)


def trec() -> FastText:
    """Questions by what they ask for: 5,452 to train and 500 to test, of 6 classes.

    `kim2014/TREC.train.all` and `TREC.test.all`, from the same place as `mr`.

    Example:
        >>> trec().test_path.endswith("TREC.test.all")
        True

    Reference: Li and Roth 2002, "Learning question classifiers".
    """
    return _kim(TREC)


def sst(classes: int) -> FastText:
    """The Stanford Sentiment Treebank's sentences without its phrases: of 5 classes, or of 2 without neutral.

    `kim2014/stsa.fine.*` or `stsa.binary.*`, from the same place as `mr`: 8,544, 1,101 and 2,210 sentences to
    train, validate and test, or 6,920, 872 and 1,821.

    Args:
        classes: 5 or 2.

    Raises:
        ValueError: another number of classes.

    Example:
        >>> sst(2).valid_path.endswith("stsa.binary.dev")
        True

    Reference: Socher et al. 2013, "Recursive deep models for semantic compositionality over a sentiment
    treebank".
    """
    if classes not in (2, 5):
        raise ValueError(f"classes={classes!r}: give 2 or 5")
    return _kim(SST_BINARY if classes == 2 else SST_FINE, "utf-8")


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
    path, title = AG_NEWS_TEST.path("test.csv"), AG_NEWS_TEST.title
    return Csv(path, columns=columns, text="title+description", title=title)


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
        WEBKB.path("WebKB.clean.txt"),
        labels=WEBKB.path("WebKB.txt"),
        columns=("id", "split", "label"),
        split="split",
        aliases=tuple(f"{found}={meant}" for found, meant in cut.items()),
        title=WEBKB.title,
    )


def movie_reviews() -> Folders:
    """Long film reviews, for or against: 2,000, of 650 words on average.

    `nltk/movie_reviews.zip`, as `nltk.download("movie_reviews")` fetches it.

    Example:
        >>> movie_reviews().path.endswith("movie_reviews.zip")
        True

    Reference: Pang and Lee 2004, "A sentimental education".
    """
    return Folders(MOVIE_REVIEWS.path("movie_reviews.zip"), title=MOVIE_REVIEWS.title)


def _kim(original: Original, encoding: str = "latin-1") -> FastText:
    """Files of the form `1 a fine film`; those of one publisher are in two encodings."""
    train, *others = map(original.path, original.files)
    valid, test = ["", "", *others][-2:]
    title = original.title
    return FastText(train, valid_path=valid, test_path=test, prefix="", encoding=encoding, title=title)
