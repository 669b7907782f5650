"""The cases of all applications: each lies beside its application's own tests."""

from __future__ import annotations

import importlib

from experiments.study import registry
from tests.applications.case import Case

_PLACES = {"graph": "graph.nodes", "triples": "graph.triples"}

CASES: tuple[Case, ...] = tuple(
    importlib.import_module(f"tests.experiments.{_PLACES.get(name, name)}.case").CASE
    for name in (*registry.NAMES, "sentiment")
)
