"""Progress: the same information as bars on a terminal and as plain lines elsewhere."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console
from rich.table import Table

from experiments.reports.console import open_console
from experiments.reports.progress import Progress, RunProgress, progress
from experiments.reports.progress_lines import PLAIN_EVERY


class Clock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def three_runs(shown: Progress, clock: Clock) -> None:
    shown.print("news [4 classes] :smile:")
    for name in ("majority", "dense", "hashed"):
        steps = 1 if name == "majority" else 400
        run = shown.run(name, steps)
        for step in range(10, 401, 10) if steps > 1 else ():
            clock.now += 1
            run.update(step, loss=0.5, valid_accuracy=step / 500)
        run.done("test accuracy 80.0 %")


def shown_on(terminal: bool) -> str:
    file, clock = io.StringIO(), Clock()
    console = Console(file=file, force_terminal=terminal, width=100)
    with progress(["majority", "embedding", "embedding"], console, clock=clock) as shown:
        three_runs(shown, clock)
    return file.getvalue()


@pytest.fixture(autouse=True)
def ordinary_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.fixture
def plain() -> list[str]:
    return shown_on(terminal=False).splitlines()


def test_plain_lines_have_no_control_codes(plain: list[str]) -> None:
    assert all(line.isprintable() for line in plain)


def test_plain_lines_start_and_end_each_run(plain: list[str]) -> None:
    assert plain[:3] == [
        "news [4 classes] :smile:",
        "[1/3] majority: starts",
        "[1/3] majority: test accuracy 80.0 % (0:00)",
    ]
    assert plain[3] == "[2/3] dense: starts, 400 steps at most"
    assert plain[-1] == "[3/3] hashed: test accuracy 80.0 % (0:40)"


def test_plain_lines_are_few(plain: list[str]) -> None:
    between = [line for line in plain if "[2/3] dense: step" in line]
    assert len(between) == 40 / PLAIN_EVERY


def test_plain_lines_tell_step_metrics_and_time_left(plain: list[str]) -> None:
    # A second for ten steps: 35 s for the other 350, and as many and 40 for the two runs.
    assert "[2/3] dense: step 50/400, loss 0.500, valid accuracy 0.100, 0:35 left, 1:15 for all runs" in plain


@pytest.mark.parametrize("terminal", [False, True])
def test_a_training_that_is_over_has_a_line_however_short_it_was(terminal: bool) -> None:
    file, clock = io.StringIO(), Clock()
    with progress(2, Console(file=file, force_terminal=terminal, width=100), clock=clock) as shown:
        run = shown.run("dense", 400)
        run.update(100, loss=0.5, valid_loss=0.25)
        run.fast(53_210)
        run.trained(150)
        run.done("test accuracy 80.0 %")
        again = shown.run("hashed", 400, start=400)
        again.trained(400)
    told = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", file.getvalue())
    line = "[1/2] dense: trained, step 150/400, loss 0.500, valid loss 0.250, 53.2 k tokens/s"
    assert line in [part.strip() for part in re.split(r"[\r\n]+", told)]
    assert "hashed: trained" not in told


def test_terminal_tells_the_same_with_bars() -> None:
    text = shown_on(terminal=True)
    assert "\x1b[" in text
    told = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    for part in (
        "news [4 classes] :smile:",
        "[1/3] majority: test accuracy 80.0 % (0:00)",
        "[3/3] hashed: test accuracy 80.0 % (0:40)",
        "all runs",
    ):
        assert part in told


def test_terminal_bars_show_the_run_at_work() -> None:
    file, clock = io.StringIO(), Clock()
    with progress(2, Console(file=file, force_terminal=True, width=100), clock=clock) as shown:
        run = shown.run("dense [half]", 400)
        clock.now += 10
        run.update(100, valid_accuracy=0.8125)
        shown.print("a line makes the bars be drawn again")
    told = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", file.getvalue())
    assert re.search(r"dense \[half\] +\S+ +100/400, 0:30 left, valid accuracy 0\.812", told)
    assert re.search(r"all runs +\S+ +0/2, 1:10 left", told)


def two_at_once(shown: Progress, clock: Clock, *steps: int) -> list[RunProgress]:
    runs = [shown.run(f"dense · seed {seed}", 400, at_once=2) for seed in (0, 1)]
    for step in steps:
        clock.now += 10
        for run in runs:
            run.update(step)
    return runs


def test_runs_at_once_have_a_bar_each() -> None:
    file, clock = io.StringIO(), Clock()
    with progress(4, Console(file=file, force_terminal=True, width=100), clock=clock) as shown:
        two_at_once(shown, clock, 200)
    told = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", file.getvalue())
    assert all(re.search(rf"seed {seed} +\S+ +200/400, 0:10 left", told) for seed in (0, 1))
    assert re.search(r"all runs +\S+ +0/4, 0:30 left", told)  # two more in the 20 s of these two


def test_runs_at_once_share_the_time() -> None:
    file, clock = io.StringIO(), Clock()
    with progress(4, Console(file=file, force_terminal=True, width=100), clock=clock) as shown:
        runs = two_at_once(shown, clock, 200, 400)
        for run in runs:
            run.done("done")
        assert [run.took for run in runs] == [10, 10]
    told = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", file.getvalue())
    assert re.search(r"\[2/4\] dense · seed 1: done \(0:20\)", told)
    assert re.search(r"all runs +\S+ +2/4", told)


def told_in(width: int, name: str = "bag · seed 0") -> str:
    """What stands beside the bar of a run in a terminal of so many columns."""
    file, clock = io.StringIO(), Clock()
    with progress(2, Console(file=file, force_terminal=True, width=width), clock=clock) as shown:
        run = shown.run(name, 400)
        clock.now += 5
        run.fast(1.6e6)
        run.update(50, loss=0.330, valid_loss=0.059, valid_accuracy=1.0)
        shown.print("a line makes the bars be drawn again")
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", file.getvalue()).splitlines()
    return next(line.rstrip() for line in lines if "50/400" in line)


@pytest.mark.parametrize(
    "width, left",
    [
        (60, "50/400, 0:35 left, 1.6 M tok/s"),
        (80, "50/400, 0:35 left, 1.6 M tok/s, valid accuracy 1.000"),
        (120, "50/400, 0:35 left, 1.6 M tok/s, valid accuracy 1.000, loss 0.330, valid loss 0.059"),
    ],
)
def test_a_narrow_terminal_loses_metrics_before_the_time_left(width: int, left: str) -> None:
    line = told_in(width)
    assert line.startswith("bag · seed 0 ")
    assert line.endswith(left)


def test_a_long_name_leaves_room_for_the_time_left() -> None:
    line = told_in(60, "fold 3 · subword-with-many-words-in-its-name · seed 0")
    assert line.startswith("fold 3 · subword-wi… ")
    assert line.endswith("50/400, 0:35 left, 1.6 M tok/s")


def test_dumb_terminal_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert all(line.isprintable() for line in shown_on(terminal=True).splitlines())


def test_time_left_ignores_runs_that_were_only_read_back() -> None:
    file, clock = io.StringIO(), Clock()
    with progress(3, Console(file=file, width=100), clock=clock) as shown:
        shown.run("dense", 400).done("finished before")
        run = shown.run("hashed", 400)
        clock.now += 10
        run.update(100)
    assert file.getvalue().splitlines()[-1].endswith("step 100/400, 0:30 left, 1:10 for all runs")


def test_time_left_of_a_resumed_run_counts_only_its_new_steps() -> None:
    file, clock = io.StringIO(), Clock()
    with progress(1, Console(file=file, width=100), clock=clock) as shown:
        run = shown.run("dense", 400, start=300)
        clock.now += 10
        run.update(350)
    assert "resumes at step 300" in file.getvalue()
    assert file.getvalue().splitlines()[-1].endswith("step 350/400, 0:10 left, 0:10 for all runs")


def test_time_left_leaves_out_what_compiling_took() -> None:
    file, clock = io.StringIO(), Clock()
    with progress(3, Console(file=file, width=100), clock=clock) as shown:
        run = shown.run("dense", 400)
        clock.now += 20  # compiling, and 10 steps
        run.compiled(10)
        run.update(10)
        assert "left" not in file.getvalue().splitlines()[-1]  # not known yet
        clock.now += 9
        run.compiled(100)  # once is enough
        run.update(100)
        assert file.getvalue().splitlines()[-1].endswith("step 100/400, 0:30 left, 2:28 for all runs")
        clock.now += 30
        run.update(400)
        run.done("done")
        second = shown.run("hashed", 400)
        clock.now += 9
        second.compiled(10)
        second.update(10)
    # 59 s for the first run: 50 s more for this one, and 59 for the last.
    assert shown.left(second) == 109


def test_time_for_all_runs_waits_until_each_kind_was_seen() -> None:
    file, clock = io.StringIO(), Clock()
    fold = ["linear", "bag", "embedding", "embedding"]
    with progress(fold * 2, Console(file=file, width=100), clock=clock) as shown:
        linear = shown.run("linear", 1)
        clock.now += 7
        linear.done("done")
        bag = shown.run("bag", 400)
        clock.now += 10
        bag.update(200)
        assert (
            file.getvalue().splitlines()[-1].endswith("step 200/400, 0:10 left")
        )  # of a CNN nothing is known
        clock.now += 10
        bag.update(400)
        bag.done("done")
        run = shown.run("cnn", 400)
        clock.now += 100
        run.update(200)
    # 100 s, another CNN of 200 s, and the other fold: 7 + 20 + 2 × 200 s.
    assert file.getvalue().splitlines()[-1].endswith("1:40 left, 12:07 for all runs")


def test_runs_that_were_finished_before_are_told_in_a_line() -> None:
    file = io.StringIO()
    with progress(2, Console(file=file, width=100)) as shown:
        shown.skip("dense", "test accuracy 80.0 %")
        shown.run("hashed", 400)
    assert file.getvalue().splitlines() == [
        "[1/2] dense: finished before, test accuracy 80.0 %",
        "[2/2] hashed: starts, 400 steps at most",
    ]


@pytest.mark.parametrize("terminal", [False, True])
def test_reading_is_shown(terminal: bool) -> None:
    file, clock = io.StringIO(), Clock()
    with progress(1, Console(file=file, force_terminal=terminal, width=100), clock=clock) as shown:
        with shown.reading("docstrings") as tell:
            tell(1, 10)
            clock.now += 6
            tell(2, 10)
        shown.run("dense", 400)
    told = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", file.getvalue())
    if terminal:
        assert re.search(r"reading docstrings +\S+ +2/10", told)
    else:
        assert told.splitlines()[:2] == ["Reading docstrings …", "Reading docstrings: 2 of 10 parts"]


def test_an_output_that_nobody_reads_is_an_error_to_be_caught() -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError), progress(1, open_console(Gone())) as shown:
        shown.run("dense", 400)


def test_a_run_that_stops_early_counts_as_a_whole_run() -> None:
    file, clock = io.StringIO(), Clock()
    with progress(2, Console(file=file, width=100), clock=clock) as shown:
        first = shown.run("dense", 400)
        clock.now += 20
        first.update(200)
        first.done("stopped early")
        second = shown.run("hashed", 400)
        clock.now += 5
        second.update(100)
    # 25 s for 1.25 runs: 15 s for the remaining 0.75, and not more.
    assert file.getvalue().splitlines()[-1].endswith("0:15 for all runs")


def test_what_is_printed_may_be_a_renderable() -> None:
    file = io.StringIO()
    table = Table("name")
    table.add_row("dense")
    with progress(1, Console(file=file, width=100)) as shown:
        shown.print(table)
    assert "dense" in file.getvalue()


def test_an_error_inside_ends_the_bars_and_goes_on() -> None:
    file = io.StringIO()
    with pytest.raises(KeyboardInterrupt), progress(1, Console(file=file, force_terminal=True)) as shown:
        shown.run("dense", 400)
        raise KeyboardInterrupt
    assert file.getvalue().rfind("\x1b[?25h") > file.getvalue().rfind("\x1b[?25l")  # the cursor is back


def test_long_lines_are_not_broken_where_there_is_no_terminal() -> None:
    file = io.StringIO()
    with progress(1, open_console(file)) as shown:
        shown.print("word " * 100)
    assert len(file.getvalue().splitlines()) == 1


def test_console_is_wide_where_there_is_no_terminal() -> None:
    assert open_console(io.StringIO()).width == 100
