"""Knowledge graphs that papers are measured on, from their original files.

They are looked for in the folder that the environment variable `EMBEDLAB_DATA` names, by default `data`.
"""

from __future__ import annotations

from experiments.data.originals import WN18RR
from experiments.graph.triples.data import TripleFile


def wn18rr() -> TripleFile:
    """WordNet's relations between synsets: 86,835 facts to train on, 3,034 and 3,134 to validate and test on.

    `kg_wn18rr/train.txt`, `valid.txt` and `test.txt`, of `WN18RR/text/` in
    github.com/villmow/datasets_knowledge_embedding, where entities are named (`dog.n.01`).

    Example:
        >>> wn18rr().kinds
        'synset'

    Reference: Dettmers et al. 2018, "Convolutional 2D knowledge graph embeddings".
    """
    train, valid, test = map(WN18RR.path, WN18RR.files)
    header = ("head", "relation", "tail")
    return TripleFile(
        path=train, valid=valid, test=test, form="tsv", header=header, title=WN18RR.title, kinds="synset"
    )
