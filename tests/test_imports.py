"""Who imports whom, what `import embedlab` loads, and who reads tables."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# What `import embedlab` must leave alone: Flax, the experiments, and all that only they need.
HEAVY = {
    *("configs", "experiments", "flax", "draccus", "orbax", "rich", "tokenizers", "tensorflow_datasets"),
    *("grain", "matplotlib", "pandas", "pyarrow", "scipy", "sklearn", "tensorflow", "torch"),
}
FLAX_ADAPTERS = ("embedlab.nnx", "embedlab.linen")
TABLE_READERS = ("embedlab.lookup",)
# `text.ngrams` is fastText's hash of a word, as `hashing` is that of an id.
SMALL_HELPERS = {
    "embedlab",
    "embedlab.base",
    "embedlab.checks",
    "embedlab.hashing",
    "embedlab.initialisers",
    "embedlab.linear",
    "embedlab.text.ngrams",
}


# --- reading imports from source ---------------------------------------------------------------------


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def sources(package: str) -> dict[str, ast.Module]:
    """Dotted name → syntax tree, for every module of a top-level folder."""
    files = sorted((ROOT / package).rglob("*.py"))
    return {module_name(path): ast.parse(path.read_text(encoding="utf-8")) for path in files}


def is_package(name: str) -> bool:
    return (ROOT / name.replace(".", "/") / "__init__.py").is_file()


def is_module(name: str) -> bool:
    return is_package(name) or (ROOT / (name.replace(".", "/") + ".py")).is_file()


def imported(name: str, node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """The modules that an import statement of module `name` names, relative ones resolved."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    package = name if is_package(name) else name.rpartition(".")[0]
    for _ in range(node.level - 1):
        package = package.rpartition(".")[0]
    base = ".".join(filter(None, (package if node.level else "", node.module)))
    for alias in node.names:
        inner = f"{base}.{alias.name}"
        yield inner if is_module(inner) else base


def statements(tree: ast.AST, *, at_import: bool) -> Iterator[ast.Import | ast.ImportFrom]:
    """Import statements; with `at_import` only those that run when the module is imported."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif at_import and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        elif at_import and isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for node in child.orelse:
                yield from statements(ast.Module([node], []), at_import=True)
        else:
            yield from statements(child, at_import=at_import)


def imports(name: str, tree: ast.Module, *, at_import: bool = False) -> set[str]:
    return {module for node in statements(tree, at_import=at_import) for module in imported(name, node)}


def top(module: str) -> str:
    return module.partition(".")[0]


# --- what an import loads ----------------------------------------------------------------------------


def test_import_is_light(tmp_path: Path) -> None:
    code = "import embedlab, sys; print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    # From another folder, so that nothing is found by lying in the current one.
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = run.stdout.split()
    assert "embedlab" in loaded
    assert HEAVY & set(loaded) == set()


def test_scikit_learn_is_imported_where_it_is_used() -> None:
    """It takes 2 s, which a mistake, --help or a process that is refused need not wait for."""
    for name, tree in sources("experiments").items():
        found = {m for m in imports(name, tree, at_import=True) if m.startswith(("sklearn", "scipy.stats"))}
        assert not found, f"{name} imports {found}"


# --- directions --------------------------------------------------------------------------------------


def test_library_imports_neither_experiments_nor_configs() -> None:
    library = sources("embedlab")
    assert library
    for name, tree in library.items():
        foreign = {m for m in imports(name, tree) if top(m) in {"experiments", "configs", "scripts", "tests"}}
        assert not foreign, f"{name} imports {foreign}"


def test_flax_stays_in_the_adapters() -> None:
    users = {
        name for name, tree in sources("embedlab").items() if "flax" in {top(m) for m in imports(name, tree)}
    }
    others = {name for name in users if not name.startswith(FLAX_ADAPTERS)}
    assert not others, f"Flax is imported outside its adapters: {others}"


def test_experiments_import_no_config() -> None:
    for name, tree in sources("experiments").items():
        foreign = {m for m in imports(name, tree) if top(m) in {"configs", "scripts", "tests"}}
        assert not foreign, f"{name} imports {foreign}"


def test_library_has_no_import_circle() -> None:
    library = sources("embedlab")
    graph = {name: imports(name, tree, at_import=True) & library.keys() for name, tree in library.items()}
    # `from embedlab import hashing` is an edge to `embedlab.hashing`; running the package's own
    # __init__ first is Python's doing, not the module's, so it is no edge.
    assert circle(graph) is None, f"modules import each other: {' → '.join(circle(graph) or ())}"


def circle(graph: dict[str, set[str]]) -> list[str] | None:
    """A path of imports that ends where it starts, or None."""
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> list[str] | None:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return None
        for other in sorted(graph[name]):
            found = visit(other, [*path, name])
            if found:
                return found
        done.add(name)
        return None

    return next(filter(None, (visit(name, []) for name in sorted(graph))), None)


def test_a_circle_is_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": set()}) is None
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]


def kinds() -> dict[str, ast.Module]:
    """Modules that write a kind: they hold a class with `index` and `combine`."""
    library = sources("embedlab")
    return {name: tree for name, tree in library.items() if name != "embedlab.base" and is_kind(tree)}


def is_kind(tree: ast.Module) -> bool:
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    methods = [{item.name for item in node.body if isinstance(item, ast.FunctionDef)} for node in classes]
    return any({"index", "combine"} <= names for names in methods)


def test_kinds_import_only_the_contract_and_small_helpers() -> None:
    found = kinds()
    assert {"embedlab.dense", "embedlab.hashed", "embedlab.subword"} <= found.keys()
    for name, tree in found.items():
        inner = {m for m in imports(name, tree) if top(m) == "embedlab"}
        assert inner <= SMALL_HELPERS, f"{name} imports {inner - SMALL_HELPERS}"


# --- only lookup and sparse index tables -------------------------------------------------------------


def table_reads(tree: ast.AST) -> list[str]:
    """Expressions that read rows of a table, as far as names show it.

    A table is `….tables[name]` or `tables[name]`, or a name assigned from one. It is read by a
    subscript, by `.at`, `.take`, or by a `take` function.
    """
    found: list[str] = []
    scopes = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.Module)]
    for scope in scopes:
        names = {
            target.id
            for node in ast.walk(scope)
            if isinstance(node, ast.Assign) and is_table(node.value, set())
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        found += [ast.unparse(node) for node in ast.walk(scope) if reads_table(node, names)]
    return sorted(set(found))


def is_table(node: ast.AST, names: set[str]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in names
    if not isinstance(node, ast.Subscript):
        return False
    return (isinstance(node.value, ast.Attribute) and node.value.attr == "tables") or (
        isinstance(node.value, ast.Name) and node.value.id == "tables"
    )


def reads_table(node: ast.AST, names: set[str]) -> bool:
    if isinstance(node, ast.Subscript):
        return is_table(node.value, names)
    if isinstance(node, ast.Attribute):
        return node.attr in {"at", "take"} and is_table(node.value, names)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in {"take", "take_along_axis"} and any(is_table(a, names) for a in node.args)
    return False


@pytest.mark.parametrize(
    "code",
    [
        "variables.tables['table'][ids]",
        "tables[name].at[rows].get()",
        "def f(v, i):\n    t = v.tables['t']\n    return t[i]",
        "jnp.take(v.tables['t'], ids, axis=0)",
        "v.tables['t'].take(ids)",
    ],
)
def test_a_read_of_a_table_is_found(code: str) -> None:
    assert table_reads(ast.parse(code))


@pytest.mark.parametrize(
    "code",
    ["variables.tables['table'].shape[0]", "gathered['table'][..., 0, :]", "{'table': tables['table']}"],
)
def test_other_uses_of_tables_are_free(code: str) -> None:
    assert table_reads(ast.parse(code)) == []


def test_only_lookup_and_sparse_read_tables() -> None:
    reads = {
        name: table_reads(tree)
        for name, tree in sources("embedlab").items()
        if not name.startswith(TABLE_READERS)
    }
    assert {name: found for name, found in reads.items() if found} == {}
