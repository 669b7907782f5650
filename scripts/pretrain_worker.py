"""Trains another tool's vectors for `bench_pretrain.py`; run by an interpreter that has that tool.

    python pretrain_worker.py TOOL CORPUS OUT.npz SEED EPOCHS

TOOL is gensim, gensim-fasttext, fasttext or fasttext-subword. Skip-gram with 5 negatives, dim 100, window 5,
two threads. Prints the seconds of training alone, as JSON: building the vocabulary is left out, which for
fastText is the time of a call that trains for no epoch.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import numpy as np

DIM, WINDOW, NEGATIVES, MIN_COUNT, SAMPLE, THREADS = 100, 5, 5, 5, 1e-3, 2


def gensim(kind: str, corpus: str, seed: int, epochs: int) -> tuple[float, list[str], np.ndarray]:
    from gensim.models import FastText, Word2Vec  # type: ignore[import-not-found,unused-ignore]

    made: Any = FastText if kind.endswith("fasttext") else Word2Vec
    model = made(
        vector_size=DIM,
        window=WINDOW,
        negative=NEGATIVES,
        sg=1,
        min_count=MIN_COUNT,
        sample=SAMPLE,
        workers=THREADS,
        epochs=epochs,
        seed=seed + 1,
    )
    model.build_vocab(corpus_file=corpus)
    began = time.perf_counter()
    total, words = model.corpus_count, model.corpus_total_words
    model.train(corpus_file=corpus, total_examples=total, total_words=words, epochs=epochs)
    return time.perf_counter() - began, list(model.wv.index_to_key), model.wv.vectors


def fasttext(kind: str, corpus: str, seed: int, epochs: int) -> tuple[float, list[str], np.ndarray]:
    import fasttext  # type: ignore[import-not-found,unused-ignore]

    settings: dict[str, Any] = {
        "model": "skipgram",
        "dim": DIM,
        "ws": WINDOW,
        "neg": NEGATIVES,
        "minCount": MIN_COUNT,
        "thread": THREADS,
        "t": SAMPLE,
        "verbose": 0,
        "lr": 0.025,
    }
    if not kind.endswith("subword"):
        settings |= {"minn": 0, "maxn": 0}
    seconds = []
    for count in (0, epochs):
        began = time.perf_counter()
        model = fasttext.train_unsupervised(corpus, epoch=count, **settings)
        seconds.append(time.perf_counter() - began)
    words = model.get_words()
    return seconds[1] - seconds[0], words, np.stack([model.get_word_vector(word) for word in words])


def main() -> None:
    kind, corpus, out, seed, epochs = sys.argv[1:]
    train = gensim if kind.startswith("gensim") else fasttext
    seconds, words, vectors = train(kind, corpus, int(seed), int(epochs))
    np.savez(out, words=np.array(words), vectors=vectors.astype(np.float32))
    print(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main()
