"""Which family of genes is it? 1,682 coding sequences of the chimpanzee, 7 families, 5-fold.

    EMBEDLAB_DATA=DIR python -m experiments.genes configs/genes_family.py --workdir runs/genes_family

Result: not measured yet.
Time: not measured yet.

Most sequences are transcripts of a gene of which others are there too: 1,444 of 1,682 are in a group with
another, by the runs of letters that they share. Each group stays on one side. With `--data.alike 0`, where
equal sequences alone do, figures are those of a memory for genes.

Words are runs of three amino acids.
"""

from embedlab import Dense, Dropout, Hashed, Subword
from experiments.config import Train
from experiments.data.originals import GENE_FAMILY
from experiments.encoders import Bag
from experiments.genes.config import GeneStudy
from experiments.genes.data import Genes
from experiments.genes.kmers import Kmers


def config() -> GeneStudy:
    """A bag of runs of three amino acids, in three kinds of 8,600 rows."""
    return GeneStudy(
        Dense(8600, 32),
        data=Genes(GENE_FAMILY.path("chimp_data.txt"), label="class"),
        kmers=Kmers(k=(3,), translate=True),
        encoder=Bag("mean"),
        train=Train(
            rate=0.01,
            batch=64,
            steps=1200,
            evaluate_every=25,
            patience=6,
            dropout=Dropout(words=0.5),
        ),
        rivals={
            "hashed": Hashed(None, 32, buckets=8600),
            "subword": Subword(4300, 32, buckets=4300, minn=2, maxn=3),
        },
        max_length=2048,
        folds=5,
    )
