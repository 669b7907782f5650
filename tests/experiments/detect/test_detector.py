"""What a detector expects of a column: how rare it is at first, the others' part, and scores of rows."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import embedlab
from experiments.detect.config import Detect, Form
from experiments.detect.expected import expected, held, words_of
from experiments.detect.model import Detector, with_expected
from experiments.detect.scores import Scorer, found
from experiments.study.tabular.frame import Categories, Frame
from experiments.study.tabular.wording import Wording
from experiments.study.tabular.words import Words, vocabulary_of

FRAME = Frame(
    {"user": Categories.of(["a", "a", "b", "c", "a"]), "host": Categories.of(["x", "y", "x", "x", "z"])},
    {"size": np.array([1.0, 2.0, 3.0, np.nan, 9.0])},
)
TRAIN = np.arange(4)
SPEC = embedlab.Dense(40, 3)


def made(form):
    words = Words.of(FRAME, TRAIN, Wording(min_count=1, bins=2))
    vocabulary = vocabulary_of(SPEC, words.counts(FRAME, TRAIN, 1))
    columns = words_of(words, FRAME, TRAIN, 1, 100)
    holds = held(words, columns, FRAME)
    learnt = holds.take(TRAIN)
    detector = Detector(SPEC, form, 2, 1, sum(map(len, columns.values())))
    buffers = with_expected({}, expected(columns, learnt, SPEC, vocabulary))
    return detector, buffers, words.read(FRAME, SPEC, vocabulary), holds, columns


def without_outer(parameters):
    own = parameters["form"]
    return {**parameters, "form": {**own, "outer": jnp.zeros_like(own["outer"])}}


def test_at_first_a_column_surprises_by_how_rare_its_value_is():
    detector, buffers, read, holds, columns = made(Form(hidden=4))
    assert columns["user"] == ("user=a", "user=b", "user=c", "user=?")
    assert columns["size"] == ("size=1", "size=2", "size=3", "size=")
    parameters = without_outer(detector.init(jax.random.key(0), buffers))
    surprises, _ = found(detector, parameters, buffers, read, holds, 2)
    # a twice, b and c once, ? as half a row, of four and a half.
    np.testing.assert_allclose(surprises[:4, 0], -np.log(np.array([2, 2, 1, 1]) / 4.5), rtol=1e-5)
    np.testing.assert_allclose(surprises[4, 1], -np.log(0.5 / 4.5), rtol=1e-5)
    np.testing.assert_allclose(surprises[[0, 3], 2], np.log(4), rtol=1e-5)
    # As at the knot 3, and off it by six times as far as the next knot is.
    np.testing.assert_allclose(surprises[4, 2], np.log(4) + np.log(7), rtol=1e-5)


def test_numbers_that_lie_thinly_surprise_more():
    frame = Frame({}, {"x": np.array([0.0, 1, 2, 3, 103, 53, np.nan])})
    words = Words.of(frame, np.arange(5), Wording(bins=4))
    holds = held(words, words_of(words, frame, np.arange(5), 1, 10), frame)
    thick, edge = np.log(1), np.log(50.5)
    np.testing.assert_allclose(holds.sparse[:3, 0], thick, atol=1e-6)
    np.testing.assert_allclose(holds.sparse[3, 0], edge, rtol=1e-5)
    np.testing.assert_allclose(holds.sparse[5, 0], (edge + np.log(100)) / 2, rtol=1e-5)
    assert holds.sparse[6, 0] == 0


@pytest.mark.parametrize("others", [True, False])
def test_what_is_expected_of_a_column_comes_from_the_others(others):
    detector, buffers, _, _, _ = made(Form(hidden=4, others=others))
    parameters = detector.init(jax.random.key(0), buffers)
    vectors = jax.random.normal(jax.random.key(1), (1, 3, 3))
    jacobian = jax.jacobian(lambda x: detector.known(parameters, x)[0])(vectors)[
        0, :, :, 0
    ]  # [of, hidden, by, dim]
    own = [float(np.abs(jacobian[c, :, c]).max()) for c in range(3)]
    across = float(np.abs(jacobian[0, :, 1]).max())
    assert across > 0 and (max(own) == 0) == others


def test_training_lowers_the_surprise_of_what_goes_together():
    pairs = Frame({"a": Categories.of(["p", "q"] * 50), "b": Categories.of(["r", "s"] * 50)}, {})
    words = Words.of(pairs, np.arange(100), Wording())
    vocabulary = vocabulary_of(SPEC, words.counts(pairs, np.arange(100), 2))
    columns = words_of(words, pairs, np.arange(100), 2, 10)
    holds = held(words, columns, pairs)
    detector = Detector(SPEC, Form(hidden=4, corrupted=0.0), 2, 0, sum(map(len, columns.values())))
    buffers = with_expected({}, expected(columns, holds, SPEC, vocabulary))
    batch = {
        "rows": words.read(pairs, SPEC, vocabulary).arrays,
        "places": holds.places,
        "weights": holds.weights,
    }
    from experiments.config import Train

    parameters = detector.init(jax.random.key(0), buffers)
    step = jax.jit(jax.value_and_grad(lambda p: detector.loss(p, buffers, batch, jax.random.key(0), Train())))
    first = None
    for _ in range(200):
        value, change = step(parameters)
        first = value if first is None else first
        parameters = jax.tree.map(lambda p, d: p - 0.5 * d, parameters, change)
    assert first > 0.6 and step(parameters)[0] < 0.1


def test_scores():
    settings = Detect(SPEC, form=Form(hidden=2), score="neighbours", neighbours=2)
    hidden = np.float32([[0, 0], [0, 1], [3, 0], [0, 5]])
    scorer = Scorer.of(settings, hidden)
    np.testing.assert_allclose(scorer.scores(np.zeros((1, 3), np.float32), np.float32([[0, 0]])), [1])
    rng = np.random.default_rng(0)
    cloud = rng.normal(size=(5000, 2)).astype(np.float32) * [1, 10]
    gaussian = Scorer.of(Detect(SPEC, form=Form(hidden=2), score="gaussian"), cloud.astype(np.float32))
    far = gaussian.scores(np.zeros((2, 3), np.float32), np.float32([[3, 0], [0, 30]]))
    np.testing.assert_allclose(far, [3, 3], rtol=0.1)
    again = Scorer.restored(gaussian.settings, gaussian.kept())
    np.testing.assert_array_equal(
        again.scores(np.zeros((1, 3)), np.float32([[1, 1]])),
        gaussian.scores(np.zeros((1, 3)), np.float32([[1, 1]])),
    )


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"score": "loud"}, "score='loud'"),
        ({"learns": "all"}, "learns='all'"),
        ({"words": Wording(crosses=("all",))}, "words.crosses=.*leave them out"),
        ({"neighbours": 0}, "neighbours=0"),
    ],
)
def test_settings_that_there_are_not(settings, message):
    with pytest.raises(ValueError, match=message):
        Detect(SPEC, **settings)
