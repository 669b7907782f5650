"""The default data set: large enough, masked, capped, deterministic, with duplicates on one side."""

import collections
import hashlib
import itertools
import os
import re
import subprocess
import sys

import numpy as np
import pytest

from embedlab.text import Vocabulary
from experiments.config import Text
from experiments.data import Docstrings, docstrings, split
from experiments.data.prose import MASK
from experiments.documents.as_read import grouped_as_read
from experiments.documents.corpus import gathered, tokenise
from experiments.settings import config_file

#: Packages that are read in a fifth of the time of all.
FEW = ("flax", "optax", "orbax", "rich", "tensorflow_datasets")
EVERY = tuple(docstrings.PACKAGES)


@pytest.fixture(scope="module", params=[FEW, pytest.param(EVERY, marks=pytest.mark.slow)], ids=len)
def data(cache, request):
    steps, parts = [], len(request.param) + 1
    source = Docstrings(packages=request.param)
    assert request.param is not EVERY or source == Docstrings()
    found = source.load(lambda done, total: steps.append((done, total)))
    told = [(i, parts) for i in range(parts + 1)]
    assert steps == told, "progress counts the packages, then the grouping"
    return found


def of_every_package(test):
    """A test that makes sense on the whole default set alone."""
    return pytest.mark.slow(pytest.mark.parametrize("data", [EVERY], indirect=True, ids=len)(test))


@of_every_package
def test_size_and_balance(data):
    counts = np.bincount(data.labels)
    assert len(data.texts) >= 10_000
    assert len(counts) == len(data.classes) == 9 and counts.min() > 300
    assert counts.max() <= 0.3 * len(data.texts)


def test_every_package_is_one_that_the_install_brings(root):
    declared = (root / "pyproject.toml").read_text()
    for package in docstrings.PACKAGES.values():
        assert re.search(rf'^  "{package.distribution}>=', declared, re.MULTILINE), package


def test_no_name_is_left(data):
    names = [name for package in docstrings.PACKAGES.values() for name in package.distinctive]
    aliases = [name for package in docstrings.PACKAGES.values() for name in package.aliases]
    left = re.compile(rf"{'|'.join(names)}|(?<!\w)({'|'.join(aliases)})(?!\w)", re.IGNORECASE)
    assert [text for text in data.texts if left.search(text)] == []


def test_no_alias_is_left_among_the_tokens(data):
    """As a model reads them: identifiers parted at underscores."""
    aliases = {alias for package in docstrings.PACKAGES.values() for alias in package.aliases}
    names = aliases | {name for package in docstrings.PACKAGES.values() for name in package.distinctive}
    found = list(tokenise(data.texts, Text(words_only=True, max_length=10**6)))
    assert [doc for doc in found if not names.isdisjoint(doc)] == []
    pairs = {tuple(re.split(r"\W", alias)) for alias in aliases if re.search(r"\W", alias)}
    assert pairs and [doc for doc in found if not pairs.isdisjoint(itertools.pairwise(doc))] == []


@of_every_package
def test_no_stamp_says_which_package_it_is(data):
    """ "JAX implementation of :func:`numpy.sum`." stands at the head of 600 documents, all of one package."""
    assert [text for text in data.texts if f"{MASK} implementation of" in text] == []


@pytest.mark.parametrize(
    "docstring, told",
    [
        ("Adds.\n\nJAX implementation of :func:`numpy.add`.\n\nArgs:\n  x: one.", "Adds. Args: x: one."),
        ("Sum.\n\nLAX-backend implementation of :func:`numpy.sum`.", "Sum."),
        (
            "Takes.\n\nJAX implementation of :func:`numpy.take`, in terms of\n:func:`lax.take`. See.",
            "Takes. See.",
        ),
        ("Einstein summation\n\nJAX implementation of :func:`numpy.einsum`", "Einstein summation"),
        ("An implementation of ADAM. It is fast.", "An implementation of ADAM. It is fast."),
    ],
)
def test_stamps_go_and_sentences_stay(docstring, told):
    assert docstrings._told_apart(docstring) == told


def test_no_code_is_left(data):
    code = re.compile(r">>> |^import |```|https?://")
    assert sum(bool(code.search(text)) for text in data.texts) < 0.002 * len(data.texts)


def test_documents_are_distinct_within_a_package(data):
    assert len(set(zip(data.texts, data.labels.tolist(), strict=True))) == len(data.texts)


def alike(texts, splits):
    """How many test documents have a near-duplicate in train or valid; with shingles made here."""
    words = [re.sub(r"\W", " ", text.lower()).split() for text in texts]
    grams = [{" ".join(own[i : i + 5]) for i in range(len(own) - 4)} for own in words]
    holders = collections.defaultdict(list)
    for row in np.r_[splits.train, splits.valid].tolist():
        for gram in grams[row]:
            holders[gram].append(row)

    def has(row):
        common = collections.Counter(other for gram in grams[row] for other in holders[gram])
        # A half of their union.
        return any(n * 3 >= len(grams[row]) + len(grams[other]) for other, n in common.items())

    return sum(map(has, splits.test.tolist()))


def test_a_split_leaves_no_near_duplicate_across(data):
    assert alike(data.texts, split(data, seed=0)) == 0


def test_a_split_leaves_no_near_duplicate_across_as_it_is_read(data):
    """On the first 64 words: what the quickstart reads."""
    documents = list(tokenise(data.texts, Text(words_only=True)))
    read = [" ".join(words) for words in documents]
    assert alike(read, split(data, seed=0)) > 0, "whole texts alone do not tell"
    assert alike(read, split(grouped_as_read(data, gathered(documents)), seed=0)) == 0


@of_every_package
def test_the_quickstart_has_a_row_for_every_word(data, root):
    config = config_file.load(str(root / "configs" / "quickstart.py"))
    documents = list(tokenise(data.texts, config.text))
    splits = split(grouped_as_read(data, gathered(documents)), seed=config.split_seed)
    words = {word for row in splits.train for word in documents[row]}
    rows = config.embedding.vocabulary - len(Vocabulary.SPECIAL)
    assert len(words) <= rows <= 1.02 * len(words)


@of_every_package
def test_near_duplicates_across_packages_are_grouped(data):
    packages = {}
    for group, label in zip(data.groups.tolist(), data.labels.tolist(), strict=True):
        packages.setdefault(group, set()).add(data.classes[label])
    pairs = [found for found in packages.values() if len(found) > 1]
    assert {"numpy", "scipy"} in pairs and len(pairs) > 10


def test_the_cache_gives_the_same(data, monkeypatch):
    monkeypatch.setattr(docstrings, "documents", lambda name: pytest.fail("parsed again"))
    again = Docstrings(packages=data.classes).load()
    assert again.texts == data.texts
    assert again.labels.tolist() == data.labels.tolist() and again.groups.tolist() == data.groups.tolist()


def test_another_version_is_parsed_anew(monkeypatch):
    source = Docstrings(packages=("rich", "optax"), max_share=0.6)
    before = source.load()
    monkeypatch.setattr(docstrings, "_version", lambda name: "another")
    monkeypatch.setattr(docstrings, "documents", lambda name: ["words of " + name, "more of " + name])
    assert len(before.texts) > 500 and len(source.load().texts) == 4


def test_the_cap_keeps_a_sample_whatever_the_order():
    texts = [f"text {i}" for i in range(100)]
    labels = np.array([0] * 80 + [1] * 12 + [2] * 8)
    kept = docstrings._capped(texts, labels, 0.5)
    assert np.bincount(labels[kept]).tolist() == [20, 12, 8]
    turned = docstrings._capped(texts[::-1], labels[::-1], 0.5)
    assert sorted(texts[i] for i in kept) == sorted(texts[99 - i] for i in turned)


def test_another_process_reads_the_same():
    """Whatever the hash seed, the order of names, and without a cache."""
    code = """
import hashlib
from experiments.data import Docstrings
data = Docstrings(packages=("rich", "optax"), max_share=0.6).load()
print(hashlib.sha256(repr((data.texts, data.labels.tolist(), data.groups.tolist())).encode()).hexdigest())
"""
    env = {**os.environ, "PYTHONHASHSEED": "1", "EMBEDLAB_CACHE": "/dev/null/none"}
    found = subprocess.run([sys.executable, "-c", code], env=env, check=True, capture_output=True, text=True)
    own = Docstrings(packages=("optax", "rich"), max_share=0.6).load()
    text = repr((own.texts, own.labels.tolist(), own.groups.tolist()))
    assert found.stdout.strip() == hashlib.sha256(text.encode()).hexdigest()


def test_a_missing_package_is_named(monkeypatch):
    package = docstrings.PACKAGES["rich"]._replace(folder="not_there", distribution="not-there")
    monkeypatch.setitem(docstrings.PACKAGES, "rich", package)
    with pytest.raises(ValueError, match=r"package='not_there'.*pip install 'embedlab\[experiments\]'"):
        Docstrings(packages=("optax", "rich"), max_share=1).load()


def test_a_package_without_sources_is_named(monkeypatch):
    monkeypatch.setattr(docstrings, "source_files", lambda folder: [])
    with pytest.raises(ValueError, match="'optax' is installed without documentation strings"):
        docstrings.documents("optax")
