"""Documentation strings are found without importing anything."""

import ast
import inspect
import subprocess
import sys
import textwrap

import pytest

from experiments.data.parse import docstrings, package_folder, source_files


def test_where_docstrings_are_found():
    source = '''
    """module"""
    import nowhere
    class A:
        """class"""
        def f(self):
            """method"""
            def inner():
                """inner"""
        x = 1
        """no docstring: it documents nothing that Python knows"""
    if nowhere:
        async def g():
            """
            function

              indented
            """
    else:
        try:
            pass
        except ImportError:
            def h(): "fallback"
    add_newdoc("m", "n", """added""")
    add_newdoc("m", "n", ("method", """added to a method"""))
    add_newdoc("m", "n", [("a", "added a"), ("b", "added " + "b"), ("c", "added c")])
    other("m", "n", "not added")
    f"""no {docstring}"""
    '''
    assert docstrings(textwrap.dedent(source).encode()) == [
        *("module", "class", "method", "inner", "function\n\n  indented", "fallback"),
        *("added", "added to a method", "added a", "added c"),
    ]


@pytest.mark.parametrize("source", [b"def f(:", b"\0", b"\xff", b"# coding: nonsense\n", b"", b"(" * 5000])
def test_what_cannot_be_parsed_has_none(source):
    assert docstrings(source) == []


def test_equal_to_a_full_walk_of_a_real_package():
    """The walk over statements misses nothing that a walk over all nodes finds."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    files = source_files(package_folder("optax"))
    assert len(files) > 50
    for file in files:
        nodes = ast.walk(ast.parse(file.read_bytes()))
        found = [ast.get_docstring(node) for node in nodes if isinstance(node, kinds)]
        assert sorted(docstrings(file.read_bytes())) == sorted(doc for doc in found if doc)


def test_docs_of_compiled_functions_are_found():
    import numpy as np

    file = package_folder("numpy") / "_core" / "_add_newdocs.py"
    assert inspect.cleandoc(np.empty.__doc__).splitlines()[2] in "\n".join(docstrings(file.read_bytes()))


def test_tests_and_vendored_code_are_left_out():
    for package in ("scipy", "sklearn", "jax", "numpy"):
        folder = package_folder(package)
        files = [file.relative_to(folder) for file in source_files(folder)]
        assert files == sorted(files, key=lambda file: file.with_suffix("").parts)
        parts = {part for file in files for part in file.parts}
        assert not parts & {
            "tests",
            "_testing",
            "externals",
            "third_party",
            "array_api_compat",
            "conftest.py",
        }
        assert len(files) > 100


def test_a_package_that_is_not_installed_is_named():
    for name in ("no_such_package", "optax.no_such_part"):
        with pytest.raises(ValueError, match=f"package='{name}'.*pip install"):
            package_folder(name)


def test_nothing_is_imported():
    code = """
import sys
from experiments.data.parse import package_folder, source_files, docstrings
before = set(sys.modules)
for name in ("optax", "flax", "orbax.checkpoint", "sklearn", "tensorflow_datasets"):
    files = source_files(package_folder(name))
    docstrings(files[0].read_bytes())
new = {name.split(".")[0] for name in set(sys.modules) - before}
assert not new & {"sklearn", "tensorflow_datasets", "orbax"}, new
"""
    subprocess.run([sys.executable, "-c", code], check=True)
