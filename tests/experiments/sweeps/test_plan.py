"""A sweep is checked before anything runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import embedlab
from experiments.config import Config
from experiments.encoders import Cnn
from experiments.errors import Mistake
from experiments.pretraining import Pretraining
from experiments.sweeps import Asha, Choice, Float, Grid, Int, LogFloat, Random, Sweep, plan
from experiments.sweeps.plan import Plan
from experiments.sweeps.space import label
from tests.experiments.sweeps.conftest import small

BASE = Config(embedlab.Dense(90, 4), rivals={"other": embedlab.Dense(20, 4)}, seeds=(3, 4), folds=5)


def made(space: dict[str, Any], base: Any = BASE, **more: Any) -> Plan:
    return plan.made(Sweep(base, space, Random(), trials=3, **more), "a")


@pytest.mark.parametrize(
    ("space", "message"),
    [
        ({"train.rat": LogFloat(0.1, 1)}, "unknown key train.rat; did you mean train.rate?"),
        ({"embedding.buckets": Int(1, 9)}, "embedding is dense, which has no buckets"),
        ({"train.batch": Float(8.0, 64.0)}, "train.batch: got '8.0', expected a whole number"),
        ({"train.rate": Float(0.0, 1.0)}, "train.rate=0.0: give a finite number above 0"),
        ({"train.batch": Choice(32, 0)}, "train.batch=0"),
        ({"train.optimizer": Choice("adam", "adm")}, "expected one of adam, adagrad"),
        ({"embedding": Choice(embedlab.Dense(9, 2), embedlab.Normal(0.1))}, "embedding.type"),
        ({"embeding": Choice(embedlab.Dense(9, 2))}, "unknown key embeding; did you mean embedding?"),
        ({"trian.encoder": Choice(Cnn())}, "unknown key trian.encoder; did you mean encoder?"),
        ({"train.rate.cnn": Choice(Cnn())}, "unknown key train.rate.cnn"),
        ({"train.optimizer": Choice("--adam")}, "train.optimizer: got '--adam'"),
        ({"train": Choice(3, 4)}, "train 3: this is a group, not one value"),
        ({"text.ngrams": Int(1, 2), "encoder": Choice(Cnn())}, "text.ngrams=2: Cnn reads the order of words"),
    ],
)
def test_what_the_config_does_not_take(space: dict[str, Any], message: str) -> None:
    with pytest.raises(Mistake, match=re.escape(message)) as caught:
        made(space)
    assert " --" not in str(caught.value)


@pytest.mark.parametrize(
    ("sweep", "message"),
    [
        (lambda: Sweep(BASE, {}, Random(), trials=3), "space={}"),
        (lambda: Sweep(BASE, {"train.rate": 0.1}, Random(), trials=3), "space['train.rate']=0.1"),  # type: ignore
        (lambda: Sweep(BASE, {"train.rate": Float(0.1, 1)}, Random()), "trials=None: say how many"),
        (lambda: Sweep(BASE, {"train.rate": Float(0.1, 1)}, Grid()), "a grid takes what can be counted"),
        (lambda: Sweep(BASE, {"train.rate": Choice(0.1)}, Grid(), trials=2), "the grid has 1 cells"),
        (lambda: Sweep(BASE, {"train.rate": Choice(0.1)}, "grid"), "sampler='grid'"),  # type: ignore[arg-type]
        (lambda: Sweep(3, {"train.rate": Choice(0.1)}, Grid()), "base=3"),  # type: ignore[arg-type]
        (lambda: Asha(0), "least=0"),
    ],
)
def test_what_is_no_sweep(sweep: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        sweep()


def test_a_trial_is_one_run_of_the_base() -> None:
    own = made({"train.rate": LogFloat(1e-4, 1e-1), "encoder": Choice(Cnn())})
    config = own.config({"train.rate": 0.02, "encoder": label(Cnn())})
    assert config.train.rate == 0.02 and config.encoder == Cnn() and config.embedding == BASE.embedding
    assert config.seeds == (3,) and config.only_folds == (0,)
    assert config.rivals == {} and not config.baselines and config.quality.every == 0


def test_types_are_switched_as_on_the_command_line() -> None:
    own = made({"embedding.type": Choice("hashed"), "embedding.buckets": Int(10, 20)})
    assert own.config({"embedding.type": "hashed", "embedding.buckets": 12}).embedding == embedlab.Hashed(
        90, 4, buckets=12
    )


def test_the_metric_is_one_of_validation() -> None:
    assert (small().metric, small().less) == ("accuracy", False)
    assert (small(metric="log_loss").less, small(metric="ece").less) == (True, True)
    assert small(metric="loss", direction="maximise").less is False
    with pytest.raises(Mistake, match=re.escape("expected a metric of the validation rows: accuracy")):
        small(metric="acuracy")
    with pytest.raises(Mistake, match="did you mean accuracy"):
        small(metric="acuracy")


def test_pretraining_is_judged_by_similarities(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.txt"
    pairs.write_text("cat dog 8\nsun moon 7\ncar tree 1\n", "utf-8")
    from experiments.pretraining.looks import Looks

    base = Pretraining(embedlab.Dense(90, 4), quality=Looks((str(pairs),)))
    own = made({"method.window": Int(1, 5)}, base)
    assert own.program.name == "pretrain" and own.metric == "pairs" and not own.less
    assert own.config({"method.window": 2}).method.window == 2
    with pytest.raises(Mistake, match="quality\\.times=0"):
        made({"method.window": Int(1, 5)}, Pretraining(embedlab.Dense(90, 4), quality=Looks(times=0)))


def test_files(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    with pytest.raises(
        Mistake, match=re.escape("Give the path of a Python file that has a function sweep()")
    ):
        plan.load(str(file))
    file.write_text("def config():\n    return 1\n", "utf-8")
    with pytest.raises(Mistake, match=re.escape("it has no function sweep()")):
        plan.load(str(file))
    (tmp_path / "base.py").write_text("def config():\n    return 'no config'\n", "utf-8")
    file.write_text(
        "from experiments.sweeps import *\ndef sweep():\n"
        f"    return Sweep({str(tmp_path / 'base.py')!r}, {{'train.rate': Choice(0.1)}}, Grid())\n",
        "utf-8",
    )
    with pytest.raises(Mistake, match="base: got str, expected a config of"):
        plan.load(str(file))
