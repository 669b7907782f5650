"""Runs that survive: signals, damage, full disks, two at once, no numbers, and more of the same.

What a run comes to is held, byte for byte, against one that nothing happened to.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import experiments
from experiments.comparisons import baseline_runs
from experiments.errors import RunFailure
from experiments.runs import manifest
from experiments.runs.run import RunDirectory
from tests.experiments.disks import disk, short_files
from tests.experiments.started import FILES, Program, content, refused, same, saved, start, told, wait_for

Inside = Callable[..., tuple[int, str, str]]
#: Of a run of one seed; it takes seconds, and could be stopped between two evaluations.
WORDS = [
    *("--baselines", "false", "--train.dropout.words", "0.2", "--train.patience", "99"),
    *("--train.evaluate_every", "400", "--train.checkpoint_seconds", "0.05"),
]
LONG = [*WORDS, "--train.steps", "2000"]


def hears(process: Program) -> bool:
    """Whether a process has a handler for SIGTERM, as Linux tells."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


@pytest.fixture(scope="module")
def whole(root: Path, small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nothing happened to, in a process of its own."""
    folder = tmp_path_factory.mktemp("whole") / "w"
    process = start(root, small, *LONG, "--workdir", folder)
    out, err = process.communicate()
    assert process.returncode == 0, out + err
    return folder


@pytest.fixture(scope="module")
def stopped(root: Path, small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was stopped by SIGINT in its training, after a second process was refused."""
    folder = tmp_path_factory.mktemp("stopped") / "w"
    first = start(root, small, *LONG, "--workdir", folder)
    wait_for(first, lambda: len(saved(folder)) == 2)
    first.send_signal(signal.SIGSTOP)
    before = content(folder)
    second = start(root, small, *LONG, "--workdir", folder)
    _, err = second.communicate(timeout=200)
    assert second.returncode == 2
    assert f"another process is at work there, pid {first.pid} on " in told(err)
    assert f"--workdir {folder}" in told(err) and "Traceback" not in err
    assert content(folder) == before
    first.send_signal(signal.SIGCONT)
    at = time.monotonic()
    first.send_signal(signal.SIGINT)
    _, err = first.communicate(timeout=60)
    assert first.returncode == 130, err
    assert time.monotonic() - at < 10
    assert told(err) == "error: SIGINT: interrupted; the same command continues from the last checkpoint"
    steps = saved(folder)
    assert len(steps) == 2 and 0 < steps[-1] < 2000
    assert not (folder / ".lock").exists() and not (folder / "summary.json").exists()
    return folder


@pytest.fixture
def copied(stopped: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(stopped, tmp_path / "w"))


# --- signals ---------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_run_that_was_stopped_goes_on_to_the_same_bits(
    copied: Path, whole: Path, inside: Inside, small: Path
) -> None:
    step = saved(copied)[-1]
    (copied / ".lock").write_text("left by a dead process")
    (copied / ".summary.json.1234").write_text("left by a dead process")
    status, out, err = inside(small, *LONG, "--workdir", copied)
    assert status == 0, err
    assert f"resumes at step {step}, 2000 steps at most" in out
    same(copied, whole)
    assert not list(copied.rglob(".*"))


@pytest.mark.parametrize(
    "phase",
    [
        pytest.param("import", marks=pytest.mark.slow),
        pytest.param("compilation", marks=pytest.mark.slow),
        pytest.param("end", marks=pytest.mark.slow),
    ],
)
def test_sigterm_in_other_phases(
    root: Path, small: Path, whole: Path, inside: Inside, tmp_path: Path, phase: str
) -> None:
    folder = tmp_path / "w"
    process = start(root, small, *LONG, "--workdir", folder, fresh=phase == "import")
    signs = {
        "import": lambda: hears(process),
        "compilation": lambda: (folder / "data.json").exists(),
        "end": lambda: 2000 in saved(folder),
    }
    wait_for(process, signs[phase])
    process.send_signal(signal.SIGTERM)
    at = time.monotonic()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 143, err
    assert time.monotonic() - at < 10
    assert told(err) == "error: SIGTERM: interrupted; the same command continues from the last checkpoint"
    assert phase != "import" or not folder.exists()
    status, _, err = inside(small, *LONG, "--workdir", folder)
    assert status == 0, err
    same(folder, whole)


@pytest.mark.slow
def test_sigterm_in_training_saving_and_evaluation(
    root: Path, small: Path, whole: Path, inside: Inside, tmp_path: Path
) -> None:
    folder = tmp_path / "w"
    signs = (
        lambda: (folder / "checkpoints" / ".unfinished").exists(),
        lambda: (folder / "metrics.jsonl").exists() and (folder / "metrics.jsonl").stat().st_size,
        lambda: (folder / "checkpoints" / ".unfinished" / "live").exists(),
        lambda: saved(folder)[-1] > before,  # and so in training, or about to be
    )
    before = -1
    for sign in signs:
        process = start(root, small, *LONG, "--workdir", folder)
        wait_for(process, sign)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 143, err
        assert saved(folder)[-1] > before
        before = saved(folder)[-1]
    assert inside(small, *LONG, "--workdir", folder)[0] == 0
    same(folder, whole)


def script(root: Path, name: str, *words: str) -> str:
    """What a script prints that finds nothing wrong."""
    done = subprocess.run(
        [sys.executable, f"scripts/{name}", *words],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_twenty_kills_lose_nothing(root: Path) -> None:
    told = script(root, "kill_runs.py", "--kills", "20", "--forked")
    assert told.splitlines()[-1].startswith("20 kills (")


@pytest.mark.slow
def test_kills_of_another_config_lose_nothing_either(root: Path, small: Path) -> None:
    own = ["--stream", "true", "--folds", "3", "--only_folds", "1", "--encoder.type", "dan"]
    own += ["--encoder.layers", "8", "--train.steps", "60", "--train.checkpoint_seconds", "0"]
    told = script(root, "kill_runs.py", "--kills", "4", "--forked", "--config", str(small), "--", *own)
    assert told.splitlines()[-1].startswith("4 kills (")


# --- two at once -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_races_have_one_winner(root: Path) -> None:
    told = script(root, "race_writers.py", "--races", "3")
    assert told.splitlines()[-1].startswith("3 races: ")


@pytest.mark.slow
def test_the_script_that_flips_bits_finds_none_restored(root: Path) -> None:
    told = script(root, "flip_bits.py", "--flips", "50")
    assert told.splitlines()[-1].startswith("50 flipped, ")
    assert told.rstrip().endswith("; 0 restored silently or not named")


# --- damage ----------------------------------------------------------------------------------------------


def test_a_flipped_bit_ends_the_run_and_a_flag_takes_the_one_before(
    copied: Path, whole: Path, inside: Inside, small: Path
) -> None:
    older, newer = saved(copied)
    file = max(
        (copied / "checkpoints" / str(newer) / "live").rglob("*"), key=lambda path: path.stat().st_size
    )
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)
    before = content(copied)
    status, _, err = inside(small, *LONG, "--workdir", copied)
    assert status == 1 and "Traceback" not in err
    assert f"{file}: the checkpoint of step {newer} can't be restored (its bytes are not those" in told(err)
    assert (
        f"add --resume previous to the command that trained it, which then goes on from step {older}"
        in told(err)
    )
    assert content(copied) == before
    status, out, err = inside(small, *LONG, "--workdir", copied, "--resume", "previous")
    assert status == 0, err
    assert f"checkpoints/{newer} is damaged and set aside" in told(out) and f"resumes at step {older}," in out
    same(copied, whole)
    assert not list(copied.rglob(".*"))


@pytest.fixture
def unfinished(whole: Path, tmp_path: Path) -> Path:
    """A run that lacks its end: two checkpoints, and metrics up to the last."""
    folder = Path(shutil.copytree(whole, tmp_path / "w"))
    for name in ("summary.json", "table.md"):
        (folder / name).unlink()
    return folder


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def replace(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("")


def of_another_vocabulary(file: Path) -> None:
    content = manifest.read(file)
    content["facts"]["vocabulary"] = "another"
    manifest.write(file, content)


#: What is done to a file (NEWEST is the last checkpoint); the status, and what is said.
DAMAGE: dict[str, tuple[Callable[[Path], object], str, int, str]] = {
    "a part cut": (cut, "NEWEST/host.npz", 1, "it has"),
    "a part gone": (shutil.rmtree, "NEWEST/live", 1, "it is missing"),
    "its manifest gone": (Path.unlink, "NEWEST/manifest.json", 1, "it is missing"),
    "a file for a checkpoint": (replace, "NEWEST", 1, "can't be read"),
    "a file for all checkpoints": (replace, "checkpoints", 1, "where the folder of checkpoints is expected"),
    "metrics cut": (cut, "metrics.jsonl", 1, "bytes are not those that were written before the checkpoint"),
    "metrics gone": (Path.unlink, "metrics.jsonl", 1, "bytes are not those that were written before"),
    "a config cut": (cut, "config.json", 2, "can't be read"),
    "a config gone": (Path.unlink, "config.json", 2, "it has no config.json"),
    "another config": (lambda file: file.write_text('{"train": null}'), "config.json", 2, "another config"),
    "another vocabulary": (of_another_vocabulary, "NEWEST/manifest.json", 2, "another then"),
}


def damaged(folder: Path, name: str) -> tuple[Path, int, str]:
    """Damages a run; returns the file, the status that is expected, and what is to be said."""
    harm, place, status, message = DAMAGE[name]
    file = folder / place.replace("NEWEST", f"checkpoints/{saved(folder)[-1]}")
    harm(file)
    return file, status, message


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_named_and_nothing_else_is_touched(
    unfinished: Path, inside: Inside, small: Path, name: str
) -> None:
    file, expected, message = damaged(unfinished, name)
    before = content(unfinished)
    status, _, err = inside(small, *LONG, "--workdir", unfinished)
    assert status == expected and message in told(err) and "Traceback" not in err, err
    assert str(file if expected == 1 else unfinished) in told(err)
    assert "\n\n" not in err.strip()
    assert content(unfinished) == before


def test_damage_refuses_more_steps_and_the_finished_run_stays(
    whole: Path, inside: Inside, small: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "w"))
    file, _, _ = damaged(folder, "a part cut")
    before = content(folder)
    status, _, err = inside(small, *WORDS, "--train.steps", "2010", "--workdir", folder)
    assert status == 1 and str(file) in told(err), err
    assert content(folder) == before


@pytest.mark.parametrize("name", ["a part cut", "a part gone", "a file for a checkpoint"])
def test_damage_to_the_checkpoint_of_a_finished_run_is_named(
    whole: Path, inside: Inside, small: Path, tmp_path: Path, name: str
) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "w"))
    file, expected, message = damaged(folder, name)
    before = content(folder)
    status, _, err = inside(small, *LONG, "--workdir", folder)
    assert status == expected and message in told(err) and str(file) in told(err)
    assert content(folder) == before
    with pytest.raises(RunFailure, match="can't be restored"):
        experiments.load(folder)


@pytest.mark.parametrize("file", FILES)
def test_a_finished_run_whose_file_was_altered_is_refused(
    whole: Path, inside: Inside, small: Path, tmp_path: Path, file: str
) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "w"))
    raw = bytearray((folder / file).read_bytes())
    raw[len(raw) // 2] ^= 1  # as long as before
    (folder / file).write_bytes(raw)
    status, _, err = inside(small, *LONG, "--workdir", folder)
    assert status == 1 and f"{folder / file}: its bytes are not those that were written" in told(err)
    with pytest.raises(RunFailure, match="its bytes are not those"):
        experiments.load(folder)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("config.json", '"max_length": 16', '"max_length": 17'),
        ("data.json", '"name": "prose"', '"name": "verse"'),
    ],
)
def test_what_a_finished_run_was_begun_with_is_guarded(
    whole: Path, inside: Inside, small: Path, tmp_path: Path, file: str, old: str, new: str
) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "w"))
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))
    with pytest.raises(RunFailure, match="its bytes are not those"):
        experiments.load(folder)
    status, _, err = inside(small, *LONG, "--workdir", folder)
    message = "text.max_length: 17 → 16" if file == "config.json" else f"{folder / file}: its bytes are not"
    assert (status, message in told(err)) == (2 if file == "config.json" else 1, True), err
    known = manifest.read(folder / "manifest.json")["files"]  # as of a version that did not guard them
    manifest.write(folder / "manifest.json", {"files": {x: y for x, y in known.items() if x != file}})
    assert experiments.load(folder).config.text.max_length == (17 if file == "config.json" else 16)


def test_a_kill_while_a_finished_run_gets_another_config_is_mended(
    whole: Path, inside: Inside, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "w"))
    before = content(folder)
    titled = [small, *LONG, "--data.title", "reviews", "--workdir", folder]

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    for words in (titled, [small, *LONG, "--workdir", folder]):
        with monkeypatch.context() as patch:
            patch.setattr(RunDirectory, "write_text", killed)
            assert inside(*titled)[0] == 130
        assert (folder / "config.json").read_bytes() == before["config.json"]
        assert content(folder) != before
        status, out, err = inside(*words)
        assert status == 0 and "is finished; nothing to do" in out, err
        assert experiments.load(folder).config.data.title == ("reviews" if words is titled else None)
        shutil.rmtree(folder)
        shutil.copytree(whole, folder)


def test_a_finished_run_is_shown_again_and_its_summary_is_guarded(
    whole: Path, inside: Inside, small: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "w"))
    before = content(folder)
    status, out, err = inside(small, *LONG, "--workdir", folder)
    assert status == 0 and "is finished; nothing to do" in out, err
    assert content(folder) == before
    text = (folder / "summary.json").read_text()
    (folder / "summary.json").write_text(text.replace('"seed": 0', '"seed": 1'))
    status, _, err = inside(small, *LONG, "--workdir", folder)
    assert status == 1 and f"{folder / 'summary.json'}: its bytes are not those" in told(err)


# --- what may change, and what may not -------------------------------------------------------------------


def test_what_changed_is_told_and_nothing_is_touched(
    copied: Path, inside: Inside, small: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(copied)
    for words, message in (
        (["--embedding.dtype", "bfloat16"], 'embedding.dtype: "float32" → "bfloat16"'),
        (["--text.min_count", "2"], "text.min_count: 1 → 2"),
        (["--train.steps", "1999"], "train.steps: 2000 → 1999"),
        (["--seeds", "0,1"], "it holds a single run"),
    ):
        status, _, err = (
            inside(small, *LONG, *words, "--workdir", copied)
            if words[0] != "--train.steps"
            else inside(small, *WORDS, *words, "--workdir", copied)
        )
        assert status == 2 and message in told(err), err
    monkeypatch.setattr("experiments.runs.facts.digest", lambda vocabulary: "another")
    status, _, err = inside(small, *LONG, "--workdir", copied)
    assert status == 2 and "vocabulary: " in told(err) and "then, another now" in told(err)
    wide = start(root, small, *LONG, "--workdir", copied, JAX_ENABLE_X64="1")
    _, err = wide.communicate()
    assert wide.returncode == 2 and "x64: False then, True now" in told(err), err
    assert "Set JAX_ENABLE_X64=0 as it was" in told(err)
    assert content(copied) == before


@pytest.mark.slow
def test_more_steps_go_on_and_say_so(inside: Inside, small: Path, tmp_path: Path) -> None:
    fast = ["--baselines", "false", "--train.evaluate_every", "10", "--train.patience", "99", "--train.steps"]
    assert inside(small, *fast, 30, "--workdir", tmp_path / "w")[0] == 0
    status, out, err = inside(small, *fast, 60, "--workdir", tmp_path / "w")
    assert status == 0, err
    assert "go on from 30 steps to 60 at most" in told(out) and "resumes at step 30, 60 steps at most" in out
    assert json.loads((tmp_path / "w" / "config.json").read_text())["train"]["steps"] == 60
    assert inside(small, *fast, 60, "--workdir", tmp_path / "whole")[0] == 0
    same(tmp_path / "w", tmp_path / "whole")
    assert "is finished" in inside(small, *fast, 60, "--workdir", tmp_path / "w")[1]


def test_a_run_that_stopped_early_stays_as_it_is(inside: Inside, small: Path, tmp_path: Path) -> None:
    words = [
        small,
        "--baselines",
        "false",
        "--train.rate",
        "1",
        "--train.patience",
        "1",
        "--workdir",
        tmp_path,
    ]
    steps = ["--train.evaluate_every", "5", "--train.steps"]
    assert inside(*words, *steps, 100)[0] == 0
    before = content(tmp_path)
    assert json.loads(before["summary.json"])["stopped_early"]
    status, out, _ = inside(*words, *steps, 200)
    assert status == 0 and "one that stopped early stays as it is" in told(out)
    after = content(tmp_path)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"config.json", "manifest.json", "table.md", "table.csv"}
    assert experiments.load(tmp_path).config.train.steps == 200


def test_further_seeds_and_rivals_run_alone(
    inside: Inside, write_config: Callable[..., Path], tmp_path: Path
) -> None:
    words = ["--baselines", "false", "--workdir", tmp_path / "w"]
    few = write_config("seeds=(0, 1)")
    more = write_config("seeds=(1, 2, 0), rivals={'hashed': Hashed(300, 8, buckets=75)}")
    assert inside(few, *words)[0] == 0
    before = content(tmp_path / "w" / "dense")
    status, out, err = inside(more, *words)
    assert status == 0, err
    assert out.count("finished before") == 2
    assert content(tmp_path / "w" / "dense").items() >= before.items()
    assert "is finished" in inside(more, *words)[1]
    status, _, err = inside(few, *words)
    assert status == 2 and "rivals.hashed" in told(err)


def test_baselines_that_cannot_be_had_are_turned_off_and_on_again(
    inside: Inside, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [small, "--stream", "true", "--workdir", tmp_path]
    kept = {*FILES, *(f"baselines/majority/{name}" for name in ("predictions.npz", "summary.json"))}

    def killed(material: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(baseline_runs, "_linear", killed)
        assert inside(*words)[0] == 130  # at each start, were it tried again
    before = content(tmp_path)
    for switch, told_of in (("false", "turned off"), ("true", "turned on")):
        status, out, err = inside(*words, "--baselines", switch)
        assert status == 0 and f"Baselines are {told_of}: " in told(out), err
        assert "dense · seed 0: finished before" in out and ": starts, 20 steps" not in out
        on = switch == "true"
        assert ("tfidf-logistic: starts" in out, "majority: finished before" in out) == (on, on)
        after = content(tmp_path)
        assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
        assert (b"| tfidf-logistic |" in after["table.md"]) == on
        assert bool(json.loads(after["summary.json"])["baselines"]) == on
        assert json.loads(after["config.json"])["baselines"] == on


# --- no numbers, no room ---------------------------------------------------------------------------------


def test_a_loss_that_is_no_number_is_logged_with_its_step(
    inside: Inside, small: Path, tmp_path: Path
) -> None:
    # Each step takes ten times a row away from it.
    words = ["--train.optimizer", "sgd", "--train.rate", "1", "--train.l2", "11", "--train.steps", "200"]
    words += ["--train.evaluate_every", "5", "--train.checkpoint_seconds", "0", "--train.patience", "99"]
    for _ in range(2):
        status, _, err = inside(small, *words, "--baselines", "false", "--workdir", tmp_path / "w")
        assert status == 1 and "the last good checkpoint stays" in told(err) and "Traceback" not in err
        lines = [json.loads(line) for line in (tmp_path / "w" / "metrics.jsonl").read_text().splitlines()]
        bad = [line for line in lines if "fault" in line]
        assert bad == lines[-1:]
        assert bad[0]["loss"] is None
        assert str(bad[0]["step"]) in err
        steps = saved(tmp_path / "w")
        assert len(steps) == 2 and bad[0]["step"] - 5 <= steps[-1] <= bad[0]["step"]
        keys = [(line["step"], line["split"]) for line in lines]
        assert len(keys) == len(set(keys))
    assert not (tmp_path / "w" / "summary.json").exists()


@pytest.mark.slow
@pytest.mark.parametrize("how", ["limit", "tmpfs"])
def test_a_full_disk_is_told_and_the_run_goes_on_when_there_is_room(
    inside: Inside, small: Path, tmp_path: Path, how: str
) -> None:
    words = [small, "--baselines", "false", "--train.evaluate_every", "10", "--embedding.dim", "64"]
    words += ["--train.patience", "99", "--train.steps"]
    assert inside(*words, 40, "--workdir", tmp_path / "whole")[0] == 0
    with disk(tmp_path / "disk", how) as full:
        folder = tmp_path / "disk" / "w"
        assert inside(*words, 20, "--workdir", folder)[0] == 0
        before = content(folder / "checkpoints")
        with full():
            status, _, err = inside(*words, 40, "--workdir", folder)
        assert status == 1 and "Traceback" not in err
        assert "the checkpoint can't be written (" in told(err) and "Free some space there" in told(err)
        assert content(folder / "checkpoints") == before
        status, out, err = inside(*words, 40, "--workdir", folder)
        assert status == 0, err
        assert "resumes at step 20" in out
        same(folder, tmp_path / "whole")


# --- as a user starts it ---------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", DAMAGE)
def test_damage_ends_the_program(unfinished: Path, root: Path, small: Path, name: str) -> None:
    _, expected, message = damaged(unfinished, name)
    before = content(unfinished)
    refused(start(root, small, *LONG, "--workdir", unfinished), expected, message)
    assert content(unfinished) == before


@pytest.mark.slow
def test_changed_settings_and_places_end_the_program(
    copied: Path, root: Path, small: Path, tmp_path: Path
) -> None:
    before = content(copied)
    for words, message in (
        (["--embedding.dtype", "bfloat16"], 'embedding.dtype: "float32" → "bfloat16"'),
        (["--text.min_count", "2"], "text.min_count: 1 → 2"),
    ):
        refused(start(root, small, *LONG, *words, "--workdir", copied), 2, message)
    assert content(copied) == before
    (tmp_path / "file").write_text("")
    words = ["--workdir", tmp_path / "file" / "w", "--data.path", tmp_path / "missing.csv"]
    refused(start(root, small, *words), 2, "can't write there")  # and not a word of the data
    assert (tmp_path / "file").read_text() == ""


@pytest.mark.slow
def test_a_finished_run_and_more_steps_in_processes_of_their_own(
    whole: Path, root: Path, small: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "w"))
    before = content(folder)
    again = start(root, small, *LONG, "--workdir", folder)
    out, err = again.communicate(timeout=300)
    assert again.returncode == 0 and "is finished; nothing to do" in out, err
    assert content(folder) == before
    more = [*WORDS, "--train.steps", "2010", "--workdir", folder]
    longer = start(root, small, *more)
    out, err = longer.communicate(timeout=300)
    assert longer.returncode == 0 and "go on from 2,000 steps to 2,010 at most" in told(out), err
    assert "resumes at step 2000, 2010 steps at most" in out


@pytest.mark.slow
def test_no_number_and_no_room_end_the_program(root: Path, small: Path, tmp_path: Path) -> None:
    words = ["--train.optimizer", "sgd", "--train.rate", "1", "--train.l2", "11", "--train.steps", "200"]
    words += ["--train.evaluate_every", "5", "--train.checkpoint_seconds", "0", "--train.patience", "99"]
    words += ["--baselines", "false"]
    folder = tmp_path / "w"
    refused(start(root, small, *words, "--workdir", folder), 1, "the last good checkpoint stays")
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert [line["loss"] for line in lines if "fault" in line] == [None] and "fault" in lines[-1]
    assert lines[-1]["step"] - 5 <= saved(folder)[-1] <= lines[-1]["step"]
    room = ["--baselines", "false", "--train.patience", "99", "--embedding.dim", "64"]
    room += ["--train.evaluate_every", "10", "--train.checkpoint_seconds", "0", "--train.steps"]
    assert start(root, small, *room, "20", "--workdir", tmp_path / "d").wait(300) == 0
    before = content(tmp_path / "d" / "checkpoints")
    with short_files():  # which a process inherits
        words = (*room, "40", "--workdir", tmp_path / "d")
        process = start(
            root, small, *words, JAX_ENABLE_COMPILATION_CACHE="false"
        )  # it would find no room too
    refused(process, 1, "the checkpoint can't be written (")
    assert content(tmp_path / "d" / "checkpoints") == before
