"""What judges alone do: binary scores, ratings, ranks and lists, against scikit-learn and brute force."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from experiments.tasks import Auc, AveragePrecision, Judge, Ranks, Rmse, TopK, folds
from experiments.tasks.binary import cheapest
from experiments.tasks.ranks import ranked

RNG = np.random.default_rng(0)
ROWS = 200
KINDS = (RNG.random(ROWS) < 0.2).astype(np.int32)
SCORES = np.clip(RNG.normal(0.3 + 0.3 * KINDS, 0.2), 0, 1).astype(np.float32)[:, None]
LISTS = np.stack([RNG.permutation(50)[:20] for _ in range(ROWS)]).astype(np.float32)
TAKEN = np.stack(
    [np.where(np.arange(15) < RNG.integers(1, 16), RNG.permutation(50)[:15], -1) for _ in range(ROWS)]
)
RATINGS = RNG.integers(1, 6, ROWS).astype(np.float64)
GUESSES = (RATINGS + RNG.normal(size=ROWS)).astype(np.float32)[:, None]
RANKS = RNG.integers(1, 300, ROWS).astype(np.float32)[:, None] / 2 + 0.5

CASES = [
    pytest.param(Auc(), SCORES, KINDS, id="auc"),
    pytest.param(AveragePrecision(missed=5), SCORES, KINDS, id="average precision"),
    pytest.param(Auc(probabilities=False), 7 * SCORES - 2, KINDS, id="scores"),
    pytest.param(
        Auc(probabilities=False, decides=True), np.hstack([SCORES, SCORES > 0.4]), KINDS, id="decisions"
    ),
    pytest.param(Rmse(), GUESSES, RATINGS, id="rmse"),
    pytest.param(Rmse(low=1, high=5), GUESSES, RATINGS, id="rmse on a scale"),
    pytest.param(Ranks(), RANKS, np.zeros(ROWS), id="ranks"),
    pytest.param(TopK(), LISTS, TAKEN, id="lists"),
]


@pytest.mark.parametrize(("judge", "predicted", "targets"), CASES)
def test_the_contract(judge: Judge, predicted: np.ndarray, targets: np.ndarray) -> None:
    metrics, scores = judge.metrics(predicted, targets), judge.scores(predicted, targets)
    assert all(type(value) is float and math.isfinite(value) for value in metrics.values())
    assert {judge.headline.key, *(each.key for each in judge.columns)} <= set(metrics)
    assert scores.shape == (ROWS,) and scores.dtype == np.float64
    assert judge.headline.metric(scores.mean()) == pytest.approx(metrics[judge.headline.key], abs=1e-9)
    assert judge.headline.least <= scores.mean() <= judge.headline.most
    assert all(isinstance(each.show(metrics[each.key]), str) for each in judge.columns)
    judge.require_told(targets, "of the test side")
    names = [f"film {item}" for item in range(50)] if isinstance(judge, TopK) else []
    answers = judge.answers(predicted, names)
    assert len(answers) == ROWS and all(isinstance(part, str) for part in judge.fields(answers[0]))
    assert judge.counted(0) and judge.by_name(predicted, targets, names) == {}
    assert dataclasses.is_dataclass(judge) and hash(judge) == hash(dataclasses.replace(judge))


# --- binary scores -------------------------------------------------------------------------------------


def test_binary_metrics_are_those_of_scikit_learn() -> None:
    from sklearn import metrics as sk

    judge = Auc(missed=3.0)
    found, p = judge.metrics(SCORES, KINDS), SCORES[:, 0].astype(np.float64)
    called = p >= 0.25
    assert judge.threshold == 0.25
    assert found["auc"] == pytest.approx(sk.roc_auc_score(KINDS, p))
    assert found["average_precision"] == pytest.approx(sk.average_precision_score(KINDS, p))
    assert found["log_loss"] == pytest.approx(sk.log_loss(KINDS, np.clip(p, 1e-15, 1 - 1e-15)), rel=1e-6)
    for name, score in {
        "precision": sk.precision_score,
        "recall": sk.recall_score,
        "f1": sk.f1_score,
    }.items():
        assert found[name] == pytest.approx(score(KINDS, called))
    (_, false), (missed, _) = sk.confusion_matrix(KINDS, called)
    assert found["cost"] == pytest.approx((false + 3 * missed) / ROWS)
    assert found["positives"] == KINDS.mean()


def test_there_is_no_precision_where_nothing_is_called_positive() -> None:
    found = Auc().metrics(np.full((ROWS, 1), 0.1), KINDS)
    assert "precision" not in found and (found["recall"], found["f1"]) == (0.0, 0.0)


def test_a_second_column_decides() -> None:
    judge = AveragePrecision(probabilities=False, decides=True)
    found = judge.metrics(np.hstack([100 * SCORES, KINDS[:, None]]), KINDS)
    assert (found["precision"], found["recall"], found["cost"]) == (1.0, 1.0, 0.0)
    assert "log_loss" not in found and "ece" not in {each.key for each in judge.columns}


def test_the_headline_of_one_stands_beside_the_other() -> None:
    assert Auc().columns[0].key == "average_precision" and AveragePrecision().columns[0].key == "auc"
    assert [each.key for each in Auc(probabilities=False).columns] == ["average_precision"]


@pytest.mark.parametrize("value", [0, -1, math.inf, math.nan, "much", True])
def test_a_cost_is_a_number_above_zero(value: object) -> None:
    with pytest.raises(ValueError, match="missed="):
        Auc(missed=value)  # type: ignore[arg-type]


def test_one_class_has_no_area() -> None:
    with pytest.raises(
        ValueError, match=r"all 3 rows of the test side are of one class \(positive\), of which no AUC"
    ):
        Auc().require_told(np.ones(3, int), "of the test side")


@pytest.mark.parametrize(("missed", "false_alarm"), [(1, 1), (20, 1), (0.1, 1), (1e-9, 1)])
def test_the_cheapest_threshold_is_so(missed: float, false_alarm: float) -> None:
    scores = np.round(SCORES[:, 0].astype(np.float64), 1)  # with ties

    def cost(threshold: float) -> float:
        called = scores >= threshold
        return float(missed * (KINDS[~called] > 0).sum() + false_alarm * (KINDS[called] == 0).sum())

    found = cheapest(scores, KINDS, missed=missed, false_alarm=false_alarm)
    assert cost(found) == min(cost(each) for each in (*np.unique(scores), math.inf))


# --- ratings -------------------------------------------------------------------------------------------


def test_ratings_are_clipped_to_the_scale() -> None:
    from sklearn.metrics import mean_absolute_error, root_mean_squared_error

    values = np.clip(GUESSES[:, 0].astype(np.float64), 1, 5)
    found = Rmse(low=1, high=5).metrics(GUESSES, RATINGS)
    assert found["rmse"] == pytest.approx(root_mean_squared_error(RATINGS, values))
    assert found["mae"] == pytest.approx(mean_absolute_error(RATINGS, values))
    assert Rmse().metrics(GUESSES, RATINGS)["rmse"] > found["rmse"]


def test_a_rating_has_the_derivative_by_its_weight() -> None:
    scores, squares, small = Rmse().scores(GUESSES, RATINGS), np.square(GUESSES[:, 0] - RATINGS), 1e-5
    for row in range(0, ROWS, 20):
        ends = []
        for change in (small, -small):
            weights = np.ones(ROWS)
            weights[row] += change
            ends.append(np.sqrt(np.average(squares, weights=weights)))
        expected = scores.mean() - ROWS * (ends[0] - ends[1]) / (2 * small)
        assert scores[row] == pytest.approx(expected, abs=1e-6)


def test_ratings_without_an_error_have_a_score() -> None:
    assert Rmse().scores(np.ones((3, 1)), np.ones(3)).tolist() == [0, 0, 0]


def test_a_scale_has_two_ends() -> None:
    with pytest.raises(ValueError, match="high="):
        Rmse(low=5, high=1)
    with pytest.raises(ValueError, match="low="):
        Rmse(low=math.nan)


# --- ranks ---------------------------------------------------------------------------------------------


def test_ranks_are_those_of_counting() -> None:
    rng = np.random.default_rng(1)
    scores = rng.integers(0, 6, (40, 25)).astype(np.float32)  # with ties
    answers, known = rng.integers(0, 25, 40), rng.random((40, 25)) < 0.3
    found = ranked(scores, answers, known)
    for query in range(40):
        answer = answers[query]
        left = [c for c in range(25) if c == answer or not known[query, c]]
        # The mean of the places that it has where ties are put in any order.
        best = 1 + sum(scores[query, c] > scores[query, answer] for c in left)
        worst = sum(scores[query, c] >= scores[query, answer] for c in left)
        assert found[query] == (best + worst) / 2
    assert (ranked(scores, answers) >= found).all()


def test_a_model_that_scores_all_alike_or_by_no_number_is_in_the_middle() -> None:
    for value in (0.0, math.nan, math.inf):
        assert ranked(np.full((2, 101), value), np.array([0, 100])).tolist() == [51, 51]


def test_a_rank_is_counted_from_one() -> None:
    with pytest.raises(ValueError, match="counted from 1"):
        Ranks().metrics(np.zeros((2, 1)), np.zeros(2))


def test_ranks_have_their_metrics() -> None:
    found = Ranks().metrics(RANKS, np.zeros(ROWS))
    values = RANKS[:, 0].astype(float).tolist()
    assert found["mrr"] == pytest.approx(sum(1 / rank for rank in values) / ROWS)
    assert found["hits_10"] == pytest.approx(sum(rank <= 10 for rank in values) / ROWS)
    assert found["mean_rank"] == pytest.approx(sum(values) / ROWS)


# --- lists ---------------------------------------------------------------------------------------------


def test_lists_are_judged_as_by_hand() -> None:
    found = TopK().metrics(LISTS, TAKEN)
    expected: dict[str, list[float]] = {name: [] for name in found}
    for items, targets in zip(LISTS.astype(int).tolist(), TAKEN.tolist(), strict=True):
        taken = {item for item in targets if item >= 0}
        hits = [item in taken for item in items]
        best = sum(1 / math.log2(r + 2) for r in range(min(10, len(taken))))
        expected["ndcg_10"].append(sum(1 / math.log2(r + 2) for r in range(10) if hits[r]) / best)
        expected["recall_10"].append(sum(hits[:10]) / len(taken))
        expected["recall_20"].append(sum(hits) / len(taken))
        expected["hit_10"].append(float(any(hits[:10])))
        expected["mrr"].append(1 / (1 + hits.index(True)) if any(hits) else 0.0)
        precisions = [sum(hits[: r + 1]) / (r + 1) for r in range(10) if hits[r]]
        expected["map_10"].append(sum(precisions) / min(10, len(taken)))
    for name in ("ndcg_10", "recall_10", "recall_20", "hit_10", "mrr", "map_10"):
        assert found[name] == pytest.approx(float(np.mean(expected[name]))), name
    assert found["items"] == len({item for row in LISTS[:, :10].tolist() for item in row})


def test_ndcg_is_that_of_scikit_learn() -> None:
    from sklearn.metrics import ndcg_score

    relevant, scores = np.zeros((ROWS, 51)), np.zeros((ROWS, 51))
    for row in range(ROWS):
        relevant[row, TAKEN[row][TAKEN[row] >= 0]] = 1
        scores[row, LISTS[row].astype(int)] = np.arange(20, 0, -1)
    expected = [ndcg_score(relevant[[row]], scores[[row]], k=10) for row in range(ROWS)]
    assert TopK().scores(LISTS, TAKEN) == pytest.approx(np.array(expected))


def test_the_best_list_has_one_and_the_best_of_few_as_well() -> None:
    taken = np.array([[3, 1, -1], [2, -1, -1]])
    assert TopK().scores(np.array([[1, 3, 0, 2], [2, 1, -1, -1]]), taken).tolist() == [1, 1]
    assert TopK().scores(np.array([[-1, -1], [-1, -1]]), taken).tolist() == [0, 0]


def test_many_rows_are_judged_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = TopK().scores(LISTS, TAKEN)
    monkeypatch.setattr("experiments.tasks.top._AT_ONCE", 700)
    assert (TopK().scores(LISTS, TAKEN) == whole).all()


def test_bad_lists_are_refused() -> None:
    with pytest.raises(ValueError, match="1 lists hold an item twice"):
        TopK().scores(np.array([[1, 1], [-1, -1]]), np.array([[1], [2]]))
    with pytest.raises(ValueError, match="1 rows took no item"):
        TopK().scores(np.array([[1, 2]]), np.array([[-1]]))
    with pytest.raises(ValueError, match="1 of 2 rows of the test side took no item"):
        TopK().require_told(np.array([[-1], [1]]), "of the test side")


# --- folds ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("judge", [Auc(), AveragePrecision()])
def test_folds_of_two_models_have_no_common_order(judge: Auc | AveragePrecision) -> None:
    predicted, targets = np.split(SCORES, [80]), np.split(KINDS, [80])
    metrics, scores = (of(judge, predicted, targets) for of in (folds.metrics, folds.scores))
    shifted = [predicted[0] / 10, predicted[1] / 10 + 0.9]  # another model's scores may lie elsewhere
    key = judge.headline.key
    own = [judge.metrics(each, known)[key] for each, known in zip(predicted, targets, strict=True)]
    assert metrics[key] == pytest.approx(np.average(own, weights=[80, 120])) == pytest.approx(scores.mean())
    assert folds.metrics(judge, shifted, targets)[key] == pytest.approx(metrics[key], abs=1e-6)
    at_once = judge.metrics(np.concatenate(shifted), KINDS)[key]
    assert at_once < metrics[key] - 0.05


@pytest.mark.parametrize("judge", [Auc(missed=3.0), AveragePrecision(probabilities=False, decides=True)])
def test_decisions_of_folds_are_counted_together(judge: Auc | AveragePrecision) -> None:
    from sklearn import metrics as sk

    decided = np.hstack([SCORES, SCORES >= 0.25])[:, : 2 if judge.decides else 1]
    found = folds.metrics(judge, np.split(decided, [20]), np.split(KINDS, [20]))
    for name, score in (("precision", sk.precision_score), ("recall", sk.recall_score), ("f1", sk.f1_score)):
        assert found[name] == pytest.approx(score(KINDS, SCORES[:, 0] >= 0.25))
    assert found["cost"] == judge.metrics(decided, KINDS)["cost"]


def test_folds_of_lists_and_of_errors_are_judged_at_once() -> None:
    lists, taken = np.split(LISTS, [80]), [TAKEN[:80], TAKEN[80:, :12]]
    metrics, scores = (of(TopK(), lists, taken) for of in (folds.metrics, folds.scores))
    expected = TopK().scores(
        LISTS, np.where(np.arange(15) < np.r_[[15] * 80, [12] * 120][:, None], TAKEN, -1)
    )
    assert (scores == expected).all() and metrics["ndcg_10"] == scores.mean()
    found = folds.metrics(Rmse(), np.split(GUESSES, [50]), np.split(RATINGS, [50]))
    assert found == Rmse().metrics(GUESSES, RATINGS)
