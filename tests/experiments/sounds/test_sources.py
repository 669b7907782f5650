"""Sources of sounds: tables, folders, archives and arrays; what can't be read is an error that says where."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from experiments.sounds.arrays import Arrays
from experiments.sounds.cepstra import Cepstra
from experiments.sounds.clips import Clips, Source
from experiments.sounds.files import Table
from experiments.sounds.folders import Folder
from experiments.sounds.wav import encoded

FEW = Cepstra(coefficients=4, mels=8)


def read(source: Source) -> Clips:
    return source.clips(FEW, lambda done, whole: None)


def tone(number: int, rate: int = 8000) -> bytes:
    return encoded(0.3 * np.sin(np.arange(600 + number) * (0.1 + 0.05 * number)), rate)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Tones of two classes and two speakers, in folders, in an archive, and named in a table."""
    lines = ["file,word,who,side"]
    for number in range(8):
        word, who = ("low", "high")[number % 2], ("ann", "bob")[number // 4]
        path = tmp_path / "in" / word / f"{who}_{number}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(tone(number))
        lines.append(f"in/{word}/{path.name},{word},{who},{'dev' if number == 3 else ''}")
    (tmp_path / "sounds.csv").write_text("\n".join(lines))
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as packed:
        for file in sorted((tmp_path / "in").rglob("*.wav")):
            packed.write(file, file.relative_to(tmp_path))
    return tmp_path


def table(folder: Path, **more: str) -> Table:
    return Table(str(folder / "sounds.csv"), file="file", label="word", **more)


def test_all_forms_give_the_same_recordings(folder: Path) -> None:
    found = read(Folder(str(folder / "in"), names="{label}/{speaker}_{index}.wav"))
    packed = read(Folder(str(folder / "packed.zip"), names="{label}/{speaker}_{index}.wav"))
    listed = read(table(folder, speaker="who"))
    assert packed.names == tuple(f"in/{name}" for name in found.names)
    assert found.labels == packed.labels == ("high",) * 4 + ("low",) * 4
    assert found.speakers == ("ann", "ann", "bob", "bob") * 2
    for one, other in zip(found.frames, packed.frames, strict=True):
        assert one.shape[1] == FEW.static and (one == other).all()
    order = np.argsort(listed.names)
    assert [listed.labels[row] for row in order] == list(found.labels)
    assert [listed.speakers[row] for row in order] == list(found.speakers)
    assert all((listed.frames[row] == one).all() for row, one in zip(order, found.frames, strict=True))


def test_sides_are_those_of_the_data(folder: Path) -> None:
    assert read(table(folder, split="side")).sides == ("", "", "", "valid", "", "", "", "")
    indexed = Folder(str(folder / "in"), names="{label}_{index}.wav")
    assert not any(read(indexed).sides)
    below = Folder(str(folder / "in"), names="{label}/*_{index}.wav", test_below=2)
    assert sorted(read(below).sides) == [""] * 6 + ["test"] * 2


def test_other_files_are_passed_over_and_other_rates_are_told(folder: Path) -> None:
    (folder / "in" / "stray.wav").write_bytes(tone(1))
    (folder / "in" / "low" / "fast.wav").write_bytes(tone(1, 16000))
    found = read(Folder(str(folder / "in"), names="{label}/*.wav"))
    assert len(found.names) == 9
    assert "Recordings resampled to 8,000 Hz: 1 of 16,000 Hz." in found.notes
    assert any("1 are called otherwise: 'stray.wav'" in note for note in found.notes)


def test_equal_recordings_are_a_group(folder: Path) -> None:
    (folder / "in" / "high" / "bob_9.wav").write_bytes(tone(0))
    found = read(Folder(str(folder / "in")))
    _, counts = np.unique(found.groups, return_counts=True)
    assert sorted(counts) == [1] * 7 + [2]


def test_one_new_recording_is_read_as_those_of_the_data(folder: Path) -> None:
    source = table(folder)
    found = read(source)
    assert (source.one(str(folder / found.names[2]), FEW) == found.frames[2]).all()
    with pytest.raises(ValueError, match=r"none\.wav: cannot be read \(No such file"):
        source.one("none.wav", FEW)
    os.mkfifo(folder / "pipe.wav")
    with pytest.raises(ValueError, match=r"pipe\.wav: cannot be read \(it is a folder, a pipe or a device"):
        source.one(str(folder / "pipe.wav"), FEW)


def replaced(folder: Path, old: str, new: str) -> None:
    path = folder / "sounds.csv"
    path.write_text(path.read_text().replace(old, new, 1))


def test_errors_of_a_table_say_file_line_and_column(folder: Path) -> None:
    with pytest.raises(ValueError, match=r"--data\.label='wrod': .* 'word'.*"):
        read(Table(str(folder / "sounds.csv"), file="file", label="wrod"))
    (folder / "in/high/ann_1.wav").write_bytes(tone(1)[:100])
    with pytest.raises(ValueError, match=r"sounds\.csv, line 3, column 'file' .*it is cut off"):
        read(table(folder))
    replaced(folder, "in/low/ann_0.wav", "in/low/none.wav")
    with pytest.raises(ValueError, match=r"sounds\.csv, line 2, column 'file' .*none\.wav.*No such file"):
        read(table(folder))
    replaced(folder, "in/low/none.wav", "")
    with pytest.raises(ValueError, match=r"line 2, column 'file' .*the value is missing"):
        read(table(folder))
    replaced(folder, "dev", "later")
    with pytest.raises(ValueError, match=r"line 5, column 'side' .*the split is 'later'"):
        read(table(folder, split="side"))


@contextlib.contextmanager
def nobody() -> Iterator[None]:
    """As a user who may read what all may; root may read anything."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_a_recording_that_may_not_be_read_is_told_by_its_line(folder: Path) -> None:
    read(table(folder))  # all that it imports
    with tempfile.TemporaryDirectory() as outside:  # where others than the tests' user may go
        copy = Path(shutil.copytree(folder, Path(outside) / "copy"))
        for path in (copy.parent, copy, *copy.rglob("*")):
            path.chmod(0 if path.suffix == ".wav" else 0o755)
        refused = r"line 2, column 'file' .*: cannot be read \(Permission denied\)"
        with nobody(), pytest.raises(ValueError, match=refused):
            read(table(copy))


def test_what_is_no_table_or_holds_nothing_is_told(folder: Path) -> None:
    with pytest.raises(ValueError, match=r"--data\.type folder"):
        read(Table(str(folder / "in")))
    with pytest.raises(ValueError, match=r"holds no file called \{label\}/\*\.ogg; 'high/ann_1\.wav'"):
        read(Folder(str(folder / "in"), names="{label}/*.ogg"))
    with pytest.raises(ValueError, match="cannot be read"):
        read(Folder(str(folder / "nowhere")))
    with pytest.raises(ValueError, match=r"packed\.zip, in/high/ann_1\.wav: it has 2 channels"):
        with zipfile.ZipFile(folder / "packed.zip", "w") as packed:
            packed.writestr("in/high/ann_1.wav", encoded(np.ones(500) / 2, 8000, channels=2))
        read(Folder(str(folder / "packed.zip")))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"names": "*.wav"}, "say where the class stands"),
        ({"names": "{label}/{who}.wav"}, "braces hold one of"),
        ({"names": "{label}/{label}.wav"}, "each once"),
        ({"test_below": 5}, "there is no {index}"),
        ({"by": "word"}, "by='word'"),
        ({"mix": 1}, "mix=1"),
    ],
)
def test_settings_that_are_none_are_refused(fields: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Folder("in", **fields)


def write_arrays(folder: Path) -> Path:
    rng = np.random.default_rng(0)
    for place, name in enumerate(("no", "yes")):
        np.save(folder / f"{name}.npy", rng.normal(place, 1, (5, 3, 7)))
    return folder


def test_arrays_are_read_either_way_round(tmp_path: Path) -> None:
    source = Arrays(str(write_arrays(tmp_path)))
    found = read(source)
    assert [frames.shape for frames in found.frames] == [(7, 3)] * 10
    assert found.labels == ("no",) * 5 + ("yes",) * 5
    assert (found.frames[6] == np.load(tmp_path / "yes.npy")[1].T).all()
    assert (source.one(f"{tmp_path}/yes.npy:1", FEW) == found.frames[6]).all()
    assert read(Arrays(str(tmp_path), axes="frames-columns")).frames[0].shape == (3, 7)


def test_errors_of_arrays_say_which(tmp_path: Path) -> None:
    source = Arrays(str(write_arrays(tmp_path)))
    for line, said in (("yes.npy", "names no clip"), (f"{tmp_path}/yes.npy:9", "there are 5 clips")):
        with pytest.raises(ValueError, match=said):
            source.one(line, FEW)
    np.save(tmp_path / "z.npy", np.ones((5, 4, 7)))
    with pytest.raises(ValueError, match=r"z\.npy: frames have 4 columns, those of no\.npy have 3"):
        read(source)
    np.save(tmp_path / "z.npy", np.full((5, 3, 7), np.nan))
    with pytest.raises(ValueError, match=r"z\.npy: clip 0 holds a number that is not finite"):
        read(source)
    np.save(tmp_path / "z.npy", np.array([{}], object))
    with pytest.raises(ValueError, match=r"z\.npy: cannot be read \(it holds Python objects"):
        read(source)
    with pytest.raises(ValueError, match="there is no such folder"):
        read(Arrays(str(tmp_path / "none")))
    with pytest.raises(ValueError, match="this is a file; give the folder of the arrays"):
        read(Arrays(str(tmp_path / "z.npy")))
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="holds no file"):
        read(Arrays(str(tmp_path / "empty")))
