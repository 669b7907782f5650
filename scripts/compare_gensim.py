"""Scores of word similarity and analogies beside gensim's, on the same vectors.

    PYTHONPATH=. python scripts/compare_gensim.py --gensim PYTHON [--vectors FILE]

PYTHON is an interpreter that can import gensim. The vectors are GloVe's, 30,000 words of 50 numbers, in the
folder that EMBEDLAB_DATA names, or those of FILE. Asked are WordSim-353, SimLex-999, MEN and the other sets
of pairs that lie there, and Google's analogies: as gensim does by default, with few words, with unknown words
counted, and in the case they have. Then made-up words of which some are unknown and others are there in
several cases.

Prints each score, how far it is from gensim's, and in how many questions only one of both is right; status 1
where a score is more than 1e-6 off.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from embedlab import quality
from embedlab.quality import Question
from embedlab.vectors import Vectors, read, write
from experiments.errors import Mistake, mistakes
from experiments.intrinsic.pairs import Pair, read_pairs
from experiments.intrinsic.questions import read_questions
from experiments.process.program import guarded

GOAL = 1e-6
#: Options of gensim's evaluators, and what they are here.
DEFAULT = {"restrict_vocab": 300_000, "case_insensitive": True, "dummy4unknown": False}
VARIANTS: dict[str, dict[str, Any]] = {
    "": {},
    "5,000 words": {"restrict_vocab": 5000},
    "unknown counted": {"dummy4unknown": True},
    "case kept": {"case_insensitive": False},
}
WORKER = """
import json, sys
from gensim.models import KeyedVectors
for line in sys.stdin:
    job = json.loads(line)
    vectors = KeyedVectors.load_word2vec_format(job["vectors"], binary=True)
    found = []
    for kind, path, options in job["asked"]:
        if kind == "pairs":
            pearson, spearman, unknown = vectors.evaluate_word_pairs(path, delimiter="\\t", **options)
            found.append({"spearman": spearman[0], "pearson": pearson[0], "unknown": unknown / 100})
        else:
            score, sections = vectors.evaluate_word_analogies(path, **options)
            right = {s["section"]: [" ".join(four) for four in s["correct"]] for s in sections[:-1]}
            found.append({"accuracy": score, "right": right})
    print(json.dumps(found), flush=True)
"""


class Asked(NamedTuple):
    """A file that both are asked, and how."""

    title: str
    kind: str
    path: str
    options: dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--gensim", required=True, help="an interpreter that can import gensim")
    parser.add_argument("--vectors", help="a file of vectors; GloVe's by default")
    given = parser.parse_args()
    return guarded(lambda: run(given.gensim, given.vectors))


def run(interpreter: str, path: str | None) -> int:
    """Compares both on real words, then on made-up ones."""
    require_gensim(interpreter)
    data = Path(os.environ.get("EMBEDLAB_DATA") or "data")
    glove = data / "glove_6b_50d_top30k" / "glove.6B.50d.top30k.word2vec.bin"
    with mistakes(), tempfile.TemporaryDirectory() as folder:
        worst = compare(interpreter, read(path or glove), list(published(data)), Path(folder) / "real.bin")
        vectors, pairs, questions = synthetic()
        made = list(written(pairs, questions, Path(folder)))
        worst = max(worst, compare(interpreter, vectors, made, Path(folder) / "synthetic.bin"))
    print(f"largest difference: {worst:.1e}, goal: at most {GOAL:.0e}")
    return int(worst > GOAL)


def require_gensim(interpreter: str) -> None:
    """Refuses an interpreter that has no gensim, before anything is read."""
    try:
        found = subprocess.run([interpreter, "-c", "import gensim"], capture_output=True, text=True)
        fault = found.stderr.strip().rpartition("\n")[2] if found.returncode else ""
    except OSError as error:
        fault = f"it can't be started, {error.strerror}"
    if fault:
        raise Mistake(
            f"--gensim {interpreter}: {fault}. Give a Python that can import gensim, as that of an "
            "environment in which it is installed"
        )


def published(data: Path) -> Iterator[Asked]:
    """Each real set with each option."""
    for path in sorted((data / "word_sim").glob("EN-*.txt")):
        for how, options in VARIANTS.items():
            yield Asked(_titled(path.stem, how), "pairs", str(path), {**DEFAULT, **options})
    for path in (data / "analogy").glob("questions-words.txt"):
        for how, options in VARIANTS.items():
            yield Asked(_titled("Google analogies", how), "analogies", str(path), {**DEFAULT, **options})


def _titled(name: str, how: str) -> str:
    return f"{name}, {how}" if how else name


def synthetic() -> tuple[Vectors, list[Pair], list[Question]]:
    """Made-up words in several cases; pairs with equal judgements and questions, both with unknown words."""
    rng = np.random.default_rng(0)
    base = rng.standard_normal((120, 20))
    partners = base + rng.standard_normal((1, 20)) + 0.8 * rng.standard_normal((120, 20))
    names = [f"word{i}" for i in range(120)] + [f"other{i}" for i in range(120)]
    table = np.concatenate([base, partners])
    order = rng.permutation(240)
    variants = rng.choice(240, 60, replace=False)
    words = [names[i] for i in order]
    words += [case(names[i]) for case in (str.title, str.upper) for i in variants]
    near = table[variants] + 0.3 * rng.standard_normal((60, 20))
    matrix = np.concatenate([table[order], near, near + 0.3 * rng.standard_normal((60, 20))])
    asked = [*names, *(f"unknown{i}" for i in range(20))]
    cases = (str, str.upper, str.title)

    def word() -> str:
        return cases[rng.integers(3)](asked[rng.integers(len(asked))])

    pairs = [(word(), word(), float(rng.integers(11))) for _ in range(400)]
    questions = []
    for i, j in rng.integers(125, size=(600, 2)):  # up to 124: no word is called so
        a, b, c, d = (
            cases[rng.integers(3)](f"{name}{number}")
            for name, number in (("word", i), ("other", i), ("word", j), ("other", j))
        )
        questions.append(Question(a, b, c, d, "odd" if i % 2 else "even"))
    questions.sort(key=lambda question: question.section)
    return Vectors(tuple(words), matrix.astype(np.float32)), pairs, questions


def written(pairs: Sequence[Pair], questions: Sequence[Question], folder: Path) -> Iterator[Asked]:
    """Made-up sets as files, with each option."""
    similar, analogous = folder / "pairs.txt", folder / "questions.txt"
    similar.write_text("".join(f"{a}\t{b}\t{value}\n" for a, b, value in pairs), "utf-8")
    lines, section = [], None
    for question in questions:
        if question.section != section:
            section = question.section
            lines.append(f": {section}\n")
        lines.append(" ".join(question[:4]) + "\n")
    analogous.write_text("".join(lines), "utf-8")
    for how, options in {**VARIANTS, "200 words": {"restrict_vocab": 200}}.items():
        yield Asked(_titled("synthetic pairs", how), "pairs", str(similar), {**DEFAULT, **options})
        yield Asked(_titled("synthetic analogies", how), "analogies", str(analogous), {**DEFAULT, **options})


def compare(interpreter: str, vectors: Vectors, asked: Sequence[Asked], path: Path) -> float:
    """Prints the scores of both; returns the largest difference."""
    write(vectors, path, format="word2vec-binary")
    job = {"vectors": str(path), "asked": [each[1:] for each in asked]}
    done = subprocess.run(
        [interpreter, "-W", "ignore", "-c", WORKER],
        input=json.dumps(job) + "\n",
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    worst = 0.0
    for each, theirs in zip(asked, json.loads(done.stdout), strict=True):
        ours = answered(vectors, each)
        right = [found.pop("right", {}) for found in (ours, theirs)]
        apart = max(abs(ours[name] - theirs[name]) for name in theirs)
        shown = ", ".join(f"{name} {value:.6f}" for name, value in ours.items())
        line = f"{each.title}: {shown}; apart from gensim's by {apart:.1e}"
        if each.kind == "analogies":
            others = sum(
                len(set(a) ^ set(b)) for a, b in zip(*(sides.values() for sides in right), strict=True)
            )
            line += f", and in {others} of the questions that are right"
        print(line, flush=True)
        worst = max(worst, apart)
    return worst


def answered(vectors: Vectors, asked: Asked) -> dict[str, Any]:
    """The scores of embedlab, by gensim's options."""
    options = asked.options
    judged = vectors.restrict(options["restrict_vocab"])
    judged = judged.folded() if options["case_insensitive"] else judged
    counted = options["dummy4unknown"]
    if asked.kind == "pairs":
        pairs = read_pairs(Path(asked.path))
        found = quality.word_similarity(judged, pairs, unknown="zero" if counted else "skip", resamples=1)
        return {"spearman": found.spearman.value, "pearson": found.pearson, "unknown": 1 - found.coverage}
    questions = read_questions(Path(asked.path))
    solved = quality.analogies(judged, questions, unknown="wrong" if counted else "skip")
    right: dict[str, list[str]] = {name: [] for name in solved.sections}
    for question, is_right in zip(questions, solved.right, strict=True):
        if is_right:
            asked_for = " ".join(question[:4])
            right[question.section].append(asked_for.upper() if options["case_insensitive"] else asked_for)
    return {"accuracy": solved.accuracy, "right": right}


if __name__ == "__main__":
    sys.exit(main())
