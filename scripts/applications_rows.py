"""The rows of the README's table of applications: what is run, and what it must stand beside."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Measure:
    """A row of the table.

    Attributes:
        name: of its folder.
        application: of which it is; the name of its page.
        config: the path of its config, below `configs`.
        data: what it is of, in words.
        beside: names of the baselines that it must stand beside.
        wanted: what is published, or is to be reached, in words.
        hashed: name of the hashed embedding of as many bytes; empty where there is none.
        drawn: name of the embedding that the hashed one is compared with, where it is not the first.
        also: a second metric that is compared with the baselines, `average_precision`; empty for none.
    """

    name: str
    application: str
    config: str
    data: str
    beside: tuple[str, ...]
    wanted: str = ""
    hashed: str = "hashed"
    drawn: str = ""
    also: str = ""

    @property
    def program(self) -> str:
        """The package whose program runs the config."""
        return {"sentiment": "classify", "triples": "graph.triples"}.get(self.application, self.application)


def _sentiment(name: str, data: str, wanted: str = "") -> Measure:
    config = f"sentiment/{name}.py"
    return Measure(name, "sentiment", config, data, ("tfidf-logistic",), wanted, drawn="random")


def _nodes(name: str, data: str, beside: tuple[str, ...], wanted: str = "") -> Measure:
    return Measure(name, "graph", f"graph/{name}.py", data, beside, wanted)


def _triples(name: str, data: str, wanted: str) -> Measure:
    return Measure(f"wn18rr_{name}", "triples", f"graph/wn18rr_{name}.py", data, ("rules",), wanted)


MEASURES: tuple[Measure, ...] = (
    dataclasses.replace(
        _sentiment("movie_reviews", "long reviews, 10-fold", "87.2 (Pang & Lee 2004)"), drawn=""
    ),
    _sentiment("mr", "MR, short reviews, 10-fold"),
    _sentiment("sst2", "SST-2, sentences"),
    Measure(
        "ratings",
        "recommend",
        "recommend/ratings.py",
        "MovieLens 100k, five 80/20 folds",
        ("biases",),
        "0.92",
    ),
    Measure(
        "ranking",
        "recommend",
        "recommend/ranking.py",
        "its users' last fifth, all films ranked",
        ("popularity", "linear-items"),
    ),
    Measure("cold", "recommend", "recommend/cold.py", "its ratings of unseen users, five folds", ("biases",)),
    _nodes("cora", "Cora, words and citations", ("features-logistic",), "81.5 (Kipf & Welling 2017)"),
    _nodes("cora_walks", "Cora, citations alone", ("label-propagation",), "67.2 (DeepWalk)"),
    _nodes("citeseer", "Citeseer, words and citations", ("features-logistic",), "70.3 (Kipf & Welling 2017)"),
    _nodes("citeseer_walks", "Citeseer, citations alone", ("label-propagation",), "43.2 (DeepWalk)"),
    _nodes("cora_links", "Cora, held-out links, words and links", ("features-cosine",)),
    _nodes("cora_links_walks", "Cora, held-out links, links alone", ("common-neighbours",)),
    _triples("complex", "WN18RR, ComplEx, 2,048 drawn entities", "0.44 (Dettmers et al. 2018)"),
    _triples("all", "WN18RR, ComplEx against all", "0.44"),
    _triples("distmult", "WN18RR, DistMult", "0.43 (Dettmers et al. 2018)"),
    _triples("transe", "WN18RR, TransE", "0.23 (Sun et al. 2019)"),
    _triples("rotate", "WN18RR, RotatE", "0.476 (Sun et al. 2019)"),
    dataclasses.replace(_triples("bytes", "WN18RR, 32 numbers an entity", ""), hashed="hashed-raw"),
    Measure(
        "amazon_access",
        "columns",
        "columns/amazon_access.py",
        "Amazon access, five folds",
        ("one-hot-logistic", "one-hot-crosses", "boosted-trees"),
    ),
    Measure(
        "vehicle_claims",
        "columns",
        "columns/vehicle_claims.py",
        "claims, 6 % frauds, five folds",
        ("one-hot-logistic", "boosted-trees"),
    ),
    Measure(
        "kdd99",
        "detect",
        "detect/kdd99.py",
        "KDD Cup 1999, without duplicates",
        ("isolation-forest",),
        also="average_precision",
    ),
    Measure(
        "shuttle",
        "detect",
        "detect/shuttle.py",
        "Statlog shuttle, five folds",
        ("isolation-forest",),
        also="average_precision",
    ),
    Measure(
        "sounds", "sounds", "sounds.py", "spoken digits, official split", ("nearest-centroid", "frames"), "95"
    ),
    Measure(
        "sounds_frames",
        "sounds",
        "sounds_frames.py",
        "the same, frames direct",
        ("nearest-centroid", "mean-logistic"),
        "95",
    ),
    Measure(
        "sounds_speakers",
        "sounds",
        "sounds_speakers.py",
        "spoken digits, each speaker left out",
        ("nearest-centroid", "frames"),
    ),
    Measure(
        "sounds_words",
        "sounds",
        "sounds_words.py",
        "three spoken words, 5-fold",
        ("nearest-centroid", "frames"),
    ),
    Measure(
        "splice",
        "genes",
        "genes.py",
        "splice sites, 10-fold",
        ("kmer-logistic", "place-logistic"),
        "95 to 96 (UCI)",
    ),
    Measure(
        "families",
        "genes",
        "genes_family.py",
        "families of genes, 5-fold",
        ("kmer-logistic", "amino-logistic"),
    ),
    Measure(
        "video", "video", "video.py", "finger tracks, 5 folds of blocks", ("flat-logistic", "flat-forest")
    ),
    Measure(
        "video_poses",
        "video",
        "video_poses.py",
        "poses of a hand, 5 folds of blocks",
        ("flat-logistic", "flat-forest"),
    ),
    Measure("digits", "pictures", "pictures.py", "digits, 10-fold", ("pixel-logistic",)),
    Measure("emoji", "pictures", "pictures_emoji.py", "emoji, 9 categories, 5-fold", ("pixel-logistic",)),
)
