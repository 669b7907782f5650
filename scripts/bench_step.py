"""A training step: embedlab's row-sparse one beside the same with a dense gradient, by Flax and optax.

    PYTHONPATH=. python scripts/bench_step.py --rows 10000,1000000,4000000 --json steps.json --plot steps.png

Needs nothing but the library (and matplotlib for the plot). The model: 1,024 bags of 32 ids, 64 wide, a mean,
a linear layer to 4 classes; fresh ids in every step, and all that is done for a step is counted. Both are
timed in turn in one process, `TOGETHER` steps in a program each. Prints the median of each, and the ratio of
medians with a bootstrap 95 % interval.

By kind: "bag" is compared with flax.linen.Embed and optax; "unpooled" (tanh of every vector), "hashed" (two
rows an id) and "subword" (12 n-grams a word and its own row), which Flax has not, with embedlab's own module
under a dense gradient. "adam", "momentum", "row_adagrad" and "row_adam" are lazy or row-wise; "adam exact",
"momentum exact" and "adagrad + decay" do what the dense optimizer does.

With --strategies every way to update a table is timed beside the one that the product chooses. With --worker
other programs are timed as well, that train the same model and speak the protocol of `workers.py`:

    --worker "row-wise=PYTHON scripts/step_worker.py row-wise" --worker "torch=PYTHON step_torch.py sparse"
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import json
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import jax
import numpy as np
from ratios import alternate, ratio_interval
from step_models import (
    DISTRIBUTIONS,
    KINDS,
    OPTIMIZERS,
    Case,
    dense_gradient,
    embedlab_sparse,
    flax_optax,
    row_count,
)
from workers import Worker

from embedlab.sparse.strategy import STRATEGIES


def cases(args: argparse.Namespace) -> Iterator[Case]:
    """Every combination that is asked for."""
    every = itertools.product(args.kinds, args.rows, args.distributions, args.optimizers)
    for kind, rows, distribution, optimizer in every:
        yield Case(kind, rows, distribution, optimizer)


def contestants(case: Case, args: argparse.Namespace) -> dict[str, Callable[[int], float]]:
    """Name → what takes steps; the product first."""
    found: dict[str, Callable[[int], float]] = {"embedlab": embedlab_sparse(case)}
    if args.strategies:
        for strategy in STRATEGIES:
            try:
                chosen = Case(case.kind, case.rows, case.distribution, case.optimizer, strategy)
                one = embedlab_sparse(chosen)
                one(1)
                found[strategy] = one
            except ValueError:  # it can't be taken for this optimizer
                continue
    for worker in args.worker:
        name, _, command = worker.partition("=")
        try:
            found[name] = Worker(command, case.optimizer, str(case.rows), case.distribution)
        except ValueError as error:  # it has no such optimizer
            print(f"{name}: left out, {error}")
    if not args.no_dense:
        name = "flax + optax" if case.kind == "bag" else "dense gradient"
        found[name] = (flax_optax if case.kind == "bag" else dense_gradient)(case)
    return found


def measure(case: Case, args: argparse.Namespace) -> dict[str, Any]:
    """What was found for a case, as it is written to the JSON file."""
    named = contestants(case, args)
    times = alternate(named, args.rounds, args.seconds)
    for one in named.values():
        if isinstance(one, Worker):
            one.end()
    result: dict[str, Any] = {"kind": case.kind, "rows": case.rows, "optimizer": case.optimizer}
    result |= {"distribution": case.distribution, "ms": {}, "ratio": {}, "rounds": {}}
    for name, seconds in times.items():
        result["ms"][name] = float(1e3 * np.median(seconds))
        result["rounds"][name] = (1e3 * seconds).tolist()
        if name != "embedlab":
            result["ratio"][name] = ratio_interval(seconds, times["embedlab"])
    return result


def told(result: dict[str, Any]) -> str:
    """A line of the table."""
    line = f"{result['kind']:9} {result['rows']:>9,} {result['distribution']:8} {result['optimizer']:16}"
    line += f" {result['ms']['embedlab']:8.3f} ms"
    for name, (ratio, low, high) in result["ratio"].items():
        line += f"   {name} {result['ms'][name]:8.3f} ms = {ratio:.2f} × ({low:.2f} … {high:.2f})"
    return line


def draw(results: list[dict[str, Any]], path: Path) -> None:
    """A panel a kind and distribution: milliseconds a step by rows, a line an optimizer and contestant."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    panels = sorted({(r["kind"], r["distribution"]) for r in results})
    figure, axes = pyplot.subplots(1, len(panels), figsize=(5 * len(panels), 4), squeeze=False, sharey=True)
    for axis, (kind, distribution) in zip(axes[0], panels, strict=True):
        here = [r for r in results if (r["kind"], r["distribution"]) == (kind, distribution)]
        for place, optimizer in enumerate(dict.fromkeys(r["optimizer"] for r in here)):
            own = sorted((r for r in here if r["optimizer"] == optimizer), key=lambda r: r["rows"])
            for name, style in zip(own[0]["ms"], ("-o", "--s", ":^", "-.v", ":d", "--x", ":+"), strict=False):
                points = [(r["rows"], r["ms"][name]) for r in own if name in r["ms"]]
                axis.plot(*zip(*points, strict=True), style, color=f"C{place}", label=f"{optimizer}, {name}")
        axis.set(xscale="log", yscale="log", xlabel="rows of the table", title=f"{kind}, {distribution} ids")
        axis.grid(alpha=0.3)
    axes[0][0].set_ylabel("ms a step")
    axes[0][-1].legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(path, dpi=150)


def words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",")]


def row_counts(text: str) -> list[int]:
    return [row_count(word) for word in words(text)]


def some_of(known: Collection[str]) -> Callable[[str], list[str]]:
    """What reads names that are parted by commas. A name that is not known would be measured as another."""

    def read(text: str) -> list[str]:
        for word in words(text):
            if word not in known:
                raise argparse.ArgumentTypeError(f"{word!r}: choose some of {', '.join(known)}")
        return words(text)

    return read


def add_list(parser: argparse.ArgumentParser, flag: str, known: Collection[str], default: list[str]) -> None:
    help = f"some of {', '.join(known)}, parted by commas (default {','.join(default)})"
    parser.add_argument(flag, type=some_of(known), default=default, metavar="NAMES", help=help)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=row_counts, default=row_counts("10000,100000,1000000,4000000"))
    add_list(parser, "--kinds", KINDS, ["bag"])
    add_list(parser, "--distributions", DISTRIBUTIONS, list(DISTRIBUTIONS))
    add_list(parser, "--optimizers", OPTIMIZERS, ["sgd", "adagrad", "adam"])
    parser.add_argument("--rounds", type=int, default=9, help="at least 9 (default)")
    parser.add_argument("--seconds", type=float, default=0.25, help="of a slice (default 0.25)")
    parser.add_argument("--strategies", action="store_true", help="time every way to update a table as well")
    parser.add_argument(
        "--worker", action="append", default=[], metavar="NAME=COMMAND", help="another program to time"
    )
    parser.add_argument("--no-dense", action="store_true", help="leave the dense gradient out")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--plot", type=Path, help="draw them here (PNG, SVG or PDF)")
    args = parser.parse_args()
    if args.plot and importlib.util.find_spec("matplotlib") is None:
        parser.error("--plot: it needs matplotlib; install it, as with `pip install matplotlib`")
    args.rounds = max(9, args.rounds)
    print(f"jax {jax.__version__}, {jax.devices()[0].device_kind}; {args.rounds} rounds")
    results = []
    for case in cases(args):
        results.append(measure(case, args))
        print(told(results[-1]), flush=True)
        if args.json:
            args.json.write_text(json.dumps(results, indent=1))
    if args.plot:
        draw(results, args.plot)


if __name__ == "__main__":
    main()
