"""The book of a study: one final record for each configuration, whatever dies on the way."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest

from experiments.errors import Mistake
from experiments.sweeps import Asha, Choice, Grid, Tpe, store
from experiments.sweeps import ledger as ledgers
from experiments.sweeps.ledger import Claim, Ledger
from experiments.sweeps.plan import Plan
from experiments.sweeps.store import Store
from tests.experiments.sweeps.conftest import small


def opened(folder: Path, plan: Plan | None = None, name: str = "here") -> Ledger:
    return Ledger(Store(folder / "study.db"), plan or small(), name)


def claimed(ledger: Ledger) -> Claim:
    claim = ledger.claim()
    assert claim is not None
    return claim


def states(ledger: Ledger) -> list[str]:
    return [record.state for record in ledger.records()]


def test_each_configuration_once(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    claims = [claimed(ledger) for _ in range(6)]
    assert [claim.number for claim in claims] == list(range(6)) and ledger.claim() is None
    assert len({tuple(claim.params.values()) for claim in claims}) == 6
    ledger.report(claims[0], 5, 0.25)
    ledger.complete(claims[0], 0.5)
    ledger.report(claims[1], 5, 0.1)
    ledger.prune(claims[1])
    ledger.fail(claims[2], "a reason")
    ledger.complete(claims[3], float("nan"))
    assert states(ledger) == ["complete", "pruned", "failed", "failed", "running", "running"]
    found = ledger.records()
    assert (found[0].value, found[0].step, found[1].value) == (0.5, 5, 0.1)
    assert (found[2].reason, found[3].reason) == ("a reason", "accuracy is nan")
    assert all(record.attempts == 1 and record.superseded == () for record in found)


def test_what_a_dead_driver_had_is_done_again_with_the_same_values(tmp_path: Path) -> None:
    first = opened(tmp_path)
    done, lost, also = claimed(first), claimed(first), claimed(first)
    first.complete(done, 0.5)
    second = opened(tmp_path)  # the first is gone without a word
    assert states(second) == ["complete", "waiting", "waiting"]
    again = [claimed(second), claimed(second)]
    assert [(c.number, c.params) for c in again] == [(c.number, c.params) for c in (lost, also)]
    assert claimed(second).number == 3
    for claim in again:
        second.complete(claim, 0.25)
    assert states(second) == ["complete"] * 3 + ["running"]
    assert [record.attempts for record in second.records()] == [1, 2, 2, 1]
    assert [one["attempt"] for one in second.records()[1].superseded] == [1]


def test_another_folder_leaves_what_is_alive_alone(tmp_path: Path) -> None:
    one, two = opened(tmp_path, name="one"), opened(tmp_path, name="two")
    numbers = [claimed(ledger).number for ledger in (one, two, one, two, one, two)]
    assert numbers == list(range(6)) and one.claim() is None and two.claim() is None
    assert states(one) == ["running"] * 6


def test_another_folder_takes_over_what_gives_no_sign_of_life(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "BEAT", 1)
    monkeypatch.setattr(store, "GRACE", 1)
    one, two = opened(tmp_path, name="one"), opened(tmp_path, name="two")
    lost = claimed(one)
    time.sleep(2.5)
    again = claimed(two)
    assert (again.number, again.params) == (lost.number, lost.params)
    # The one that slept wakes up: its word counts no more.
    assert one.report(lost, 5, 0.9)
    one.complete(lost, 0.9)
    assert states(two) == ["running"]
    two.complete(again, 0.5)
    assert two.records()[0].value == 0.5 and one.records()[0].value == 0.5


def test_a_driver_that_slept_goes_on_with_what_it_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (store, ledgers):
        monkeypatch.setattr(module, "BEAT", 1)
    monkeypatch.setattr(store, "GRACE", 1)
    one, two = opened(tmp_path, name="one"), opened(tmp_path, name="two")
    first = claimed(one)
    time.sleep(2.5)
    second = claimed(one)
    assert (second.number, states(two)) == (1, ["running"] * 2)
    time.sleep(2.5)
    assert claimed(two).number == first.number  # both are lost
    assert one.claim() is None  # the next is the second, at which a worker of its own still is
    assert one.report(second, 5, 0.5)
    one.prune(second)
    assert claimed(one).number == second.number


def test_a_claim_that_was_cut_in_the_middle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = opened(tmp_path, name="one")

    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(first._storage, "record_heartbeat", die)
    with pytest.raises(KeyboardInterrupt):
        first.claim()
    with pytest.raises(KeyboardInterrupt):  # what is left of it is superseded, and cut in the middle again
        first.claim()
    second = opened(tmp_path, name="two")
    claim = claimed(second)
    assert claim.number == 0 and claim.params.keys() == {"train.rate", "train.batch"}
    second.complete(claim, 0.5)
    (record,) = second.records()
    assert (record.state, record.attempts) == ("complete", 3)


def test_a_configuration_that_ends_its_workers_fails(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    for _ in range(5):
        claim = claimed(ledger)
        assert claim.number == 0
        ledger.give_back(claim, "SIGKILL")
    (record,) = ledger.records()
    assert (record.state, record.attempts) == ("failed", 5) and "5 times, at last by SIGKILL" in record.reason
    assert claimed(ledger).number == 1


def test_a_stop_counts_for_nothing(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    for _ in range(5):
        ledger.give_back(claimed(ledger))
    assert [(r.number, r.state, r.attempts) for r in ledger.records()] == [(0, "waiting", 5)]


def test_only_more_trials_may_come_in(tmp_path: Path) -> None:
    opened(tmp_path, small(trials=2))
    assert len([claimed(opened(tmp_path, small(trials=4), name=str(i))) for i in range(4)]) == 4
    for other, told in (
        (small(trials=3), "trials: 4 → 3"),
        (small(trials=4, seed=1), "seed: 0 → 1"),
        (small(trials=4, sampler=Tpe()), 'sampler.kind: "Random" → "Tpe"'),
        (small(trials=4, metric="loss"), 'metric: "accuracy" → "loss"'),
        (small(trials=4, space={"train.rate": Choice(0.1)}), "space.train.rate"),
    ):
        with pytest.raises(Mistake, match=re.escape(told)):
            opened(tmp_path, other)


def test_a_grid_has_each_cell_once_whoever_runs_it(tmp_path: Path) -> None:
    space = {"train.rate": Choice(0.1, 0.2, 0.3), "train.optimizer": Choice("adam", "sgd")}
    own = small(space=space, sampler=Grid(), trials=None)
    one, two = opened(tmp_path, own, "one"), opened(tmp_path, own, "two")
    one.give_back(claimed(one))
    claims = [claimed(ledger) for ledger in (one, two) * 3]
    assert one.claim() is None and two.claim() is None
    assert {tuple(claim.params.values()) for claim in claims} == {
        (rate, name) for rate in (0.1, 0.2, 0.3) for name in ("adam", "sgd")
    }


@pytest.mark.parametrize("sampler", [Tpe(startup=2), None])
def test_what_is_drawn_follows_from_the_seed(tmp_path: Path, sampler: Any) -> None:
    def drawn(folder: str, stops: bool, seed: int = 0) -> list[dict[str, Any]]:
        (tmp_path / folder).mkdir()
        own = small(seed=seed, **({"sampler": sampler} if sampler else {}))
        ledger, found = opened(tmp_path / folder, own), []
        for _ in range(6):
            ledger = opened(tmp_path / folder, own) if stops else ledger
            claim = claimed(ledger)
            ledger.complete(claim, claim.params["train.rate"])
            found.append(claim.params)
        return found

    whole = drawn("whole", stops=False)
    assert drawn("stopped", stops=True) == whole != drawn("other", stops=False, seed=1)
    assert len({tuple(params.values()) for params in whole}) == 6


def test_pruning_is_by_what_was_reported(tmp_path: Path) -> None:
    ledger = opened(tmp_path, small(pruner=Asha(least=5, factor=2)))
    good, bad = claimed(ledger), claimed(ledger)
    assert not ledger.report(good, 2, 0.1)  # too early to tell
    assert not ledger.report(good, 5, 0.9)
    assert ledger.report(bad, 5, 0.1)


def test_a_configuration_competes_once(tmp_path: Path) -> None:
    ledger = opened(tmp_path, small(pruner=Asha(least=5, factor=2)))
    weak = claimed(ledger)
    assert not ledger.report(weak, 5, 0.1)
    ledger.give_back(weak)  # whose attempt had been judged at the step
    weak = claimed(ledger)
    assert weak.number == 0 and not ledger.report(weak, 5, 0.1)
    assert not ledger.report(claimed(ledger), 5, 0.9)
    assert ledger.report(claimed(ledger), 5, 0.5)  # the second of three, and not of four


def test_a_folder_goes_on_with_its_own_study_alone(tmp_path: Path) -> None:
    key = opened(tmp_path).key
    assert Ledger(Store(tmp_path / "study.db"), small(), "here", key).key == key
    (tmp_path / "study.db").unlink()
    with pytest.raises(Mistake, match="the study small that this folder's trials belong to is not there"):
        Ledger(Store(tmp_path / "study.db"), small(), "here", key)
    assert opened(tmp_path).key != key


def test_a_path_of_any_letters(tmp_path: Path) -> None:
    folder = tmp_path / "what?x=1#%20 é"
    folder.mkdir()
    opened(folder)
    assert {path.name for path in folder.iterdir()} == {"study.db", "study.db.lock"}
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql//me:secret@host/db", "--storage postgresql//me:***@host/db: expected postgresql://"),
        ("postgresql://me:secret@host:port/db", "--storage postgresql://me:***@host:port/db: expected"),
        ("postgresql://me:sec@ret@host/db", "a @ in a name or a password is written %40"),
        ("sqlite:///:memory:", "or no --storage for SQLite in --workdir"),
        ("sqlite://", "or no --storage for SQLite in --workdir"),
    ],
)
def test_what_is_no_storage(url: str, told: str) -> None:
    with pytest.raises(Mistake, match=re.escape(told)) as caught:
        Store(url)
    assert "sec" not in str(caught.value)


def test_an_url_of_another_database(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=re.escape("expected postgresql://USER@HOST/DATABASE")):
        Store("mysql://someone:secret@host/name")
    with pytest.raises(Mistake, match=re.escape("expected postgresql://USER@HOST/DATABASE")):
        Store("nowhere")
    for url in ("postgresql://someone:secret@host/name", "postgresql://someone@host/name?password=secret"):
        assert "secret" not in Store(url).told
    with pytest.raises(Mistake, match="it can't be opened"):
        Store("postgresql://someone:secret@127.0.0.1:1/name").open()
