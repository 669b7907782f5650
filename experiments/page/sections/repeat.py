"""How to run the same again: the checkout, the versions, and a config file that holds every setting."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from experiments.page.kept import COMPARED, comparison
from experiments.page.section import Options, Section
from experiments.page.sections.settings import flat
from experiments.page.works import Given, Work
from experiments.runs.run import RunDirectory
from experiments.study import registry

_CLASSES = {
    "classify": ("experiments.config", "Config"),
    "pretrain": ("experiments.pretraining.config", "Pretraining"),
}
_WITHOUT = ("evaluate", "unknown")  # a config that is made by a file
_SEARCHES = {
    "sweep": "PYTHONPATH=. python scripts/sweep.py SWEEP.py --workdir runs/again",
    "compare": "python -m experiments.compare COMPARISON.py --workdir runs/again",
}


def section(given: Given, options: Options) -> Section | None:
    """One part a sweep, a comparison at the same bytes, or a workdir."""
    found = [_search("sweep", each.path, each.record) for each in given.sweeps if each.record]
    folders = dict.fromkeys(comparison(work.path) for work in given.works)
    found += [_search("compare", each, RunDirectory(each).read(COMPARED) or {}) for each in folders if each]
    found += [made for work in given.works if (made := _of(work)) is not None]
    return Section("repeat", "Repeat it", "repeat.html.j2", {"works": found}) if found else None


def _search(program: str, folder: Path, record: dict[str, Any]) -> dict[str, Any]:
    """Of what makes many runs: its file is no part of what it writes, but all that the file asked for is."""
    asked = record["settings"] if program == "sweep" else RunDirectory(folder).read("comparison.json") or {}
    return _checkout(record) | {
        "title": folder.name,
        "config": "",
        "asked": list(flat(asked)),
        "command": _SEARCHES[program],
        "data": [],
    }


def _of(work: Work) -> dict[str, Any] | None:
    summary = work.summary or next((run.summary for run in work.runs if run.summary), {})
    if not work.config:
        return None
    return _checkout(summary) | {
        "title": work.title,
        "asked": [],
        "config": config_file(work.config, work.program) if work.program not in _WITHOUT else "",
        "command": command(work.config, work.program),
        "data": [(name, str(value)) for name, value in _data(work)],
    }


def _checkout(record: dict[str, Any]) -> dict[str, Any]:
    """Of which commit and libraries something was made."""
    commit, versions = str(record.get("commit") or ""), record.get("versions")
    versions = versions if isinstance(versions, dict) else {}  # of a comparison, somebody may have altered it
    return {
        "commit": commit.rstrip("+"),
        "changed": commit.endswith("+"),
        "versions": [(str(name), str(version)) for name, version in versions.items()],
        "install": _install(versions),
    }


def command(config: dict[str, Any], program: str) -> str:
    """What to type.

    Args:
        config: `config.json`.
        program: "classify", "pretrain" or "evaluate", or the name of an application.

    Example:
        >>> command({}, "classify")
        'python -m experiments.classify repeat.py --workdir runs/again'
        >>> command({"evaluation": {"vectors": ["a b.vec"], "k": 10, "words": "cat,dog"}}, "evaluate")
        "python -m experiments.evaluate 'a b.vec' --k 10 --words cat,dog --workdir runs/again"
        >>> command({"evaluation": {"vectors": ["a.vec"], "words": None, "restrict": None}}, "evaluate")
        'python -m experiments.evaluate a.vec --restrict all --workdir runs/again'
    """
    if program != "evaluate":
        return f"python -m {registry.module(program)} repeat.py --workdir runs/again"
    words = ["python", "-m", "experiments.evaluate", *config["evaluation"]["vectors"]]
    for name, value in config["evaluation"].items():
        flag = f"--{name.replace('_', '-')}"
        if name == "restrict" and value is None:  # of which the default is a number
            value = "all"
        if name == "vectors" or value is None or value is False:
            continue
        given = [] if value is True else value if isinstance(value, list) else [value]
        words += [flag, *map(str, given)]
    return shlex.join([*words, "--workdir", "runs/again"])


def config_file(config: dict[str, Any], program: str) -> str:
    """A config file that holds the very settings of a run.

    Args:
        config: `config.json`.
        program: "classify" or "pretrain", or the name of an application.

    Example:
        >>> print(config_file({"seeds": [0]}, "classify"))
        from experiments.config import Config
        from experiments.settings import codec
        <BLANKLINE>
        SETTINGS = {'seeds': [0]}
        <BLANKLINE>
        <BLANKLINE>
        def config() -> Config:
            return codec.decode(SETTINGS, Config)
    """
    import pprint

    module, name = _CLASSES.get(program) or _of_application(program)
    own = {key: value for key, value in config.items() if key != "application"}
    settings = pprint.pformat(own, width=100, sort_dicts=False)
    return (
        f"from {module} import {name}\n"
        "from experiments.settings import codec\n\n"
        f"SETTINGS = {settings}\n\n\n"
        f"def config() -> {name}:\n"
        f"    return codec.decode(SETTINGS, {name})"
    )


def _of_application(name: str) -> tuple[str, str]:
    """Where the class of its configs is, and what it is called."""
    from experiments.study import registry

    kind = registry.application(name).kind
    return kind.__module__, kind.__name__


def _install(versions: dict[str, str]) -> str:
    """The libraries in the versions that the run had."""
    pinned = [
        f"{name}=={version}" for name, version in versions.items() if name not in ("python", "embedlab")
    ]
    return shlex.join(["pip", "install", *pinned]) if pinned else ""


def _data(work: Work) -> list[tuple[str, Any]]:
    """What the data were: counts and digests."""
    known = next((run.data for run in work.runs if run.data), {})
    return [(key, value) for key, value in known.items() if isinstance(value, str | int)]
