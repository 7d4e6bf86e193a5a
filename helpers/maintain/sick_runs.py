"""Train the five models whose logs are exercise 1 of lesson 4, and write these logs.

For maintainers; lesson 4 only reads the file. Each run shows one cause clearly::

    python3 -m helpers.maintain.sick_runs

It takes about half a minute. Another machine makes other digits, so look at the logs in the
lesson afterwards, and run ``tests/test_sick_runs.py``.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from helpers import exercises, quiet_start
from helpers.datasets import mnist

LOGS = Path(exercises.__file__).with_name("sick_runs.json")
SEED = 42
MEASURED = ("loss", "accuracy", "val_loss", "val_accuracy")


def plan(labels):
    """Return what is done in each run.

    Parameters
    ----------
    labels : numpy.ndarray of int, shape (N,)
        The labels of the training set, at least 5,000.

    Returns
    -------
    list of dict
        ``cause``, the name that is the answer; ``rows``, the positions of the images in the
        training set, in the order in which they are used; ``optimizer`` and ``learning_rate``;
        ``epochs``; and ``shown``, the epochs whose values are kept.

    Examples
    --------
    >>> [len(run["rows"]) for run in plan(np.arange(5_000) % 10)]
    [5000, 5000, 5000, 1000, 5000]
    """
    first, few = np.arange(5_000), np.arange(1_000)
    copies = np.random.default_rng(SEED).permutation(np.repeat(few, 5))
    runs = (
        ("stopped too early", first, "SGD", 0.003, 3, (1, 2, 3)),
        ("leak", copies, "Adam", 0.001, 6, (1, 2, 3, 4, 5, 6)),
        ("learning rate too high", first, "Adam", 0.3, 6, (1, 2, 3, 4, 5, 6)),
        ("overfitting", few, "Adam", 0.001, 40, (1, 2, 5, 10, 20, 40)),
        ("sorted split", np.argsort(labels[first], kind="stable"), "Adam", 0.001, 5, range(1, 6)),
    )
    names = ("cause", "rows", "optimizer", "learning_rate", "epochs", "shown")
    return [dict(zip(names, run, strict=True)) for run in runs]


def train(run, training_set, test_set):
    """Train one model, and return its log.

    Parameters
    ----------
    run : dict
        One of ``plan``.
    training_set, test_set : tuple of two numpy.ndarray
        Images of shape (N, 28, 28), uint8, and labels of shape (N,).

    Returns
    -------
    dict
        The cause, what the learner knows, the epochs, four lists of values, and the accuracy on
        the test set.
    """
    with quiet_start():
        from tensorflow import keras

    keras.utils.set_random_seed(SEED)
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Flatten(),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    optimizer = getattr(keras.optimizers, run["optimizer"])(learning_rate=run["learning_rate"])
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    images, labels = (array[run["rows"]] for array in training_set)
    settings = {"epochs": run["epochs"], "validation_split": 0.1, "verbose": 0}
    history = model.fit(images, labels, **settings).history
    values = {
        name: [round(history[name][epoch - 1], 3) for epoch in run["shown"]] for name in MEASURED
    }
    test_accuracy = model.evaluate(*test_set, verbose=0)[1]
    return {
        "cause": run["cause"],
        "images": len(images),
        "optimizer": run["optimizer"],
        "epochs": list(run["shown"]),
        **values,
        "test_accuracy": round(test_accuracy, 3),
    }


def make_logs():
    """Train all models, and return their logs in the order of the lesson.

    Returns
    -------
    list of dict
        As ``train`` makes them.
    """
    training_set, test_set = mnist.load_data()
    return [train(run, training_set, test_set) for run in plan(training_set[1])]


def main():
    """Write the logs, and print where."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", default=LOGS, type=Path, help="file to write to")
    output = parser.parse_args().output
    output.write_text(json.dumps(make_logs(), indent=1) + "\n", encoding="utf-8")
    print(output)


if __name__ == "__main__":
    main()
