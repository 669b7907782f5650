"""Skip-gram beside gensim's, and of subwords beside fastText's: words a second, and how good the vectors are.

    PYTHONPATH=. python scripts/bench_pretrain.py TEXT --workdir DIR --gensim PYTHON [--fasttext PYTHON]

TEXT has a sentence or paragraph a line, its words parted by blanks. Each PYTHON is an interpreter that can
import that tool. All learn vectors of dim 100 with window 5 and 5 negatives in one epoch, on two threads. In
each round, each with its seed, every tool trains once, in turn. Seconds are of training alone. What a
round made lies in DIR, and is not made again.

Prints words a second, medians over the rounds, and the ratios with 95 % intervals, for which whole rounds are
drawn. Then, for WordSim-353, SimLex-999 and MEN in the folder of EMBEDLAB_DATA, Spearman's correlation, the
mean over seeds, and the difference with a 95 % interval, for which pairs of words are drawn, the same for
both. And in how much of the other's time embedlab has reached the other's correlation.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ratios import ratio_interval

from embedlab.quality import word_similarity
from embedlab.quality.correlation import spearman
from embedlab.quality.interval import Interval, bootstrap
from embedlab.vectors import Vectors, load
from experiments import pretrain
from experiments.errors import Mistake, RunFailure
from experiments.intrinsic.sets import read_sets
from experiments.process.program import guarded

_WORKER = Path(__file__).with_name("pretrain_worker.py")
_LOOKS = 20
#: Ours → its config, and the tools that it stands beside.
CONTESTS = {
    "words": ("configs/pretrain.py", ("gensim", "fasttext")),
    "subwords": ("configs/pretrain_subword.py", ("fasttext-subword", "gensim-fasttext")),
}
_SETS = ("ws353", "simlex999", "men")
_OF = "gensim"  # what begins so is of its interpreter


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("text", help="the text")
    parser.add_argument("--workdir", required=True, help="where runs and vectors are written")
    parser.add_argument("--gensim", metavar="PYTHON", help="an interpreter that can import gensim")
    parser.add_argument("--fasttext", metavar="PYTHON", help="an interpreter that can import fasttext")
    parser.add_argument("--contests", default="words,subwords", help="which of both")
    parser.add_argument("--tools", help="which other tools; all for which there is an interpreter")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=0, help="that of the first round")
    given, flags = parser.parse_known_args()  # others are of experiments.pretrain
    return guarded(lambda: run(given, flags))


def run(given: argparse.Namespace, flags: Sequence[str]) -> int:
    """Trains all in turn; tells what came of it."""
    workdir = Path(given.workdir)
    workdir.mkdir(parents=True, exist_ok=True)
    for contest in given.contests.split(","):
        if contest not in CONTESTS:
            raise Mistake(f"--contests: {contest!r}: choose some of {', '.join(CONTESTS)}")
        config, others = CONTESTS[contest]
        tools = [
            name
            for name in others
            if _python(name, given) and (not given.tools or name in given.tools.split(","))
        ]
        rounds: dict[str, list[dict[str, Any]]] = {name: [] for name in ("embedlab", *tools)}
        for seed in range(given.first_seed, given.first_seed + given.rounds):
            own = workdir / contest / f"seed-{seed}"
            rounds["embedlab"].append(_ours(config, given.text, own, seed, flags))
            for name in tools:
                rounds[name].append(_theirs(name, given, workdir / f"{name}-{seed}.npz", seed))
        tell(contest, rounds)
    return 0


def _python(name: str, given: argparse.Namespace) -> str | None:
    return given.gensim if name.startswith(_OF) else given.fasttext


def _ours(config: str, text: str, workdir: Path, seed: int, flags: Sequence[str]) -> dict[str, Any]:
    if not (workdir / "summary.json").exists():
        words = [config, "--corpus.path", text, "--workdir", str(workdir), "--seed", str(seed)]
        words += ["--train.checkpoint_seconds", "0", "--quality.times", str(_LOOKS), *flags]
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            status = pretrain.main(words)
        if status:
            raise RunFailure(f"{workdir}: {said.getvalue().strip()}")
    summary = json.loads((workdir / "summary.json").read_text())
    lines = [json.loads(line) for line in (workdir / "metrics.jsonl").read_text().splitlines()]
    return {
        "seconds": summary["raw_words"] / summary["words_per_second"],
        "raw_words": summary["raw_words"],
        "vectors": load(workdir),
        "looks": [(x["step"] / summary["blocks"], x) for x in lines if x["split"] == "similarity"],
    }


def _theirs(name: str, given: argparse.Namespace, out: Path, seed: int) -> dict[str, Any]:
    command = [_python(name, given), str(_WORKER), name, given.text, str(out), str(seed), "1"]
    kept = out.with_suffix(".json")
    if not kept.exists():
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise RunFailure(f"{name}: {done.stderr.strip().splitlines()[-1]}")
        kept.write_text(done.stdout.strip().splitlines()[-1])
    with np.load(out, allow_pickle=False) as stored:
        vectors = Vectors(tuple(map(str, stored["words"])), stored["vectors"])
    return {**json.loads(kept.read_text()), "vectors": vectors}


def tell(contest: str, rounds: dict[str, list[dict[str, Any]]]) -> None:
    """Prints speeds, qualities, and how long it takes to be as good."""
    sets = read_sets(_SETS, ()).similarity
    words = rounds["embedlab"][0]["raw_words"]
    seconds = {name: np.array([one["seconds"] for one in found]) for name, found in rounds.items()}
    for name, found in seconds.items():
        line = f"{contest}, {name}: {words / np.median(found):,.0f} words a second"
        if name != "embedlab":
            ratio, low, high = ratio_interval(found, seconds["embedlab"])
            line += f"; embedlab = {ratio:.2f} × ({low:.2f} … {high:.2f})"
        print(line, flush=True)
    for title, pairs in sets.items():
        judged = {name: [_judged(one["vectors"], pairs) for one in found] for name, found in rounds.items()}
        print(f"{title}: " + ", ".join(f"{name} {_mean(found):.3f}" for name, found in judged.items()))
        for name in judged.keys() - {"embedlab"}:
            difference = _difference(judged["embedlab"], judged[name])
            reached = _reached(rounds["embedlab"], title, _mean(judged[name]))
            times = np.median(seconds["embedlab"] / seconds[name])
            share = f"{reached * times:.2f}" if reached else "no part"
            interval = f"({difference.low:+.3f} … {difference.high:+.3f})"
            print(
                f"  embedlab − {name}: {difference.value:+.3f} {interval}; as good after {share} of its time",
                flush=True,
            )


def _judged(vectors: Vectors, pairs: Sequence[tuple[str, str, float]]) -> Any:
    lowered = [(a.lower(), b.lower(), value) for a, b, value in pairs]
    return word_similarity(vectors, lowered, resamples=1)


def _mean(found: Sequence[Any]) -> float:
    return float(np.mean([one.spearman.value for one in found]))


def _difference(ours: Sequence[Any], theirs: Sequence[Any]) -> Interval:
    """Of the means over seeds, on the pairs that all know; each resample of pairs is the same for all."""
    both = np.logical_and.reduce([one.counted for one in (*ours, *theirs)])

    def mean(side: Sequence[Any], times: np.ndarray) -> Any:
        found = [spearman(one.judged[both], one.cosines[both], times) for one in side]
        return np.mean(found, axis=0)

    return bootstrap(lambda times: mean(ours, times) - mean(theirs, times), int(both.sum()))


def _reached(ours: Sequence[dict[str, Any]], title: str, goal: float) -> float | None:
    """After which part of the training the mean over seeds was as high; None for never."""
    for looks in zip(*(one["looks"] for one in ours), strict=True):
        if np.mean([look[title] for _, look in looks]) >= goal:
            return float(looks[0][0])
    return None


if __name__ == "__main__":
    sys.exit(main())
