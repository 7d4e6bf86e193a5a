"""Lesson 1 promises the same result twice. Its own cells keep the promise, or fail here."""

import nbformat
import numpy as np
import pytest

from helpers.course import NOTEBOOKS

SEED_LINE = "keras.utils.set_random_seed(SEED)"


@pytest.fixture(scope="module")
def train():
    """Return a function that trains the model of lesson 1 a little, and returns its weights."""
    keras = pytest.importorskip("tensorflow").keras
    cells = {cell.id: cell.source for cell in nbformat.read(NOTEBOOKS[0], as_version=4).cells}
    images = np.random.default_rng(0).random((96, 28, 28), dtype="float32")
    labels = np.arange(96) % 10

    def train(change=str):
        names = {"keras": keras, "SEED": 42}
        for key in ("build-model", "compile-model"):
            exec(change(cells[key]), names)
        model = names["build_model"]()
        names["compile_model"](model)
        model.fit(images, labels, batch_size=32, verbose=0)
        return np.concatenate([weights.ravel() for weights in model.get_weights()])

    return train


def test_two_trainings_give_the_same_weights(train):
    first = train()
    np.testing.assert_array_equal(train(), first)
    # Not because these weights would always be the same:
    assert (train(lambda source: source.replace(SEED_LINE, "pass")) != first).any()
