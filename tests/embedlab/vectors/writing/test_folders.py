"""Folders for other programs: TensorBoard's Projector, and sentence-transformers."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
import tokenizers

from embedlab.vectors import Vectors, read, write

WORDS = ("cat", "né", "#", "1984", "😀")
MATRIX = np.random.default_rng(0).standard_normal((len(WORDS), 3)).astype(np.float32)
TABLE = Vectors(WORDS, MATRIX)


# --- the Projector ---------------------------------------------------------------------------------------


def test_the_projector_has_vectors_and_words(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "projector"
    written = write(TABLE, folder, format="projector")
    lines = (folder / "vectors.tsv").read_text("utf-8").splitlines()
    found = np.array([[float(field) for field in line.split("\t")] for line in lines], np.float32)
    assert found.tobytes() == MATRIX.tobytes()
    assert (folder / "metadata.tsv").read_text(
        "utf-8"
    ) == "cat\nné\n#\n1984\n😀\n"  # no header: it has one column
    config = (folder / "projector_config.pbtxt").read_text()
    assert 'tensor_path: "vectors.tsv"' in config and 'metadata_path: "metadata.tsv"' in config
    assert config.count("tensor_shape: 5") == 1 and config.count("tensor_shape: 3") == 1
    assert len(list(folder.iterdir())) == 3
    assert f"tensorboard --logdir {folder}`" in written.notes[0] and "event file" in written.notes[0]


def test_further_columns_have_names(tmp_path: Path) -> None:
    kinds = ["noun", "", "sign", "number", "emoji"]
    write(TABLE, tmp_path, format="projector", counts=[9, 8, 7, 6, 5], columns={"kind": kinds})
    lines = (tmp_path / "metadata.tsv").read_text("utf-8").splitlines()
    assert lines == [
        "word\tcount\tkind",
        "cat\t9\tnoun",
        "né\t8\t",
        "#\t7\tsign",
        "1984\t6\tnumber",
        "😀\t5\temoji",
    ]


def test_float64_is_rounded_for_the_projector(tmp_path: Path) -> None:
    written = write(Vectors(WORDS, MATRIX.astype(np.float64) + 1e-9), tmp_path, format="projector")
    assert written.rounding is not None and 0 < written.rounding.max_error < 1e-7


# --- sentence-transformers -------------------------------------------------------------------------------


def encoded(folder: Path, texts: list[str]) -> np.ndarray:
    """What StaticEmbedding does with the files: the mean of the tokens' rows."""
    tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    tensors = safetensors.numpy.load_file(folder / "model.safetensors")
    if "embeddings" in tensors:
        table = tensors["embeddings"].astype(np.float32) * tensors["weights"][:, None]
    else:
        table = tensors["embedding.weight"]
    ids = [one.ids for one in tokenizer.encode_batch(texts, add_special_tokens=False)]
    return np.stack([table[one].astype(np.float32).mean(0) for one in ids])


def test_a_text_is_the_mean_of_its_words(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    assert write(TABLE, folder, format="sentence-transformers").notes == ()
    found = encoded(folder, ["cat né", " 1984\u00a0\t# ", "cat zebra", "Cat"])
    np.testing.assert_allclose(found[0], MATRIX[:2].mean(0), rtol=1e-6)
    np.testing.assert_allclose(found[1], MATRIX[2:4].mean(0), rtol=1e-6)
    np.testing.assert_allclose(found[2], MATRIX[0] / 2, rtol=1e-6)  # shorter, and of the same direction
    np.testing.assert_array_equal(found[3], np.zeros(3))
    modules = json.loads((folder / "modules.json").read_text())
    assert [(module["path"], module["type"].rpartition(".")[2]) for module in modules] == [
        ("", "StaticEmbedding")
    ]
    assert (
        json.loads((folder / "config_sentence_transformers.json").read_text())["similarity_fn_name"]
        == "cosine"
    )


def test_the_row_of_all_other_words_does_not_come_back(tmp_path: Path) -> None:
    table = Vectors(("[UNK]", "cat"), MATRIX[:2])
    write(table, tmp_path, format="sentence-transformers")
    assert safetensors.numpy.load_file(tmp_path / "model.safetensors")["embedding.weight"].shape == (3, 3)
    found = read(tmp_path / "model.safetensors")
    assert found.words == table.words and found.matrix.tobytes() == MATRIX[:2].tobytes()
    np.testing.assert_array_equal(encoded(tmp_path, ["zebra", "[UNK]"]), [np.zeros(3), MATRIX[0]])


def test_lower_case_and_words_that_it_hides(tmp_path: Path) -> None:
    written = write(
        Vectors(("cat", "Dog", "né"), MATRIX[:3]), tmp_path, format="sentence-transformers", lowercase=True
    )
    assert written.notes == (
        "1 of 3 words are never looked up, such as 'Dog': no text is parted into them so.",
    )
    found = encoded(tmp_path, ["CAT NÉ"])
    np.testing.assert_allclose(found[0], MATRIX[[0, 2]].mean(0), rtol=1e-6)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "int8"])
def test_narrow_numbers_of_a_text(dtype: str, tmp_path: Path) -> None:
    written = write(TABLE, tmp_path, format="sentence-transformers", dtype=dtype)
    assert written.rounding is not None and written.rounding.dtype == dtype
    off = np.abs(encoded(tmp_path, list(WORDS)) - MATRIX)
    assert 0 < off.max() == pytest.approx(written.rounding.max_error, rel=1e-5)
    assert off.mean() == pytest.approx(written.rounding.mean_error, rel=1e-5)  # of the words alone


WORKER = """
import json, sys
from sentence_transformers import SentenceTransformer
texts, *folders = sys.argv[1:]
models = [SentenceTransformer(folder, device="cpu") for folder in folders]
print(json.dumps([model.encode(json.loads(texts)).tolist() for model in models]))
"""


@pytest.mark.slow
def test_sentence_transformers_itself_loads_them(tmp_path: Path) -> None:
    python = os.environ.get("EMBEDLAB_SENTENCE_TRANSFORMERS")
    if not python:
        pytest.skip("EMBEDLAB_SENTENCE_TRANSFORMERS names no interpreter that has the package")
    folders = [tmp_path / dtype for dtype in ("float32", "float16", "bfloat16", "int8")]
    for folder in folders:
        write(TABLE, folder, format="sentence-transformers", dtype=folder.name)
    texts = ["cat né", "1984 zebra", "Zebra"]
    words = [python, "-c", WORKER, json.dumps(texts), *map(str, folders)]
    run = subprocess.run(words, capture_output=True, text=True, check=True)
    found = np.array(json.loads(run.stdout.splitlines()[-1]))
    exact = np.stack([MATRIX[:2].mean(0), MATRIX[3] / 2, np.zeros(3)])
    np.testing.assert_allclose(found[0], exact, atol=1e-6)
    np.testing.assert_allclose(found[1:], np.broadcast_to(exact, (3, 3, 3)), atol=0.02)
    assert all(np.abs(one - exact).max() > 0 for one in found[1:])
