"""Each of the five logs in exercise 1 of lesson 4 shows its own cause, and no other."""

import numpy as np
import pytest

from helpers.exercises.lesson_4 import RUNS, five_runs
from helpers.maintain import sick_runs


def falls(values):
    return bool((np.diff(values) < 0).all())


# What a learner can see in a log: a sign for each cause.
SIGNS = {
    "stopped too early": lambda run: (
        falls(run["loss"]) and falls(run["val_loss"]) and run["loss"][-1] > 0.5
    ),
    "learning rate too high": lambda run: (
        np.abs(np.array(run["loss"][2:]) - np.log(10)).max() < 0.1 and max(run["accuracy"]) < 0.2
    ),
    "overfitting": lambda run: (
        run["loss"][-1] < 0.01
        and run["val_loss"][-1] > 1.3 * min(run["val_loss"])
        and abs(run["val_accuracy"][-1] - run["test_accuracy"]) < 0.05
    ),
    "sorted split": lambda run: run["accuracy"][-1] > 0.95 and max(run["val_accuracy"]) < 0.05,
    "leak": lambda run: (
        run["val_accuracy"][-1] > 0.98 and run["test_accuracy"] < run["val_accuracy"][-1] - 0.05
    ),
}


def signs(run):
    return [cause for cause, is_shown in SIGNS.items() if is_shown(run)]


def test_each_log_shows_its_cause():
    assert [signs(run) for run in RUNS] == [[run["cause"]] for run in RUNS]
    assert sorted(run["cause"] for run in RUNS) == sorted(SIGNS)


def test_lesson_shows_no_cause():
    assert not [cause for cause in SIGNS if cause in five_runs]
    assert max(map(len, five_runs.splitlines())) <= 50


def test_logs_are_those_of_the_plan():
    plan = sick_runs.plan(np.arange(5_000) % 10)
    for run, planned in zip(RUNS, plan, strict=True):
        assert run["cause"] == planned["cause"]
        assert run["images"] == len(planned["rows"])
        assert run["optimizer"] == planned["optimizer"]
        assert run["epochs"] == list(planned["shown"])
        assert max(run["epochs"]) == planned["epochs"]


@pytest.mark.small
def test_new_runs_show_the_same():
    assert [signs(run) for run in sick_runs.make_logs()] == [[run["cause"]] for run in RUNS]
