"""Whole fastText models, read and written here, beside fastText itself and gensim.

    PYTHONPATH=. python scripts/compare_fasttext.py --fasttext PYTHON [--gensim PYTHON] [--text FILE]

PYTHON are interpreters that can import fasttext, and gensim. fastText trains a skip-gram model with n-grams
on the text (UTF-8, words parted by blanks; without --text, documentation of installed packages). Then, each
with what it is to be:

- of words that the model never saw, half of them and more not ASCII, the numbers of the n-grams: the same;
- the vectors of these, and of all known words: within 1e-5;
- the model written again: the same bytes;
- a Subword embedding (the model's, moved at random) and vectors without n-grams written as models: loaded by
  fastText and by gensim with the same n-grams, vectors and nearest neighbours;
- gensim trains on with each of them: all vectors stay finite, and those of the words in the text move;
- word2vec's text and binary files, and GloVe's: gensim reads the same words and the same bits.

Exit status 0 if all holds, else 1.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import embedlab
from embedlab.base import ABSENT, Variables
from embedlab.text.ngrams import END_OF_SENTENCE, ngram_rows
from embedlab.vectors import FastText, Vectors, fasttext_from_subword, read_fasttext, write, write_fasttext
from embedlab.vectors.writing import Format
from experiments.data.docstrings import documents
from experiments.errors import Mistake
from experiments.process.program import guarded

_WITHIN = 1e-5  # of a vector's numbers, and of a cosine
_TIE = 1e-6  # cosines that are no further apart may come in any order
_NEAREST, _QUERIES = 10, 200
_LINES = 3000  # that gensim trains on with
_PACKAGES = ("jax", "numpy", "flax", "optax", "rich", "scipy")
#: Format → how gensim is to read it.
_FILES: dict[Format, dict[str, bool]] = {
    "word2vec-text": {},
    "word2vec-binary": {"binary": True},
    "glove": {"no_header": True},
}
#: First and last letters of scripts, two of three bytes and one of four among them.
_SCRIPTS = (
    "az",
    "àÿ",
    "αω",
    "ая",
    "את",
    "اي",
    "कह",
    "กฮ",
    "ぁん",
    "一鿋",
    "가힣",
    "\u0300\u036f",
    "😀🙏",
    "𐌀𐌟",
)

FASTTEXT = """
import json, sys
import fasttext, numpy as np
fasttext.FastText.eprint = lambda *words: None
for line in sys.stdin:
    asked = json.loads(line)
    if asked["do"] == "train":
        settings = dict(model="skipgram", dim=50, epoch=1, minCount=5, bucket=100_000, thread=2, verbose=0)
        fasttext.train_unsupervised(asked["text"], **settings).save_model(asked["model"])
        print(json.dumps({}), flush=True)
        continue
    model = fasttext.load_model(asked["model"])
    rows = [model.get_subwords(word)[1] for word in asked["words"]]
    vectors = np.stack([model.get_word_vector(word) for word in asked["words"]])
    np.savez(asked["out"], vectors=vectors, rows=np.concatenate(rows), sizes=[len(row) for row in rows])
    near = [[x[::-1] for x in model.get_nearest_neighbors(word, asked["k"])] for word in asked["queries"]]
    print(json.dumps({"near": near, "known": len(model.get_words())}), flush=True)
"""
GENSIM = """
import json, sys
import numpy as np
from gensim.models import KeyedVectors
from gensim.models.fasttext import load_facebook_model
for line in sys.stdin:
    asked = json.loads(line)
    if asked["do"] == "file":
        table = KeyedVectors.load_word2vec_format(asked["path"], **asked["how"])
        np.savez(asked["out"], vectors=table.vectors)
        print(json.dumps({"words": table.index_to_key}), flush=True)
        continue
    model = load_facebook_model(asked["model"])
    vectors = np.stack([model.wv[word] for word in asked["words"]])
    near = [[list(x) for x in model.wv.most_similar(word, topn=asked["k"])] for word in asked["queries"]]
    before = model.wv.vectors.copy()
    model.train(asked["sentences"], total_examples=len(asked["sentences"]), epochs=1)
    moved = np.abs(model.wv.vectors - before).max(1)
    seen = {word for sentence in asked["sentences"] for word in sentence if word in model.wv.key_to_index}
    np.savez(asked["out"], vectors=vectors)
    finite = bool(np.isfinite(model.wv.vectors).all())
    told = {"moved": int((moved > 0).sum()), "of": len(seen), "finite": finite}
    print(json.dumps({"near": near, "known": len(model.wv), **told}), flush=True)
"""


class Peer:
    """Another program that is asked a line of JSON at a time.

    Attributes:
        name: of what it is.
    """

    def __init__(self, name: str, flag: str, interpreter: str, code: str) -> None:
        _require(flag, interpreter, name)
        self.name = name
        self._process = subprocess.Popen(
            [interpreter, "-W", "ignore", "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, **asked: Any) -> dict[str, Any]:
        """Asks, and waits for the answer."""
        assert self._process.stdin and self._process.stdout
        print(json.dumps(asked), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.name} ended; what it said stands above")
        return dict(json.loads(answer))

    def end(self) -> None:
        """Ends the program."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


def _require(flag: str, interpreter: str, module: str) -> None:
    """Refuses an interpreter that lacks a module, before anything is made."""
    try:
        found = subprocess.run([interpreter, "-c", f"import {module}"], capture_output=True, text=True)
        fault = found.stderr.strip().rpartition("\n")[2] if found.returncode else ""
    except OSError as error:
        fault = f"it can't be started, {error.strerror}"
    if fault:
        raise Mistake(f"{flag} {interpreter}: {fault}. Give a Python that can import {module}")


class Tally:
    """What was found, told as it comes.

    Attributes:
        failed: whether something was not as it should be.
    """

    def __init__(self) -> None:
        self.failed = False

    def tell(self, what: str, holds: bool) -> None:
        """Tells a finding, and whether it is what it should be."""
        self.failed |= not holds
        print(f"{what}{'' if holds else ' — NOT AS IT SHOULD BE'}", flush=True)


def unseen(known: list[str], count: int, draw: np.random.Generator) -> list[str]:
    """Words that are not known: known ones with a change, two in one, and letters of many scripts."""
    found: dict[str, None] = {}
    taken = set(known)
    for word in _made(known, draw):
        if word not in taken and len(word.split()) == 1:
            found[word] = None
            if len(found) == count:
                return list(found)
    raise AssertionError("no end")


def _made(known: list[str], draw: np.random.Generator) -> Iterator[str]:
    while True:
        one, other = (known[i] for i in draw.integers(len(known), size=2))
        place, way = int(draw.integers(len(one) + 1)), int(draw.integers(5))
        if way == 0:
            yield one + other
            continue
        first, last = map(ord, _SCRIPTS[draw.integers(len(_SCRIPTS))])
        size = 1 if way == 1 else int(draw.geometric(0.12))
        letters = "".join(map(chr, draw.integers(first, last + 1, size)))
        yield letters if way > 2 else one[:place] + letters + one[place:]


def ids_of(model: FastText, words: list[str]) -> list[list[int]]:
    """Rows of the words' n-grams, as fastText numbers them: behind those of its words."""
    s = model.settings
    rows = ngram_rows(words, buckets=s.buckets, minn=s.minn, maxn=s.maxn)
    return [(row[row != ABSENT].astype(np.int64) + len(model.words)).tolist() for row in rows]


def embedded(model: FastText, words: list[str]) -> np.ndarray:
    """Vectors of unknown words by the embedding that the model is: float32 [words, dim]."""
    spec, arrays = model.spec, model.variables()
    assert isinstance(spec, embedlab.Subword)
    known = [word.decode() for word in model.words]
    longer = Variables(arrays.tables, buffers=dict(spec.word_buffers([*known, *words])))
    ids = np.arange(len(known), len(known) + len(words), dtype=np.int32)
    return np.asarray(embedlab.embed(spec, longer, ids))


def moved(model: FastText, draw: np.random.Generator) -> FastText:
    """The model as a Subword embedding of which all rows were moved, and out of that a model again."""
    spec, arrays = model.spec, model.variables()
    assert isinstance(spec, embedlab.Subword)
    table = np.asarray(arrays.tables["table"])
    table = table + draw.normal(0, table.std(), table.shape).astype(np.float32)
    return fasttext_from_subword(
        spec,
        dataclasses.replace(arrays, tables={"table": table}),
        [word.decode() for word in model.words],
        counts=model.counts.tolist(),
        output=np.asarray(model.output),
    )


def neighbours(vectors: Vectors, queries: list[str]) -> list[list[tuple[str, float]]]:
    """Of each query all words by falling cosine, without the query, in float64."""
    unit = vectors.matrix.astype(np.float64)
    unit = unit / np.maximum(np.linalg.norm(unit, axis=1, keepdims=True), 1e-300)
    found = []
    for query in queries:
        cosines = unit @ unit[vectors.row(query)]
        order = np.argsort(-cosines, kind="stable")[: 4 * _NEAREST].tolist()
        found.append([(vectors.words[i], float(cosines[i])) for i in order if vectors.words[i] != query])
    return found


def same_neighbours(theirs: list[list[list[Any]]], ours: list[list[tuple[str, float]]]) -> tuple[int, int]:
    """How many lists are the same, and how many are not, ties aside."""
    alike = wrong = 0
    for their, our in zip(theirs, ours, strict=True):
        cosines = dict(our)
        words = [word for word, _ in their]
        alike += words == [word for word, _ in our[: len(their)]]
        off = [abs(cosine - expected[1]) for (_, cosine), expected in zip(their, our, strict=False)]
        # A word may stand elsewhere only where its cosine is the same as that of the word there.
        moved = [abs(cosines.get(word, -9) - our[rank][1]) for rank, word in enumerate(words)]
        wrong += max(off) > _WITHIN or max(moved) > _TIE or len(set(words)) < len(words)
    return alike, wrong


@dataclasses.dataclass(frozen=True)
class Question:
    """What the peers are asked of a model.

    Attributes:
        words: unseen ones.
        queries: known ones, whose neighbours are looked for.
        sentences: what gensim trains on with.
        folder: where answers are put.
    """

    words: list[str]
    queries: list[str]
    sentences: list[list[str]]
    folder: Path


def compare(name: str, path: Path, model: FastText, peer: Peer, question: Question, tally: Tally) -> None:
    """Asks a peer of a model's file, and compares with what the model is here."""
    known = [word.decode() for word in model.words]
    if peer.name == "gensim":  # which gives the sentence end n-grams, other than fastText
        known = [word for word in known if word != END_OF_SENTENCE]
    strange = question.words if model.settings.maxn else []
    out = question.folder / "answer.npz"
    asked = {"do": "tell", "model": str(path), "words": [*known, *strange], "queries": question.queries}
    found = peer.ask(**asked, k=_NEAREST, out=str(out), sentences=question.sentences)
    answer = np.load(out)
    table = model.vectors()
    ours = np.stack([table[word] for word in known] + [model.vector(word) for word in strange])
    off = np.abs(answer["vectors"] - ours).max(1)
    count = f"{len(known):,} known words" + (f" and {len(strange):,} unseen ones" if strange else "")
    most = float(off.max())
    tally.tell(f"{name}, by {peer.name}: vectors of {count} at most {most:.1e} off", most <= _WITHIN)
    tally.tell(f"{name}, by {peer.name}: {found['known']:,} words", found["known"] == len(model.words))
    if peer.name == "fasttext":
        _compare_ids(name, answer, model, known, strange, tally)
    alike, wrong = same_neighbours(found["near"], neighbours(table, question.queries))
    told = f"{alike} of {len(question.queries)} lists of {_NEAREST} neighbours the same"
    ties = len(question.queries) - alike - wrong
    tally.tell(f"{name}, by {peer.name}: {told}, {ties} with ties, {wrong} others", not wrong)
    if peer.name == "gensim":
        # Nearly all: subsampling may pass over a word each time.
        whole = found["finite"] and found["moved"] >= 0.9 * found["of"] > 0
        told = f"{found['moved']:,} vectors moved, by {found['of']:,} words of text, "
        told += "all finite" if found["finite"] else "not all finite"
        tally.tell(f"{name}, trained on by gensim: {told}", whole)


def _compare_ids(
    name: str, answer: Any, model: FastText, known: list[str], strange: list[str], tally: Tally
) -> None:
    """Rows of words: of known ones their own comes first."""
    stops = np.cumsum(answer["sizes"])[:-1]
    theirs = [row.tolist() for row in np.split(answer["rows"], stops)]
    grams = ids_of(model, [*known, *strange]) if model.settings.maxn else [[] for _ in known]
    row_of = {word.decode(): row for row, word in enumerate(model.words)}
    own = [[row_of[word]] for word in known] + [[] for _ in strange]
    ours = [first + rows for first, rows in zip(own, grams, strict=True)]
    exact = [left == right for left, right in zip(theirs, ours, strict=True)]
    told = f"rows of {sum(exact[: len(known)]):,} of {len(known):,} known words"
    if strange:
        other = sum(not word.isascii() for word in strange)
        told += f", and n-grams of {sum(exact[len(known) :]):,} of {len(strange):,} unseen ones"
        told += f" ({other:,} not ASCII)"
    tally.tell(f"{name}, by fasttext: {told} the same", all(exact))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--fasttext", required=True, help="an interpreter that can import fasttext")
    parser.add_argument("--gensim", help="one that can import gensim")
    parser.add_argument("--text", type=Path, help="what fastText trains on, UTF-8")
    parser.add_argument("--words", type=int, default=10_000, help="unseen words (default 10000)")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn (default 0)")
    given = parser.parse_args()
    return guarded(lambda: run(given))


def run(given: argparse.Namespace) -> int:
    """Trains, compares, and tells."""
    peers = [Peer("fasttext", "--fasttext", given.fasttext, FASTTEXT)]
    if given.gensim:
        peers.append(Peer("gensim", "--gensim", given.gensim, GENSIM))
    tally, draw = Tally(), np.random.default_rng(given.seed)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        text = given.text or _documentation(folder / "text.txt")
        trained = folder / "trained.bin"
        peers[0].ask(do="train", text=str(text), model=str(trained))
        model = read_fasttext(trained)
        known = [word.decode() for word in model.words]
        question = Question(
            unseen(known, given.words, draw), _queries(known, draw), _sentences(text, set(known)), folder
        )
        s = model.settings
        print(f"Trained by fastText: {len(known):,} words and {s.buckets:,} buckets of {s.dim} numbers")
        write_fasttext(model, folder / "again.bin")
        same = (folder / "again.bin").read_bytes() == trained.read_bytes()
        tally.tell(f"Written again: {'the same bytes' if same else 'other bytes'}", same)
        by_model = np.stack([model.vector(word) for word in question.words])
        off = float(np.abs(embedded(model, question.words) - by_model).max())
        tally.tell(f"As a Subword embedding: vectors of unseen words at most {off:.1e} off", off <= _WITHIN)
        files = {"trained": (trained, model), **_written(model, folder, draw)}
        for peer in peers:
            for name, (path, one) in files.items():
                compare(name, path, one, peer, question, tally)
            if peer.name == "gensim":
                compare_files(model.vectors(), peer, folder, tally)
            peer.end()
    return int(tally.failed)


def compare_files(table: Vectors, peer: Peer, folder: Path, tally: Tally) -> None:
    """Has gensim read files of vectors."""
    for format, how in _FILES.items():
        path, out = folder / format, folder / "answer.npz"
        write(table, path, format=format)
        found = peer.ask(do="file", path=str(path), how=how, out=str(out))
        same = tuple(found["words"]) == table.words
        same &= np.load(out)["vectors"].tobytes() == table.matrix.tobytes()
        tally.tell(
            f"{format}, by gensim: {len(table):,} vectors, {'the same' if same else 'other'} bits", same
        )


def _written(model: FastText, folder: Path, draw: np.random.Generator) -> dict[str, tuple[Path, FastText]]:
    """Models that are made here."""
    subword, dense = folder / "subword.bin", folder / "dense.bin"
    write_fasttext(moved(model, draw), subword)
    write(model.vectors(), dense, format="fasttext-bin", counts=model.counts.tolist())
    return {
        "written of a Subword": (subword, read_fasttext(subword)),
        "written of vectors": (dense, read_fasttext(dense)),
    }


def _queries(known: list[str], draw: np.random.Generator) -> list[str]:
    words = [word for word in known if word != END_OF_SENTENCE]
    return [words[i] for i in draw.permutation(len(words))[:_QUERIES]]


def _sentences(text: Path, known: set[str]) -> list[list[str]]:
    """The first lines, for gensim to go on with; without what it does not know."""
    with text.open(encoding="utf-8") as file:
        first = (line.split() for _, line in zip(range(_LINES), file, strict=False))
        lines = [[word for word in line if word in known] for line in first]
    return [line for line in lines if len(line) > 1]


def _documentation(path: Path) -> Path:
    """Documentation strings of installed packages, as text."""
    texts = [text for name in _PACKAGES for text in documents(name)]
    path.write_text("".join(f"{' '.join(text.lower().split())}\n" for text in texts), "utf-8")
    return path


if __name__ == "__main__":
    raise SystemExit(main())
