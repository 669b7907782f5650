"""Puts the parts of a page together into one file that asks for nothing but itself.

Text of users reaches the page as text alone: templates escape what they are given, the script's data are JSON
without a sign of HTML, and the script writes `textContent`. A Content-Security-Policy lets nothing be loaded,
and nothing run but the one script of the page, by its digest.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.resources
from collections.abc import Sequence
from typing import Any

from experiments.page.packed import json_text
from experiments.page.section import Maker, Options, Section
from experiments.page.sections import (
    budgets,
    collisions,
    confusion,
    curves,
    frequency,
    headline,
    maps,
    rates,
    repeat,
    settings,
    spectrum,
    sweeps,
)
from experiments.page.works import Given

_ASSETS = "assets"
_SCRIPTS = (
    "packed.js",
    "theme.js",
    "legend.js",
    "points.js",
    "labels.js",
    "colours.js",
    "view.js",
    "moving.js",
    "search.js",
    "map.js",
    "brush.js",
)
_STYLES = ("page.css", "charts.css", "map.css", "sweeps.css")

#: The parts, in the order in which they stand.
MAKERS: tuple[Maker, ...] = (
    sweeps.section,
    budgets.section,
    headline.section,
    maps.section,
    curves.section,
    rates.section,
    confusion.section,
    frequency.section,
    collisions.section,
    spectrum.section,
    settings.section,
    repeat.section,
)


def render(given: Given, sections: Sequence[Section], options: Options) -> str:
    """The page as HTML.

    Args:
        given: the runs.
        sections: its parts.
        options: what it is to be like.
    """
    script = "\n".join(asset(name) for name in _SCRIPTS)
    style = "\n".join(asset(name) for name in _STYLES)
    shown = _environment().get_template("page.html.j2")
    return shown.render(
        title=options.title or ", ".join(_names(given)),
        sections=sections,
        policy=policy(script, style),
        script=script,
        style=style,
        data=json_text({section.key: section.data for section in sections if section.data is not None}),
        counts=_counts(given),
    )


def policy(script: str, style: str) -> str:
    """The page's Content-Security-Policy: nothing is loaded, and these two alone take effect.

    Args:
        script: what the `<script>` element holds.
        style: what the `<style>` element holds.

    Example:
        >>> policy("", "").split("; ")[0]
        "default-src 'none'"
    """
    rules = (
        "default-src 'none'",
        f"script-src '{_digest(script)}'",
        f"style-src '{_digest(style)}'",
        "img-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return "; ".join(rules)


def asset(name: str) -> str:
    """The text of a file of the page's own."""
    return (importlib.resources.files(__package__) / _ASSETS / name).read_text("utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _environment() -> Any:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FunctionLoader(asset),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _names(given: Given) -> list[str]:
    """What was given: sweeps, and workdirs that are no trials of these."""
    folders = [sweep.path for sweep in given.sweeps]
    others = [work.title for work in given.works if work.path.parent.parent not in folders]
    return [*(folder.name for folder in folders), *others]


def _counts(given: Given) -> str:
    """How many runs there are, in words."""
    runs = sum(len(work.runs) for work in given.works)
    unfinished = sum(run.state != "finished" for work in given.works for run in work.runs)
    told = f"{runs:,} run{'s' * (runs != 1)} in {len(given.works):,} workdir{'s' * (len(given.works) != 1)}"
    told += f", {unfinished:,} of them not finished" if unfinished else ""
    trials = sum(len(sweep.trials) for sweep in given.sweeps)
    return f"{told}; of {trials:,} trials of a sweep" if trials else told
