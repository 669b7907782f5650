"""Which runs there are in some folders: of `classify`, `pretrain`, `evaluate` and applications."""

from __future__ import annotations

import contextlib
import difflib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from experiments.errors import Mistake
from experiments.paths import expanded
from experiments.runs.found_run import FoundRun
from experiments.runs.run import RunDirectory

_BASELINES, _TRIALS = "baselines", "trials"
_INSIDE = {"checkpoints", "vectors", "corpus"}  # of a run: no runs lie in them
_DEPTH = 4  # how far below its workdir a run may lie: fold-0/baselines/bag/seed-0
_SHOWN = 3


def found(paths: Sequence[str | os.PathLike[str]]) -> list[FoundRun]:
    """Every run in some workdirs, or in folders that hold several workdirs.

    The runs of one workdir stand together: baselines first, then the embeddings in the order of the config,
    each with its folds and seeds. A run that is not finished, or is damaged, is among them, and says so by
    its `state`.

    Args:
        paths: workdirs, folders of single runs in them, or folders of workdirs.

    Returns:
        The runs; each once, though two of the paths hold it.

    Raises:
        Mistake: a path is not there, or no run lies in it; names those that are near.

    Example:
        >>> import tempfile
        >>> workdir = Path(tempfile.mkdtemp())
        >>> RunDirectory(workdir).write("config.json", {"embedding": {"type": "dense"}, "seeds": [7]})
        >>> [(run.name, run.seed, run.state) for run in found([workdir])]
        [('dense', 7, 'unfinished')]
    """
    runs: dict[Path, FoundRun] = {}
    orders: dict[Path, list[str]] = {}
    for path in map(Path, paths):
        folder = Path(os.path.abspath(expanded(path)))
        here = list(_within(folder))
        if not here:
            raise Mistake(f"{path}: {_missing(folder)}")
        orders |= {workdir: _order(workdir) for workdir in {run.workdir for run in here} - orders.keys()}
        for run in sorted(here, key=lambda run: _place(run, orders[run.workdir])):
            runs.setdefault(run.path.resolve(), run)
    return list(runs.values())


def _within(folder: Path) -> Iterator[FoundRun]:
    """The runs of a folder and below."""
    if (folder / "config.json").is_file() or (folder / "summary.json").is_file():
        run = _run(folder)
        if run is not None:
            yield run
    try:
        below = sorted(each for each in folder.iterdir() if each.is_dir() and not each.is_symlink())
    except OSError:
        return
    for each in below:
        if each.name not in _INSIDE and not each.name.startswith("."):
            yield from _within(each)


def _run(folder: Path) -> FoundRun | None:
    """The run that a folder is; None where it is a comparison of several, or something else."""
    try:
        config = RunDirectory(folder).read("config.json")
    except Mistake:
        return FoundRun(folder, _workdir(folder), "unknown", *_named(folder), trial=_trial(folder))
    if config is None:
        fitted = folder.parent.name == _BASELINES
        return _part(folder, is_baseline=True) if fitted else None
    if "evaluation" in config:
        return FoundRun(folder, folder, "evaluate", folder.name)
    if not isinstance(config.get("embedding"), dict):
        return None
    if "method" in config:
        return FoundRun(folder, folder, "pretrain", _name(config), config.get("seed"), trial=_trial(folder))
    if cell := _cell(folder, config):
        return cell
    if _is_part(folder):
        return _part(folder, is_baseline=folder.parent.parent.name == _BASELINES)
    if _is_several(config):
        return None
    (seed,) = _listed(config, "seeds") or (None,)
    return FoundRun(folder, folder, _program(config), _name(config), seed, trial=_trial(folder))


def _cell(folder: Path, config: dict[str, Any]) -> FoundRun | None:
    """A training of `experiments.compare`: `DATA/[fold-K/]KIND/BUDGET/rate-R/seed-N`, by DATA's `data.json`.

    Its rate is a part of its name: those that were tried and not taken lie beside those that were.
    """
    if len(folder.parents) < 5 or not (
        folder.name.startswith("seed-") and folder.parent.name.startswith("rate-")
    ):
        return None
    rate, budget, kind, above = (parent.name for parent in folder.parents[:4])
    data = folder.parents[4] if above.startswith("fold-") else folder.parents[3]
    if not (data / "data.json").is_file() or (data / "config.json").is_file():
        return None
    part = "" if budget == "full" else f" {budget.replace('-', '/')}"
    name, (_, seed, fold) = f"{kind}{part}, {rate.replace('-', ' ', 1)}", _named(folder, _DEPTH + 1)
    return FoundRun(folder, data, "classify", name, seed, fold)


def _is_several(config: dict[str, Any]) -> bool:
    """Whether a workdir's config is of more than one run; see `experiments.runs.layout.run_directory`."""
    beside = _listed(_group(config, "transfer"), "beside")
    return bool(config.get("rivals") or beside or len(_listed(config, "seeds")) > 1 or _folds(config) > 1)


def _folds(config: dict[str, Any]) -> int:
    folds = config.get("folds")
    return folds if isinstance(folds, int) else 0


def _part(folder: Path, *, is_baseline: bool) -> FoundRun:
    """A run of a comparison."""
    workdir, (name, seed, fold) = _workdir(folder), _named(folder)
    try:
        program = _program(RunDirectory(workdir).read("config.json") or {})
    except Mistake:
        program = "unknown"
    return FoundRun(folder, workdir, program, name, seed, fold, _trial(workdir), is_baseline)


def _program(config: dict[str, Any]) -> str:
    """What made a workdir: the application whose it is, or `experiments.classify`."""
    return str(config.get("application", "classify"))


def _is_part(folder: Path) -> bool:
    """Whether a folder with a config is a run of a comparison, and not a workdir of that name."""
    return re.fullmatch(r"seed-\d+", folder.name) is not None and _workdir(folder) != folder


def _workdir(folder: Path) -> Path:
    """The comparison that a run is a part of, by where it lies; the folder itself where there is none."""
    for parent in folder.parents[:_DEPTH]:
        with contextlib.suppress(Mistake):
            config = RunDirectory(parent).read("config.json") or {}
            is_beside = bool(config) and folder.relative_to(parent).parts[0] == _BASELINES  # the only run
            if is_beside or _is_several(config):
                return parent
    return folder


def _named(folder: Path, depth: int = _DEPTH) -> tuple[str, int | None, int | None]:
    """Name, seed and fold, as the folder says them: `[fold-K/][baselines/]NAME[/seed-N]`."""
    seed, fold = (
        next(
            (int(part.partition("-")[2]) for part in folder.parts[-depth:] if re.fullmatch(wanted, part)),
            None,
        )
        for wanted in (r"seed-\d+", r"fold-\d+")
    )
    return (folder.name if seed is None else folder.parent.name), seed, fold


def _trial(workdir: Path) -> int | None:
    """Which trial of a sweep a workdir is."""
    is_one = workdir.parent.name == _TRIALS and workdir.name.isdecimal()
    return int(workdir.name) if is_one else None


def _place(run: FoundRun, order: Sequence[str]) -> tuple[Any, ...]:
    """Where a run stands among those found with it: numbered workdirs by their numbers."""
    workdir = (run.workdir.parent, -1 if run.trial is None else run.trial, run.workdir)
    known = order.index(run.name) if run.name in order else len(order)
    below = (-1 if number is None else number for number in (run.fold, run.seed))
    return (*workdir, not run.is_baseline, known, run.name, *below)


def _order(workdir: Path) -> list[str]:
    """The names of a workdir's embeddings, in the order of `experiments.runs.layout.names`."""
    try:
        config = RunDirectory(workdir).read("config.json") or {}
    except Mistake:
        return []
    rivals = _group(config, "rivals")
    name = _name(config)
    while name in rivals:
        name += "-reference"
    return [name, *_listed(_group(config, "transfer"), "beside"), *rivals]


def _name(config: dict[str, Any]) -> str:
    """What the embedding that a config is about is named after: its kind, or the mode of its vectors."""
    transfer = _group(config, "transfer")
    kind = _group(config, "embedding").get("type", "")
    return str(transfer.get("mode", "") if transfer.get("vectors") else kind)


def _group(config: dict[str, Any], name: str) -> dict[str, Any]:
    """A group of settings; empty where there is none, or something else by a hand."""
    found = config.get(name)
    return found if isinstance(found, dict) else {}


def _listed(config: dict[str, Any], name: str) -> list[Any]:
    """A list among settings, alike."""
    found = config.get(name)
    return found if isinstance(found, list) else []


def _missing(path: Path) -> str:
    """What to say of a folder without runs."""
    what = "no run lies in it" if path.is_dir() else "there is no such folder"
    beside = path.parent
    try:
        names = sorted(each.name for each in beside.iterdir() if each.is_dir() and _holds(each))
    except OSError:
        names = []
    near = difflib.get_close_matches(path.name, names, _SHOWN, cutoff=0.0)
    told = f" Beside it there are runs in {', '.join(str(beside / name) for name in near)}." if near else ""
    return (
        f"{what}. Give the --workdir of a run or of several, which holds config.json, or a folder of such."
        f"{told}"
    )


def _holds(folder: Path) -> bool:
    return not folder.name.startswith(".") and next(_within(folder), None) is not None
