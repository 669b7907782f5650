"""Reading sequences: tables, FASTA, and what is wrong with them."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from experiments.genes.data import Genes
from experiments.genes.fasta import Record, records

FASTA = """\
; made by hand
>x1|kinase class=a one=1
acgt
ACGU

>x2|receptor class=b
NNAC
>x3|kinase class=a
GGTTAACC
"""


def written(tmp_path: Path, name: str, text: str) -> str:
    path = tmp_path / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return str(path)


@pytest.mark.parametrize("name", ["x.fa", "x.fasta.gz"])
@pytest.mark.parametrize(("label", "names"), [("class", ("a", "b")), ("2", ("kinase", "receptor"))])
def test_fasta(tmp_path: Path, name: str, label: str, names: tuple[str, ...]) -> None:
    found = Genes(path=written(tmp_path, name, FASTA), label=label).load()
    assert found.texts == ("ACGTACGT", "NNAC", "GGTTAACC")
    assert [found.classes[label] for label in found.labels] == [names[0], names[1], names[0]]
    assert found.notes == ("1 of 3 sequences holds a letter that stands for several nucleotides (N, R, …).",)


def test_a_part_of_a_header_counted_from_its_end() -> None:
    assert Record(1, "x1 some words; kinase", "A").label("-1") == "kinase"


@pytest.mark.parametrize(
    ("text", "label", "told"),
    [
        ("ACGT\n", "2", "line 1: 'ACGT' comes before any header"),
        (">x1 a\nACGT\n>\nAC\n", "2", "line 3: the header is empty"),
        (">x1 a\n>x2 b\nAC\n", "2", "line 1: no letters follow"),
        (">x1 a\nACGT\n>x2 b\nAC?\n", "2", r"line 3: letter 3 of the sequence is '\?'"),
        (">x1 a\nACGT\n>x2\nAC\n", "2", "line 3: --data.label=2: the header has 1 parts"),
        (">x1 class=a\nAC\n", "clas", "it has values for 'class'"),
        (">x1 class=a class=b\nAC\n", "class", "says it twice"),
        ("\n;\n", "2", "holds no sequence"),
    ],
)
def test_fasta_that_is_malformed(tmp_path: Path, text: str, label: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Genes(path=written(tmp_path, "x.fna", text), label=label).load()


def test_a_sequence_that_never_ends_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.genes.fasta._LONGEST", 5)
    with pytest.raises(ValueError, match="line 3: the sequence has over 5 letters"):
        list(records(Path(written(tmp_path, "x.fa", ">x 1\nACG\nACG\n"))))


def test_a_table_with_sides_of_its_own(tmp_path: Path) -> None:
    rows = "letters,kind,part\nACGT,b,train\nacgg,a,dev\nGGGG,b,test\n"
    source = Genes(written(tmp_path, "x.csv", rows), sequence="letters", label="kind", split="part")
    found = source.load()
    assert (found.name, found.classes, found.texts) == ("x", ("a", "b"), ("ACGT", "ACGG", "GGGG"))
    assert (found.valid_rows.tolist(), found.test_rows.tolist()) == ([1], [2])


def test_a_test_set_of_its_own(tmp_path: Path) -> None:
    train = written(tmp_path, "x.csv", "sequence,label\nACGT,b\nACGG,a\n")
    test = written(tmp_path, "y.csv", "sequence,label\nGGGG,b\n")
    assert Genes(train, test_path=test).load().test_rows.tolist() == [2]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("sequence,label\nACGT,a\nACXT,b\n", r"line 3, column 'sequence' \(--data.sequence\): letter 3"),
        ("sequence,label\nACGT,a\n,b\n", "line 3, column 'sequence'.*is empty"),
        ("sequence,label\nACGT,a\nACT,\n", "line 3, column 'label'.*missing"),
        ("sequense,label\nACGT,a\n", "--data.sequence='sequence'.*'sequense'"),
        ("sequence,label\n", "holds no row"),
        ("", "the file is empty"),
    ],
)
def test_a_table_that_is_malformed(tmp_path: Path, rows: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Genes(written(tmp_path, "x.csv", rows)).load()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"sequence": ""}, "^sequence="),
        ({"label": "sequence"}, "^label="),
        ({"split": "label"}, "^split="),
        ({"alike": 1.5}, "^alike="),
        ({"alike_k": 32}, "^alike_k="),
    ],
)
def test_settings_that_are_none_are_refused(fields, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Genes("x.csv", **fields)


def test_splice_sites(data_dir) -> None:
    path = data_dir / "gene_splice" / "splice.csv"
    found = Genes(str(path), sequence="Sequence", label="Class", alike=0).load()
    assert dict(zip(found.classes, np.bincount(found.labels).tolist(), strict=True)) == {
        "EI": 767,
        "IE": 768,
        "N": 1655,
    }
    assert {len(sequence) for sequence in found.texts} == {60}
    assert found.groups.max() + 1 == 3005
