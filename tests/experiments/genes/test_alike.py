"""Sequences alike against brute force, and what real data hold of them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components

from experiments.genes import alike
from experiments.genes.alike import alike_groups
from experiments.genes.data import Genes
from experiments.genes.letters import is_certain, reverse_complement


def drawn(rng: np.random.Generator, length: int) -> str:
    return "".join(rng.choice(list("ACGT"), length))


def family(seed: int = 0) -> list[str]:
    """Genes, parts of them, parts of two joined, the other strands of some, and one with unknown letters."""
    rng = np.random.default_rng(seed)
    genes = [drawn(rng, 80) for _ in range(6)]
    parts = [gene[first : first + 40] for gene in genes for first in (0, 20)]
    joined = [genes[0][:30] + drawn(rng, 50), genes[1][:12] + drawn(rng, 40), "N" * 30, "ACN"]
    return [*genes, *parts, *joined, *(reverse_complement(part) for part in parts[:3]), "ACN"]


def kmers(sequence: str, k: int) -> set[str]:
    runs = (sequence[i : i + k] for i in range(len(sequence) - k + 1))
    return {min(run, reverse_complement(run)) for run in runs if is_certain(run)}


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("k", [5, 8])
def test_equal_to_brute_force(share: float, k: int) -> None:
    sequences = family()
    sets = [kmers(sequence, k) for sequence in sequences]
    near = np.zeros((len(sequences),) * 2)
    for i, j in itertools.combinations(range(len(sequences)), 2):
        common = len(sets[i] & sets[j])
        near[i, j] = sequences[i] == sequences[j] or (
            common and common >= share * min(len(sets[i]), len(sets[j]))
        )
    wanted = connected_components(near, directed=False)[1].tolist()
    found = alike_groups(sequences, share=share, k=k)
    assert found.dtype == np.int32
    assert len(set(zip(found.tolist(), wanted, strict=True))) == len(set(wanted)) == found.max() + 1
    assert list(dict.fromkeys(found.tolist())) == list(range(found.max() + 1)), "numbered as they appear"
    assert 1 < len(set(wanted)) < len(set(sequences))


def test_equal_sequences_alone_where_no_share_is_asked_for() -> None:
    assert alike_groups(["ACGT" * 9, "ACGT" * 8, "ACGT" * 9], share=0).tolist() == [0, 1, 0]


def test_too_many_pairs_are_refused_before_they_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alike, "_MOST_PAIRS", 10)
    with pytest.raises(ValueError, match=r"--data\.alike_k"):
        alike_groups([f"{'ACGT' * 9}{tail}" for tail in "ACGTRYN"])


def test_chimpanzee_genes_are_transcripts_of_few(data_dir) -> None:
    path = data_dir / "gene_family" / "chimp_data.txt"
    found = Genes(path=str(path), label="class").load()
    sizes = np.bincount(found.groups)
    assert (len(found.texts), len(sizes), sizes.max(), sizes[sizes > 1].sum()) == (1682, 672, 10, 1444)
    for group in np.flatnonzero(sizes > 1):
        assert len(set(found.labels[found.groups == group].tolist())) == 1, "a gene is of one family"
