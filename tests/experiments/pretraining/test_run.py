"""The program from text to vectors that other programs read; what it refuses, in one paragraph each."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import embedlab
from embedlab.vectors import from_vectors, load, read, read_fasttext
from experiments import evaluate, pretrain
from experiments.config import Config, Transfer
from experiments.pretraining import run as running
from experiments.runs import lock
from experiments.transfer.pretrained import Pretrained
from experiments.transfer.settle import settle
from tests.experiments.disks import short_files
from tests.experiments.started import content, told

Inside = Callable[..., tuple[int, str, str]]
CONFIG = """
from embedlab import Dense, Hashed, Subword
from experiments.pretraining import Cbow, Corpus, Glove, Looks, Pretraining, Schedule, SkipGram

def config():
    return Pretraining({embedding}, Corpus(({text!r},), split="words", min_count=3), {more})
"""
DENSE = "Dense(2000, 8)"
MESH = ("--coordinator", "localhost:1234", "--processes", "2", "--process", "0")
LIGHT = "train=Schedule(batch=64, epochs=2), quality=Looks(times=0)"


@pytest.fixture
def inside(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Inside:
    """Runs the program in this process: (status, output, errors)."""

    def run(*words: Any) -> tuple[int, str, str]:
        monkeypatch.chdir(root)
        monkeypatch.setenv("COLUMNS", "100")
        status = pretrain.main([str(word) for word in words])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


@pytest.fixture(scope="session")
def text(prose: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short text."""
    path = tmp_path_factory.mktemp("text") / "text.txt"
    path.write_text("\n".join(prose.read_text("utf-8").split("\n")[:150]), "utf-8")
    return path


@pytest.fixture(scope="session")
def write_config(text: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    def write(embedding: str = DENSE, more: str = LIGHT, text: Path = text) -> Path:
        path = tmp_path_factory.mktemp("config") / "small.py"
        path.write_text(CONFIG.format(embedding=embedding, more=more, text=str(text)), "utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def config(write_config: Callable[..., Path]) -> Path:
    return write_config()


@pytest.fixture(scope="session")
def whole(config: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run."""
    folder = tmp_path_factory.mktemp("whole") / "w"
    assert pretrain.main([str(config), "--workdir", str(folder)]) == 0
    return folder


def one_paragraph(err: str) -> str:
    assert err.startswith("error:") and "Traceback" not in err and "\n\n" not in err.strip(), err
    return told(err)


# --- what comes of it ------------------------------------------------------------------------------------


def test_what_a_run_leaves(whole: Path, text: Path) -> None:
    assert sorted(path.name for path in whole.iterdir()) == [
        "checkpoints",
        "config.json",
        "manifest.json",
        "metrics.jsonl",
        "summary.json",
        "vectors",
    ]
    vectors, summary = load(whole), json.loads((whole / "summary.json").read_text())
    assert vectors.matrix.shape == (summary["words"], 8) and np.isfinite(vectors.matrix).all()
    assert vectors.words[0] == "the"
    lines = [json.loads(line) for line in (whole / "metrics.jsonl").read_text().splitlines()]
    assert [(line["step"], line["split"]) for line in lines] == [(1, "train"), (2, "train")]
    assert summary["blocks"] == 2 and lines[1]["loss"] == summary["loss"] < lines[0]["loss"]
    assert summary["text"]["files"] == {str(text): text.stat().st_size}
    assert summary["raw_words"] == summary["text"]["raw_words"] > 10 * summary["words"]
    assert {"read", "prepare", "train", "compile", "write", "total"} <= summary["seconds"].keys()
    assert summary["similarity"] == {} and summary["versions"]["jax"] and summary["unit"] == "words"


@pytest.mark.parametrize(
    ("embedding", "more", "files"),
    [
        pytest.param("Hashed(2000, 8, buckets=300)", "Cbow()", ["vectors"], marks=pytest.mark.slow),
        pytest.param("Hashed(None, 8, buckets=300)", "SkipGram()", ["vectors"], marks=pytest.mark.slow),
        pytest.param("Subword(2000, 8, buckets=500)", "Glove()", ["vectors"], marks=pytest.mark.slow),
        ("Subword(2000, 8, buckets=500)", "SkipGram()", ["model.bin", "vectors"]),
        pytest.param(
            "Subword(2000, 8, buckets=500, own_row=False)",
            "Glove(sums=False)",
            ["model.bin", "vectors"],
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "Subword(150, 8, buckets=500)",
            "SkipGram(objective=HierarchicalSoftmax())",
            ["model.bin", "vectors"],
            marks=pytest.mark.slow,
        ),
        pytest.param(DENSE, "Cbow(objective=SampledSoftmax())", ["vectors"], marks=pytest.mark.slow),
        pytest.param(DENSE, "Glove(window=3)", ["vectors"], marks=pytest.mark.slow),
    ],
)
def test_vectors_of_every_kind_are_read_again(
    write_config: Any, inside: Inside, tmp_path: Path, embedding: str, more: str, files: list[str]
) -> None:
    made = write_config(embedding, f"{more}, {LIGHT}")
    source = made.read_text()
    made.write_text(f"from embedlab.pretrain import HierarchicalSoftmax, SampledSoftmax\n{source}")
    status, out, err = inside(made, "--workdir", tmp_path / "w")
    assert status == 0, err
    assert f"Vectors: {tmp_path / 'w' / 'vectors'}" in out
    assert (f"With their n-grams: {tmp_path / 'w' / 'model.bin'}" in out) == ("model.bin" in files)
    assert sorted(p.name for p in (tmp_path / "w").iterdir() if p.name in ("vectors", "model.bin")) == files
    vectors = load(tmp_path / "w")
    again = read(
        tmp_path / "w" / "vectors" / "vectors.npy", vocabulary=tmp_path / "w" / "vectors" / "words.txt"
    )
    assert again.words == vectors.words and again.matrix.tobytes() == vectors.matrix.tobytes()
    if "model.bin" not in files:
        return
    model = read_fasttext(tmp_path / "w" / "model.bin")
    assert [word.decode() for word in model.words] == list(vectors.words)
    for word, vector in zip(vectors.words, vectors.matrix, strict=True):
        np.testing.assert_allclose(model.vector(word), vector, atol=1e-6)
    # A word that no text had is made of its n-grams, those that were trained among them.
    unseen = model.vector("parametrisationally")
    assert np.isfinite(unseen).all() and np.abs(unseen).max() > 0
    assert (model.settings.model, model.settings.dim, model.settings.min_count) == ("skipgram", 8, 3)
    assert (np.abs(model.output).max() > 0) == ("Hierarchical" not in more)
    # The folder itself is enough for a classifier, be its embedding one of n-grams or a row a word.
    transfer = Transfer(str(tmp_path / "w"))
    for spec in (embedlab.Subword(50, 4, 20), embedlab.Dense(50, 4)):
        fitted: Any = settle(Config(spec, transfer=transfer)).config.embedding
        assert (fitted.dim, getattr(fitted, "buckets", 500)) == (8, 500)
        words = ["the", "parametrisationally"]
        found = from_vectors(Pretrained(transfer, words).vectors, words, type(spec))
        rows = np.asarray(embedlab.all_vectors(found.spec, found.variables))
        np.testing.assert_allclose(rows, [model.vector(word) for word in words], atol=1e-6)
        assert (found.coverage.exact, found.coverage.by_ngrams) == (1, 1)
    status, _, err = inside(made, "--workdir", tmp_path / "w")
    assert status == 0, err
    (tmp_path / "w" / "model.bin").write_bytes(b"short")
    status, _, err = inside(made, "--workdir", tmp_path / "w")
    assert status == 1 and "model.bin: it has 5 bytes" in one_paragraph(err)


def test_odd_words_come_through(inside: Inside, write_config: Any, tmp_path: Path) -> None:
    """A text may hold what other formats have meanings for; the vectors hold each word once."""
    odd = [
        "</s>",
        "<unk>",
        "__label__x",
        "#",
        "3",
        "日本語",
        "😀",
        "x" * 60,
        "a_b",
        "\ufeffx",
        "-0",
        "\u200b",
    ]
    (tmp_path / "text").write_text("".join(" ".join(odd) + " a b\n" for _ in range(9)), "utf-8")
    made = write_config("Subword(2000, 8, buckets=50)", LIGHT, tmp_path / "text")
    words = [made, "--corpus.split", "blanks", "--corpus.phrases", "1", "--corpus.phrase_threshold", "99"]
    status, out, err = inside(*words, "--workdir", tmp_path / "w")
    assert status == 0, err
    vectors = load(tmp_path / "w")
    assert sorted(vectors.words) == sorted([*odd, "a", "b"]), out
    model = read_fasttext(tmp_path / "w" / "model.bin")
    for word in vectors.words:
        np.testing.assert_allclose(model.vector(word), vectors[word], rtol=1e-5, atol=1e-6, err_msg=word)


@pytest.mark.slow
def test_similarity_is_asked_meanwhile_and_in_the_end(
    inside: Inside, write_config: Any, tmp_path: Path
) -> None:
    (tmp_path / "pairs.txt").write_text("the a 9\nfunction array 5\nvalue Values 8\ngnu cow 1\nof in 7\n")
    made = write_config(DENSE, "train=Schedule(batch=64, epochs=4)")
    sets = ["--quality.similarity", tmp_path / "pairs.txt", "--quality.times"]
    status, out, err = inside(made, *sets, 2, "--workdir", tmp_path / "w")
    assert status == 0, err
    lines = [json.loads(line) for line in (tmp_path / "w" / "metrics.jsonl").read_text().splitlines()]
    looks = [(line["step"], line["pairs"]) for line in lines if line["split"] == "similarity"]
    assert [step for step, _ in looks] == [2, 4]
    found = json.loads((tmp_path / "w" / "summary.json").read_text())["similarity"]["pairs"]
    assert found["spearman"] == looks[-1][1] and found["low"] <= found["spearman"] <= found["high"]
    assert found["of"] == 5 and 3 <= found["pairs"] <= 4  # nobody knows the gnu
    assert f"pairs: {found['spearman']:.3f} (" in out and f"{found['pairs']} of 5 pairs" in out
    # The command that judges vectors says the same.
    judged = ["--similarity", str(tmp_path / "pairs.txt"), "--workdir", str(tmp_path / "e")]
    assert evaluate.main([str(tmp_path / "w"), *judged]) == 0
    other = json.loads((tmp_path / "e" / "summary.json").read_text())["vectors"][0]["similarity"]["pairs"]
    assert other["spearman"]["value"] == pytest.approx(found["spearman"], abs=1e-6)


def test_phrases_are_words_and_told(inside: Inside, write_config: Any, tmp_path: Path) -> None:
    made = write_config(DENSE, LIGHT)
    words = ["--corpus.phrases", "1", "--corpus.phrase_threshold", "20", "--corpus.phrase_mark", "·"]
    status, out, err = inside(made, *words, "--workdir", tmp_path / "w")
    assert status == 0, err
    phrases = json.loads((tmp_path / "w" / "summary.json").read_text())["text"]["phrases"]
    assert phrases["number"] == sum("·" in word for word in load(tmp_path / "w").words) > 5
    assert f"{phrases['number']} of them are phrases, as {phrases['most_frequent'][0]}, " in told(out)


# --- again, and with something else ----------------------------------------------------------------------


def test_a_finished_run_is_shown_again(whole: Path, inside: Inside, config: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "w"))
    before = content(folder)
    (folder / "corpus").mkdir()  # as a kill before it was removed would leave it
    (folder / "corpus" / "tokens.i32").write_bytes(b"much")
    status, out, err = inside(config, "--workdir", folder)
    assert (status, err) == (0, "") and "is finished; nothing to do" in told(out) and "Vectors: " in out
    assert content(folder) == before and not (folder / "corpus").exists()
    for name in ("vectors/vectors.npy", "vectors/words.txt", "metrics.jsonl"):
        raw = bytearray(before[name])
        raw[len(raw) // 3] ^= 1
        (folder / name).write_bytes(raw)
        status, _, err = inside(config, "--workdir", folder)
        assert status == 1 and f"{name}: its bytes are not those" in one_paragraph(err)
        (folder / name).write_bytes(before[name])
    (folder / "summary.json").unlink()  # what is trained stays, and is written anew
    status, out, err = inside(config, "--workdir", folder)
    assert status == 0 and "resumes at block 2" in out, err
    after = content(folder)
    assert {name for name in before if before[name] != after[name]} <= {"summary.json", "manifest.json"}


def test_a_finished_run_of_another_text(
    write_config: Callable[..., Path], inside: Inside, text: Path, tmp_path: Path
) -> None:
    own = Path(shutil.copy(text, tmp_path / "own.txt"))
    words = (write_config(text=own), "--workdir", tmp_path / "w")
    assert inside(*words)[0] == 0
    before, size = content(tmp_path / "w"), own.stat().st_size
    with own.open("a") as more:
        more.write("one line more\n")
    status, out, err = inside(*words)
    changed = f"own.txt: the text is not that which the run began with ({size:,} bytes then, {size + 14:,} "
    assert status == 2 and changed in one_paragraph(err) and "finished" not in out
    own.unlink()
    status, out, err = inside(*words)
    assert (status, err) == (0, "") and "is finished; nothing to do" in told(out)
    assert content(tmp_path / "w") == before


def test_a_run_that_died_while_it_wrote_is_finished_later(
    inside: Inside, config: Path, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    for owner, name in (
        (running, "encode"),
        (running.output, "write"),
        (running.RunDirectory, "finish"),
        (running, "_forget_text"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, killed)
            status, _, err = inside(config, "--workdir", tmp_path / "w")
            assert status == 130 and "the same command continues" in one_paragraph(err)
    assert (tmp_path / "w" / "corpus").exists()
    status, out, err = inside(config, "--workdir", tmp_path / "w")
    assert status == 0 and "is finished" in out, err
    assert not (tmp_path / "w" / "corpus").exists()
    for name in ("metrics.jsonl", "vectors/vectors.npy"):
        assert (tmp_path / "w" / name).read_bytes() == (whole / name).read_bytes()


@pytest.fixture
def unfinished(whole: Path, inside: Inside, config: Path, tmp_path: Path, monkeypatch: Any) -> Path:
    """A run that has its text and its last checkpoint, and was killed before it wrote its vectors."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    folder = Path(shutil.copytree(whole, tmp_path / "w"))
    (folder / "summary.json").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(running.output, "write", killed)
        assert inside(config, "--workdir", folder)[0] == 130
    return folder


def test_what_is_damaged_or_changed_is_refused(
    unfinished: Path, inside: Inside, config: Path, text: Path, tmp_path: Path
) -> None:
    before = content(unfinished)

    def refused(status: int, message: str, *words: object) -> None:
        now = content(unfinished)
        found, _, err = inside(config, *words, "--workdir", unfinished)
        assert found == status and message in one_paragraph(err), err
        assert content(unfinished) == now

    for name, message in (
        ("corpus/tokens.i32", "tokens.i32: its bytes are not those that were written, by their SHA-256"),
        ("corpus/words.json", "words.json: its bytes are not those"),
        ("metrics.jsonl", "its first"),
        ("checkpoints/2/host.npz", "the checkpoint of step 2 can't be restored"),
    ):
        raw = bytearray(before[name])
        raw[len(raw) // 2] ^= 1
        (unfinished / name).write_bytes(raw)
        refused(1, message)
        (unfinished / name).write_bytes(before[name])
    refused(
        2,
        "embedding.dim: 8 → 9). Give another --workdir, or repeat the old config to continue it.",
        "--embedding.dim",
        9,
    )
    refused(2, "seed: 0 → 1", "--seed", "1")
    kept = text.read_text("utf-8")
    try:
        text.write_text(kept + "more\n", "utf-8")
        refused(2, f"{text}: the text is not that which the run began with")
        text.unlink()
        refused(2, "No such file or directory")
    finally:
        text.write_text(kept, "utf-8")
    with lock.held(unfinished):
        refused(2, "another process is at work there, pid ")
    assert inside(config, "--workdir", unfinished)[0] == 0


def test_resume_previous_goes_on_from_the_checkpoint_before(
    inside: Inside, config: Path, unfinished: Path, whole: Path
) -> None:
    shutil.copytree(unfinished / "checkpoints" / "2", unfinished / "checkpoints" / "3")
    (unfinished / "checkpoints" / "3" / "host.npz").write_bytes(b"")
    status, _, err = inside(config, "--workdir", unfinished)
    assert status == 1 and "add --resume previous" in one_paragraph(err)
    status, out, err = inside(config, "--resume", "previous", "--workdir", unfinished)
    assert status == 0 and "is damaged and set aside" in told(out) and "resumes at block 2" in out, err
    assert (unfinished / "vectors/vectors.npy").read_bytes() == (whole / "vectors/vectors.npy").read_bytes()


def test_a_training_that_did_harm_says_so(inside: Inside, config: Path, tmp_path: Path, whole: Path) -> None:
    status, out, err = inside(config, "--train.rate", "50", "--workdir", tmp_path / "w")
    assert status == 0 and "these vectors are worse than none. Lower train.rate" in told(out), err
    found = json.loads((tmp_path / "w" / "summary.json").read_text())
    assert found["loss"] > 2 * found["untrained_loss"] and found["harm"]
    good = json.loads((whole / "summary.json").read_text())
    assert good["loss"] < good["untrained_loss"] and not good["harm"]


def test_a_loss_that_is_no_number_is_logged(inside: Inside, config: Path, tmp_path: Path) -> None:
    status, _, err = inside(
        config, "--train.rate", "1e30", "--train.limit", "none", "--workdir", tmp_path / "w"
    )
    assert status == 1 and "no checkpoint was due yet. Lower train.rate" in one_paragraph(err)
    lines = [json.loads(line) for line in (tmp_path / "w" / "metrics.jsonl").read_text().splitlines()]
    assert [(line["step"], line["loss"]) for line in lines] == [(1, None)] and "became" in lines[0]["fault"]
    assert not (tmp_path / "w" / "summary.json").exists()


def test_a_disk_without_room_for_the_text_is_told(
    inside: Inside, config: Path, whole: Path, tmp_path: Path
) -> None:
    with short_files():
        status, _, err = inside(config, "--workdir", tmp_path / "w")
    assert status == 1 and "corpus: File too large" in one_paragraph(err)
    status, _, err = inside(config, "--workdir", tmp_path / "w")
    assert status == 0, err
    assert content(tmp_path / "w")["vectors/vectors.npy"] == content(whole)["vectors/vectors.npy"]


# --- what is refused -------------------------------------------------------------------------------------


def test_refused_text_leaves_the_folder_to_others(inside: Inside, config: Path, tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes("été ".encode("latin-1") * 20 + b"the the the the")
    words = [config, "--corpus.path", tmp_path / "latin", "--workdir", tmp_path / "w"]
    status, _, err = inside(*words)
    assert status == 2 and "name the file's encoding, as in --corpus.encoding latin-1" in one_paragraph(err)
    assert list((tmp_path / "w").iterdir()) == []
    status, _, err = inside(*words, "--corpus.encoding", "latin-1", "--corpus.min_count", "99")
    assert status == 2 and "lower corpus.min_count (it is 99)" in one_paragraph(err)
    status, _, err = inside(*words, "--corpus.encoding", "latin-1", "--embedding.vocabulary", "1")
    assert status == 2 and "raise embedding.vocabulary" in one_paragraph(err)
    status, _, err = inside(*words, "--corpus.encoding", "latin-1")
    assert status == 0, err
    assert load(tmp_path / "w").words == ("été", "the")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "give a config first"),
        (["CONFIG"], "--workdir DIR is missing"),
        (["none.py", "--workdir", "W"], "none.py"),
        (["CONFIG", "--workdir", "W", "--embeding.dim", "3"], "embedding"),
        (["CONFIG", "--workdir", "W", "--train.rate", "nan"], "rate"),
        (["CONFIG", "--workdir", "W", "--train.rate", "-1"], "train.rate=-1.0: give a rate above 0"),
        (["CONFIG", "--workdir", "W", "--embedding.dim", "0"], "dim=0"),
        (["CONFIG", "--workdir", "W", "--embedding.dtype", "bfloat16"], "pretraining takes float32"),
        (["CONFIG", "--workdir", "W", "--method.noise", "400"], "power=400.0: give one nearer to 0"),
        (["CONFIG", "--workdir", "W", "--method.type", "elmo"], "skip-gram"),
        (["CONFIG", "--workdir", "W", "--method.window", "0"], "window=0"),
        (["CONFIG", "--workdir", "W", "--seed", "-1"], "seed=-1"),
        (["CONFIG", "--workdir", "W", "--seed", "4294967296"], "give a seed below 2**32"),
        (
            ["CONFIG", "--workdir", "W", "--quality.times", "1", "--quality.similarity", "none.txt"],
            "none.txt",
        ),
        (["CONFIG", "--workdir", "W", "--corpus.path", "/dev/zero"], "this is a pipe or a device"),
        (["CONFIG", "--workdir", "W", *MESH], "pretraining runs in one process"),
        (["CONFIG", "--workdir", "W", "--coordinator", "auto"], "pretraining runs in one process"),
        (["CONFIG", "--workdir", "W", "--resume", "oldest"], "expected one of newest, previous"),
        (["CONFIG", "--workdir", "/dev/null/w"], "can't write there"),
        (["configs/quickstart.py", "--workdir", "W"], "Pretraining"),
        (["configs/pretrain.py", "--workdir", "W"], "give the text to learn from: --corpus.path books.txt"),
    ],
)
def test_mistakes_end_in_one_paragraph(
    inside: Inside, config: Path, tmp_path: Path, words: list[str], message: str
) -> None:
    place = {"CONFIG": str(config), "W": str(tmp_path / "w")}
    status, _, err = inside(*(place.get(word, word) for word in words))
    assert status == 2 and message in one_paragraph(err), err
    assert not (tmp_path / "w").exists() or list((tmp_path / "w").iterdir()) == []


def test_help_explains_every_field(inside: Inside, config: Path) -> None:
    status, out, err = inside("--help")
    assert (status, err) == (0, "") and out.startswith("usage: python -m experiments.pretrain CONFIG.py")
    for flag in ("--corpus.path", "--corpus.phrases", "--method.window", "--train.rate", "--quality.times"):
        assert f"{flag} " in out
    status, out, err = inside(config, "--help", "--method.type", "glove")
    assert status == 0 and "--method.most" in out and "--method.subsample" not in out, err
    status, _, err = inside(config, "--help", "--train.rat", "3")
    assert status == 2 and "rate" in one_paragraph(err)


def test_the_config_of_the_repository_is_run(inside: Inside, text: Path, tmp_path: Path) -> None:
    """Its embedding has more rows than the text has words."""
    words = ["--corpus.path", text, "--corpus.split", "words", "--quality.times", "0", "--workdir"]
    status, _, err = inside("configs/pretrain.py", *words, tmp_path / "w")
    assert status == 0, err
    assert load(tmp_path / "w").matrix.shape[1] == 100
    assert embedlab.vectors.load(tmp_path / "w").words[0] == "the"
