"""The training loop: its order, its stopping, and that it goes on as if it had never stopped."""

import dataclasses
import itertools
import signal
import time
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

import embedlab
from experiments.config import Train
from experiments.documents.feed import Labelled
from experiments.documents.prepare import Encoded
from experiments.encoders import Bag, Cnn
from experiments.errors import RunFailure
from experiments.process import stopping
from experiments.runs.checkpoints import Checkpoints
from experiments.training import train as train_module
from experiments.training.model import Model, linked
from experiments.training.steps import programs
from experiments.training.train import Fitted, fit
from tests.experiments.training.learnable import documents

MODEL = Model(embedlab.Dense(50, 8), Bag(), 2)


TRAIN, VALID = documents(0), documents(1)


def same(a: object, b: object) -> None:
    jax.tree.map(np.testing.assert_array_equal, a, b)


@pytest.mark.parametrize("update", ["sparse", "dense"])
@pytest.mark.parametrize(
    ("optimizer", "rate"),
    [
        ("adam", 0.05),
        ("adagrad", 0.5),
        ("sgd", 3.0),
        ("momentum", 3.0),
        ("row_adagrad", 0.3),
        ("row_adam", 0.05),
    ],
)
def test_it_learns_and_repeats_to_the_bit(optimizer: Any, rate: float, update: Any) -> None:
    if update == "dense" and optimizer.startswith("row_"):
        update = "auto"
    settings = Train(optimizer=optimizer, rate=rate, update=update, batch=32, steps=60, evaluate_every=20)
    first = fit(MODEL, settings, TRAIN, VALID, seed=0, buffers={})
    again = fit(MODEL, settings, TRAIN, VALID, seed=0, buffers={})
    same(first.parameters, again.parameters)
    predicted = linked(MODEL, first.parameters, VALID.documents)
    assert (predicted.argmax(1) == VALID.labels).mean() > 0.75
    other = fit(MODEL, settings, TRAIN, VALID, seed=1, buffers={})
    assert (first.parameters["tables"]["table"] != other.parameters["tables"]["table"]).any()


@pytest.mark.slow
def test_few_programs_are_compiled_however_long_documents_are() -> None:
    rng = np.random.default_rng(0)
    lengths = rng.integers(0, 61, 300).astype(np.int32)
    ids = np.where(np.arange(60) < lengths[:, None], rng.integers(2, 50, (300, 60)), 0).astype(np.int32)
    found = Labelled(Encoded(ids, lengths, {}), (lengths > 30).astype(np.int32))
    model = Model(embedlab.Dense(50, 4), Cnn((2,), maps=4), 2)
    before = programs()
    fit(model, Train(steps=60, evaluate_every=20, batch=20), found, found, seed=0, buffers={})
    assert programs() - before <= 3  # batches of 16, 32 and 60 words


@pytest.mark.parametrize("update", ["sparse", "dense"])
def test_the_best_evaluation_is_kept_and_patience_ends_the_run(update: Any) -> None:
    losses: dict[int, float] = {}

    def note(step: int, loss: float, predicted: np.ndarray, parameters: object) -> None:
        losses[step] = MODEL.task.loss(predicted, VALID.labels)

    settings = Train(rate=0.3, update=update, batch=32, steps=2000, evaluate_every=10, patience=3)
    fitted = fit(MODEL, settings, TRAIN, VALID, seed=0, buffers={}, on_evaluation=note)
    assert fitted.steps < 2000
    assert fitted.best_step == min(losses, key=lambda step: losses[step])
    assert fitted.steps == fitted.best_step + 3 * 10
    predicted = linked(MODEL, fitted.parameters, VALID.documents)
    assert MODEL.task.loss(predicted, VALID.labels) == losses[fitted.best_step]


ALL = {"weight_decay": 0.1, "l2": 0.01, "clip": 1.0, "max_norm": 2.0, "warmup": 30, "freeze_until": 10}


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"update": "dense"}, marks=pytest.mark.slow),
        pytest.param({"update": "sparse"}, marks=pytest.mark.slow),
        pytest.param({"update": "sparse", "exact": True, **ALL}, marks=pytest.mark.slow),
        pytest.param({"update": "sparse", "optimizer": "row_adam", **ALL}, marks=pytest.mark.slow),
    ],
    ids=["dense", "lazy", "exact", "row"],
)
def test_a_stopped_run_goes_on_to_the_same_bits(
    tmp_path: Path, more: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    dropout = embedlab.Dropout(words=0.3, components=0.2)
    usual = {"batch": 32, "steps": 60, "evaluate_every": 20, "patience": 9, "checkpoint_seconds": 0}
    settings = Train(**usual, dropout=dropout, **more)
    seen: dict[str, list[Any]] = {"whole": [], "parted": []}

    def run(name: str, checkpoints: Checkpoints | None, stop: int = 0, started: Any = None) -> Fitted:
        """Runs to the end, or until it is told to stop by the call that reaches a step."""
        taker = train_module.taker

        def stopping_taker(*words: Any) -> Any:
            take = taker(*words)

            def stopped(live: Any, step: int, count: int) -> Any:
                found = take(live, step, count)
                if stop and step < stop <= step + count:
                    signal.raise_signal(signal.SIGTERM)
                return found

            return stopped

        with monkeypatch.context() as patch, stopping.heard("told"):
            patch.setattr(train_module, "taker", stopping_taker)
            return fit(
                MODEL,
                settings,
                TRAIN,
                VALID,
                seed=0,
                buffers={},
                checkpoints=checkpoints,
                on_start=lambda step, _: started.append(step) if started is not None else None,
                on_evaluation=lambda step, loss, predicted, _: seen[name].append((step, loss, predicted)),
            )

    whole = run("whole", None)
    steps, started = [], []
    for stop in (1, 11, 20, 33, 60):  # between two evaluations, before one, before the last
        with Checkpoints(tmp_path / "c") as checkpoints, pytest.raises(stopping.Stopped):
            run("parted", checkpoints, stop, started)
        steps.append(checkpoints.latest)
    assert steps[0] == 1 and all(a < b for a, b in itertools.pairwise(steps)) and steps[-1] == 60
    with Checkpoints(tmp_path / "c") as checkpoints:
        rest = run("parted", checkpoints, started=started)
    assert started == [0, 0, 0, 0, 20, 40] and 20 in steps
    same(whole.parameters, rest.parameters)
    same(seen["whole"], seen["parted"])
    assert (whole.best_step, whole.steps) == (rest.best_step, rest.steps)


def test_a_kill_costs_what_was_not_saved(tmp_path: Path) -> None:
    settings = Train(batch=32, steps=60, evaluate_every=20, patience=9, checkpoint_seconds=0)

    class Killed(Exception):
        pass

    def kill(step: int, *_: object) -> None:
        if step == 40:
            raise Killed

    common: dict[str, Any] = {"seed": 0, "buffers": {}}
    with Checkpoints(tmp_path / "c") as checkpoints, pytest.raises(Killed):
        fit(MODEL, settings, TRAIN, VALID, checkpoints=checkpoints, on_evaluation=kill, **common)
    started: list[int] = []
    with Checkpoints(tmp_path / "c") as checkpoints:
        rest = fit(
            MODEL,
            settings,
            TRAIN,
            VALID,
            checkpoints=checkpoints,
            on_start=lambda step, _: started.append(step),
            **common,
        )
    assert started == [20]
    same(fit(MODEL, settings, TRAIN, VALID, **common).parameters, rest.parameters)


def test_checkpoints_are_made_between_evaluations_and_memory_lies_in_them(tmp_path: Path) -> None:
    settings = Train(batch=32, steps=40, evaluate_every=40, checkpoint_seconds=1e-9)
    memory: dict[str, np.ndarray] = {}

    def remember(step: int, *_: object) -> None:
        memory["step"] = np.array(step + 5)

    with Checkpoints(tmp_path / "c") as checkpoints:
        saves: list[int] = []
        save = checkpoints.save
        checkpoints.save = lambda step, *rest: saves.append(step) or save(step, *rest)  # type: ignore[func-returns-value,method-assign]
        fit(
            MODEL,
            settings,
            TRAIN,
            VALID,
            seed=0,
            buffers={},
            checkpoints=checkpoints,
            memory=memory,
            on_start=remember,
        )
        assert saves[0] == 1 and len(saves) > 3 and saves[-2:] == [40, 40]
        found: dict[str, np.ndarray] = {}
        fit(MODEL, settings, TRAIN, VALID, seed=0, buffers={}, checkpoints=checkpoints, memory=found)
    assert found == {"step": 5} and saves[-2:] == [40, 40]


@pytest.mark.filterwarnings("ignore:overflow encountered in cast")
def test_parameters_that_are_no_numbers_are_not_saved(tmp_path: Path) -> None:
    # Their loss is not seen yet: it would be that of the next step.
    settings = Train(rate=1e39, steps=9, evaluate_every=9, checkpoint_seconds=1e-9)
    with Checkpoints(tmp_path / "c") as checkpoints:
        with pytest.raises(RunFailure, match="the parameters became nan or infinite by step 1; "):
            fit(MODEL, settings, TRAIN, VALID, seed=0, buffers={}, checkpoints=checkpoints)
        assert checkpoints.latest is None


def test_more_steps_go_on_to_the_same_bits(tmp_path: Path) -> None:
    shorter = Train(batch=32, steps=20, evaluate_every=20, patience=9)
    longer = dataclasses.replace(shorter, steps=40)
    with Checkpoints(tmp_path / "c") as checkpoints:
        for settings in (shorter, longer):
            found = fit(MODEL, settings, TRAIN, VALID, seed=0, buffers={}, checkpoints=checkpoints)
    same(found.parameters, fit(MODEL, longer, TRAIN, VALID, seed=0, buffers={}).parameters)
    assert found.steps == 40 and not found.stopped_early


@pytest.mark.parametrize("more", [{}, {"weight_decay": 0.3}], ids=["plain", "decay"])
def test_an_evaluation_sees_every_row_up_to_date(more: dict[str, Any]) -> None:
    seen: dict[str, list[np.ndarray]] = {"sparse": [], "dense": []}
    few = Labelled(Encoded(TRAIN.documents.ids[:4], TRAIN.documents.lengths[:4], {}), TRAIN.labels[:4])
    for update, found in seen.items():
        settings = Train(update=update, exact=True, batch=1, steps=12, evaluate_every=3, patience=9, **more)  # type: ignore[arg-type]
        fit(
            MODEL,
            settings,
            few,
            VALID,
            seed=0,
            buffers={},
            on_evaluation=lambda *_, to=found: to.append(np.array(_[3]["tables"]["table"])),
        )
    for rows, whole in zip(seen["sparse"], seen["dense"], strict=True):
        np.testing.assert_allclose(rows, whole, atol=2e-6)


def test_parameters_read_from_a_file_stay_as_they_are(tmp_path) -> None:
    table = np.random.default_rng(0).normal(size=(50, 8)).astype(np.float32)
    np.save(tmp_path / "table.npy", table)
    model = Model(embedlab.Dense(50, 8, embedlab.FromArray(str(tmp_path / "table.npy"))), Bag(), 2)
    settings = Train(update="sparse", batch=32, steps=20, evaluate_every=10)
    runs = [fit(model, settings, TRAIN, VALID, seed=0, buffers={}).parameters for _ in range(2)]
    same(*runs)
    np.testing.assert_array_equal(model.init(jax.random.key(0), {})["tables"]["table"], table)


def test_a_loss_that_is_no_number_stops_the_run() -> None:
    broken = embedlab.Dense(50, 8, initialiser=embedlab.Normal(1e38))
    faults: list[tuple[int, str, str]] = []
    with pytest.raises(RunFailure, match=r"loss became (nan|inf) at step \d+; .*train\.rate") as caught:
        fit(
            Model(broken, Bag(mode="sum"), 2),
            Train(rate=1e30, steps=20, evaluate_every=10),
            TRAIN,
            VALID,
            seed=0,
            buffers={},
            on_fault=lambda *fault: faults.append(fault),
        )
    ((step, split, what),) = faults
    assert split == "train" and f"{what.removeprefix('the ')} at step {step};" in str(caught.value)


@pytest.mark.parametrize("update", ["sparse", "dense"])
def test_a_last_update_that_overflows_stops_the_run(update: Any) -> None:
    # The loss of step 1 is that of the first parameters.
    settings = Train(rate=1e38, update=update, steps=2, evaluate_every=1)
    with pytest.raises(RunFailure, match=r"predictions became nan between steps 0 and 1; .*train\.rate"):
        fit(MODEL, settings, TRAIN, VALID, seed=0, buffers={})


@pytest.mark.parametrize(
    ("dtype", "rate", "advised"), [("float16", 6e4, True), ("bfloat16", 1e30, True), ("float32", 1e30, False)]
)
def test_a_narrow_type_is_named_where_it_may_be_the_cause(dtype: str, rate: float, advised: bool) -> None:
    model = Model(embedlab.Dense(50, 8, embedlab.Normal(1e4), dtype), Bag(mode="sum"), 2)
    with pytest.raises(RunFailure) as caught:
        fit(model, Train(rate=rate, steps=3), TRAIN, VALID, seed=0, buffers={})
    assert ("give a wider embedding.dtype" in str(caught.value)) == advised


def test_seeds_of_all_32_bits() -> None:
    settings = Train(batch=32, steps=2, evaluate_every=2, dropout=embedlab.Dropout(words=0.5))
    found = {}
    for seed in (0, 2**31 - 1, 2**31, 2**32 - 1):
        fitted = fit(MODEL, settings, TRAIN, VALID, seed=seed, buffers={})
        found[seed] = np.asarray(fitted.parameters["tables"]["table"]).tobytes()
    assert len(set(found.values())) == 4


def test_seconds_by_phase_go_on_with_the_run(tmp_path) -> None:
    # A rate of its own, so that nothing is compiled yet.
    settings = Train(batch=32, steps=40, evaluate_every=20, patience=9, rate=0.0123)
    shorter = dataclasses.replace(settings, steps=20)
    seconds = []
    for each in (shorter, settings):
        with Checkpoints(tmp_path / "c") as checkpoints:
            fitted = fit(
                MODEL,
                each,
                TRAIN,
                VALID,
                seed=0,
                buffers={},
                checkpoints=checkpoints,
                on_evaluation=lambda *_: time.sleep(0.05),
            )
        seconds.append(fitted.seconds)
    assert list(seconds[0]) == ["start", "compile", "train", "evaluate", "inspect", "save"]
    assert all(seconds[0][phase] > 0 for phase in ("start", "compile", "evaluate", "save"))
    assert seconds[0]["inspect"] >= 0.05 and seconds[1]["inspect"] >= 0.1
    for phase, before in seconds[0].items():
        if phase != "save":  # the last save is not in what it saves
            assert seconds[1][phase] >= before - 1e-5


@pytest.mark.parametrize("update", ["sparse", "dense"])
def test_l2_shrinks_the_rows_in_use(update: Any) -> None:
    lengths = {}
    for l2 in (0.0, 0.1):
        settings = Train(update=update, batch=32, steps=40, evaluate_every=40, l2=l2)
        table = fit(MODEL, settings, TRAIN, VALID, seed=0, buffers={}).parameters["tables"]["table"]
        lengths[l2] = float(np.linalg.norm(table))
    assert lengths[0.1] < 0.9 * lengths[0.0]
