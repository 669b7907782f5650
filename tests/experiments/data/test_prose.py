"""Code goes, sentences stay, names are masked."""

import inspect

import pytest

from experiments.data.prose import MASK, masker, prose


@pytest.mark.parametrize(
    "docstring, words",
    [
        ("One.\n\n>>> import numpy as np\n>>> f(1)\n2\n\nTwo.", "One. Two."),
        ("One.\n    >>> for x in y:\n    ...     pass\n    out\n\n    Two.", "One. Two."),
        ("One.\n\n```python\nimport jax\n\nx = 1\n```\nTwo.", "One. Two."),
        ("One.\n~~~\nimport jax\n", "One."),
        ("One::\n\n    import jax\n\n    x = 1\n\nTwo.", "One:: Two."),
        ("One.\n\n.. code-block:: python\n   :linenos:\n\n   x = 1\n\nTwo.", "One. Two."),
        ("One.\n\n.. math::\n\n   \\sum x\n\nTwo.", "One. Two."),
        ("One.\n\n.. note::\n\n   Mind this.\n\nTwo.", "One. Mind this. Two."),
        ("One.\n\n.. versionadded:: 1.4.0\n\n.. deprecated:: 0.2rc1\n   Use two.", "One. Use two."),
        ("Returns\n-------\nout : array", "Returns out : array"),
        ("A :class:`~a.B` of :math:`x^2`, :py:func:`f`.", "A `~a.B` of , `f`."),
        ("See https://numpy.org/doc and www.scipy.org.", "See and"),
        ("A dash -- stays - as it is.", "A dash -- stays - as it is."),
        ("", ""),
    ],
)
def test_what_is_prose(docstring, words):
    assert prose(docstring) == words


def test_a_real_docstring():
    import numpy as np

    words = prose(inspect.getdoc(np.clip))
    assert words.startswith("Clip (limit) the values in an array. Given an interval,")
    assert ">>>" not in words and "import" not in words and "----" not in words


PATTERN = masker(["np", "nn", "rich", "scikit-learn", "scikit learn"], ["jax", "numpy", "scikit"])


@pytest.mark.parametrize(
    "text, masked",
    [
        ("np.linalg.norm of NumPy", "_pkg_.norm of _pkg_"),
        ("`~jax.numpy.sum`, jax.", "`~_pkg_.sum`, _pkg_."),
        ("nn.Module, nn", "_pkg_.Module, _pkg_"),
        ("is_jax_array, JaxArray, jaxpr", "_pkg_, _pkg_, _pkg_"),
        ("scikit-learn and Scikit Learn and scikits", "_pkg_ and _pkg_ and _pkg_"),
        ("jax/_src/lax.py", "_pkg_.py"),
        ("inputs enrich richer annual", "inputs enrich richer annual"),
        ("np_dtype, as_np, to_np_array, __np__.x", "_pkg_, _pkg_, _pkg_, _pkg_.x"),
        ("inp_np2 np2_x snp_x scikit_learnt", "inp_np2 np2_x snp_x _pkg_"),
        ("rich_text and `nn_ops.dense`", "_pkg_ and `_pkg_.dense`"),
        ("NumPy/JAX", "_pkg_/_pkg_"),
    ],
)
def test_what_is_masked(text, masked):
    assert PATTERN.sub(MASK, text) == masked


def test_without_names_nothing_is_masked():
    text = "Like np.sum, jaxpr and words."
    assert masker(["np"], []).sub(MASK, text) == "Like _pkg_.sum, jaxpr and words."
    assert masker([], ["jax"]).sub(MASK, text) == "Like np.sum, _pkg_ and words."
    assert masker([], []).sub(MASK, text) == text
