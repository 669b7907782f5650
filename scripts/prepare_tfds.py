"""Prepares a file as a set of TensorFlow Datasets, without TensorFlow and without a network.

    python scripts/prepare_tfds.py reviews.csv --name reviews --data_dir sets --text review --label stars
    python -m experiments.classify CONFIG.py --workdir DIR --data tfds:reviews --data.data_dir sets

FILE is a path, whose form its name tells (.csv, .tsv, .jsonl, .parquet, .txt for fastText, .zip for folders),
or TYPE:PATH, as `--data` of experiments.classify takes it; and every --data.FIELD of that type is a --FIELD
here: `--second hypothesis` for pairs of texts. `--task.type labels` and `--task.type value` are taken too,
for rows of several labels, or of a number. `tfds:NAME` downloads one of TFDS's own sets, and prepares it so
that it can be read without TensorFlow: for this a network is needed, and for some sets TensorFlow.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from experiments.errors import Mistake, RunFailure, mistakes
from experiments.process.program import guarded

_SHORT = {"test": "test_path", "valid": "valid_path"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program; returns the exit status."""
    given, others = _parser().parse_known_args(arguments)
    return guarded(lambda: _download(given) if given.file.startswith("tfds:") else _prepare(given, others))


def _parser() -> argparse.ArgumentParser:
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=form, allow_abbrev=False)
    parser.add_argument("file", metavar="FILE", help="what to prepare: a path, TYPE:PATH, or tfds:NAME")
    parser.add_argument("--name", default="", help="what the set is to be called; by default as the file is")
    parser.add_argument("--data_dir", type=Path, help="where sets lie; by default where TFDS has them")
    parser.add_argument("--version", default="1.0.0", help="of the set; by default 1.0.0")
    for flag, of in (
        ("--text", "the text's column"),
        ("--label", "the label's"),
        ("--test", "the test file"),
    ):
        parser.add_argument(flag, help=of)
    parser.add_argument("--valid", help="the validation file; any other --FIELD is one of the source")
    return parser


def _prepare(given: argparse.Namespace, others: Sequence[str]) -> int:
    from rich.progress import Progress

    import embedlab
    from experiments.config import Config
    from experiments.data.tfds_builder import prepare, require_free
    from experiments.data.tfds_sets import default_data_dir
    from experiments.reports.console import open_console
    from experiments.reports.progress import progress
    from experiments.settings import codec, overrides, shorthand

    words = ["--data", shorthand.with_type(given.file)]
    for field in ("text", "label", "test", "valid"):
        if getattr(given, field) is not None:
            words += [f"--data.{_SHORT.get(field, field)}", getattr(given, field)]
    words += [f"--data.{word[2:]}" if _is_field(word) else word for word in others]
    config = overrides.apply(Config(embedlab.Dense(vocabulary=1, dim=1)), words).config
    name = given.name or Path(given.file.partition(":")[2] or given.file).name.partition(".")[0].lower()
    data_dir, console = given.data_dir or default_data_dir(), open_console()
    with mistakes():
        require_free(name, data_dir, given.version)
        with progress(0, console) as shown, shown.reading(given.file) as tell:
            dataset = config.data.load(tell, config.task)
        for note in dataset.notes:
            console.print(note, highlight=False, markup=False, soft_wrap=True)
        rows, counted = len(dataset.texts), config.task.counted(len(dataset.classes))
        what = "pairs of documents" if len(dataset.seconds) else "documents"
        console.print(f"Writing {rows:,} {what}, {counted} …", highlight=False)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as bars:
            bar = bars.add_task("writing", total=rows)
            folder = prepare(
                dataset, name, data_dir, given.version, lambda done, _: bars.update(bar, completed=done)
            )
    where = f" --data.data_dir {given.data_dir}" if given.data_dir else ""
    task = codec.encode(config)["task"]["type"]
    learnt = "" if task == config.task.default_choice_name() else f" --task.type {task}"
    told = f"{folder} is prepared: --data tfds:{name}{where}{learnt}"
    console.print(told, highlight=False, soft_wrap=True)
    return 0


def _is_field(word: str) -> bool:
    return word.startswith("--") and not word.startswith(("--data.", "--task"))


def _download(given: argparse.Namespace) -> int:
    """Lets TFDS download and prepare one of its own sets."""
    import tensorflow_datasets as tfds

    from experiments.data.tfds_sets import default_data_dir, known_names, parse_name
    from experiments.settings.schema import did_you_mean

    name = given.file.removeprefix("tfds:")
    with mistakes():
        wanted = parse_name(name)
    folder = given.data_dir or default_data_dir()
    try:
        builder = tfds.builder(name, data_dir=str(folder), file_format="array_record")
        print(f"{name}: downloading to {folder}; without a network TFDS tries for some minutes", flush=True)
        builder.download_and_prepare()
    except tfds.core.DatasetNotFoundError:
        raise Mistake(
            f"tfds:{name}: TFDS has no set of this name that it can prepare without TensorFlow"
            f"{did_you_mean(wanted.name, known_names(), 'tfds:') or ';'} others are prepared where "
            f"TensorFlow is installed, and their folder is copied to {folder}"
        ) from None
    except ImportError as error:
        raise RunFailure(
            f"tfds:{name}: its code needs {error.name}; prepare it where that is installed, and copy its "
            f"folder to {folder}"
        ) from None
    except (OSError, AssertionError, ValueError, RuntimeError) as error:
        raise RunFailure(f"tfds:{name}: not prepared: {_first(error)}") from None
    print(f"{builder.data_dir} is prepared: --data tfds:{name} --data.data_dir {folder}")
    return 0


def _first(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


if __name__ == "__main__":
    raise SystemExit(main())
