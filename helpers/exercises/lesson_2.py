"""The exercises of lesson 2: recognise handwritten digits with a deeper network."""

import functools

import numpy as np

from helpers.datasets import mnist
from helpers.exercises.engine import FunctionExercise, NamesExercise, ShapeExercise

BINARY = "binary_crossentropy"
SPARSE = "sparse_categorical_crossentropy"
CATEGORICAL = "categorical_crossentropy"
LOSSES = [BINARY, SPARSE, CATEGORICAL]


def _softmax(logits):
    # No exponent is above 0 after this subtraction: nothing can overflow.
    powers = np.exp(logits - np.max(logits))
    return powers / powers.sum()


def _rows_of_logits():
    rows = [[2.0, 1.0, 0.1], [1.0, 1.0, 1.0, 1.0], [-3.0, 5.0, 1.0, 2.0, 4.0], [-1.5, 0.5]]
    return [(np.array(row),) for row in rows]


def _gradient_step(weights, rows, labels, rate):
    error = np.array([_softmax(row) for row in rows @ weights])
    error[range(len(labels)), labels] -= 1
    return weights - rate * rows.T @ error / len(rows)


def _batches():
    # The first can be computed by hand: each of the three probabilities is 1/3.
    batches = [(np.zeros((2, 3)), np.array([[1.0, 0.0]]), np.array([2]), 0.3)]
    random = np.random.default_rng(2)
    for images, inputs, classes, rate in ((2, 1, 4, 1.0), (3, 4, 2, 0.5), (5, 6, 7, 0.1)):
        weights, rows = random.normal(size=(inputs, classes)), random.random((images, inputs))
        batches.append((weights, rows, random.integers(0, classes, images), rate))
    return batches


def _step(
    p="powers / powers.sum(axis=1, keepdims=True)",
    truth="np.eye(weights.shape[1])[labels]",
    slope="rows.T @ (p - truth) / len(rows)",
    result="weights - rate * slope",
):
    """Return the code of a step, with a mistake in one of its lines."""
    return f"""
        def gradient_step(weights, rows, labels, rate):
            powers = np.exp(rows @ weights)
            p = {p}
            truth = {truth}
            slope = {slope}
            return {result}
    """


@functools.cache
def accuracy_of_steps(steps=400, batch_size=50):
    """Return the accuracy on new digits after steps from zeros, each on other images."""
    (images, labels), _ = mnist.load_data()
    rows = images.reshape(len(images), -1) / np.float32(255)
    weights = np.zeros((784, 10))
    for first in range(0, steps * batch_size, batch_size):
        batch = slice(first, first + batch_size)
        weights = _gradient_step(weights, rows[batch], labels[batch], 0.1)
    predicted_labels = np.argmax(rows[-10_000:] @ weights, axis=1)
    return np.mean(predicted_labels == labels[-10_000:])


class _StepExercise(FunctionExercise):
    """Says what a few hundred steps give, as soon as the learner's step is right."""

    def _verdict(self, answer, data):
        verdict = super()._verdict(answer, data)
        if verdict.startswith("Right."):
            verdict += (
                " After 400 such steps from zeros, each on 50 digits, this one layer classifies "
                f"{accuracy_of_steps():.0%} of 10,000 other digits correctly."
            )
        return verdict


exercise_1 = _StepExercise(
    1,
    answer="gradient_step",
    make_inputs=_batches,
    truth=_gradient_step,
    expected="the new weights, in an array of the same shape as weights",
    hints=[
        "The section 'The optimizer' has each part: the probabilities, the slope and the step. "
        "Here, there is no bias.",
        "The truth has one column for each class, and weights.shape[1] is the number of classes. "
        "Each row of np.eye(classes) is the one-hot row of one class.",
        "slope = rows.T @ (p - truth) / len(rows), where p are the probabilities. A weight moves "
        "against its slope.",
    ],
    solution="""
        def gradient_step(weights, rows, labels, rate):
            classes = weights.shape[1]
            powers = np.exp(rows @ weights)
            p = powers / powers.sum(axis=1, keepdims=True)
            truth = np.eye(classes)[labels]
            slope = rows.T @ (p - truth) / len(rows)
            return weights - rate * slope
    """,
    why="Each weight moves against its slope, so the loss falls. The larger the error of a "
    "probability and the larger the input, the larger the step.",
    mistakes=[
        (
            _step(result="weights + rate * slope"),
            "the weights move along the slope, and the loss grows. Use - instead of + in the last "
            "line.",
        ),
        (
            _step(slope="rows.T @ (p - truth)"),
            "you have added up the slopes of all images. Divide by the number of images.",
        ),
        (
            _step(slope="rows.T @ (p - truth) / 32"),
            "you have divided by 32, but other batches have other sizes. Use len(rows).",
        ),
        (
            _step(slope="(p - truth).T @ rows / len(rows)"),
            "your slope has a row for each class and a column for each input. The weights are "
            "the other way round: swap the two factors, and transpose rows.",
        ),
        (
            _step(truth="np.eye(10)[labels]"),
            "your one-hot rows have ten columns, but here the number of classes is not ten. Use "
            "weights.shape[1].",
        ),
        (
            _step(p="powers / powers.sum()"),
            "all your probabilities together add up to 1, but each row has to. Use axis=1.",
        ),
        (
            _step(slope="rows.T @ p / len(rows)"),
            "you have multiplied the inputs by the probabilities. Subtract the truth first.",
        ),
        (
            _step(result="weights - slope"),
            "the step is as long as the slope. Multiply the slope by rate.",
        ),
        (
            _step(result="slope"),
            "you have returned the slope. Take the step, and return the new weights.",
        ),
    ],
)

exercise_2 = ShapeExercise(
    2,
    truth=(7, 28, 32),
    expected="a tuple such as (5, 28, 10), with one number for each axis",
    hints=[
        "Look at the section 'From an image to a row'. There, the input was five images, and the "
        "layer had ten units.",
        "Without Flatten, Dense changes only the length of the last axis. All other axes stay "
        "the same.",
        "The input has the shape (7, 28, 28). The last number becomes the number of units.",
    ],
    solution="answer_2 = (7, 28, 32)",
    why="Dense works on each row of 28 pixels separately and turns it into 32 numbers. The axis "
    "of the images and the axis of the rows do not change.",
    mistakes=[
        (
            "answer_2 = (7, 32)",
            "that would be correct with Flatten. Without it, Dense works on each row of an "
            "image separately, and the axis of the rows remains.",
        ),
        (
            "answer_2 = (28, 32)",
            "that is the shape for one image. The input is seven images, so there is one more "
            "axis.",
        ),
        (
            "answer_2 = (7, 28, 28, 32)",
            "Dense adds no axis. It replaces the last one: 28 pixels become 32 numbers.",
        ),
        (
            "answer_2 = (None, 28, 32)",
            "None stands for a number of images that is not fixed. Here it is known.",
        ),
        (
            "answer_2 = (5, 28, 10)",
            "that is the example in the lesson. Here, 7 images go in, and there are 32 units.",
        ),
    ],
)

exercise_3 = NamesExercise(
    3,
    truth=LOSSES,
    choice=LOSSES,
    expected="a list of three strings: the names of the losses for a, b and c",
    hints=[
        "Look at the table in the section 'Compile the model'. The last layer and the form of the "
        "labels tell you which row of the table to use.",
        "One unit with sigmoid has its own loss. For softmax, look at the labels: are they "
        "whole numbers, or rows of zeros with a 1?",
        "Whole numbers need the loss with sparse in its name. One-hot rows need the loss with "
        "the same name but without sparse.",
    ],
    solution="""
        answer_3 = [
            "binary_crossentropy",
            "sparse_categorical_crossentropy",
            "categorical_crossentropy",
        ]
    """,
    why="One unit with sigmoid decides between two classes: binary. With softmax, the form of "
    "the labels decides which loss you need: sparse for whole numbers, without sparse for "
    "one-hot rows.",
    mistakes=[
        (
            f"answer_3 = ['{CATEGORICAL}', '{SPARSE}', '{CATEGORICAL}']",
            "look at a again. One unit with sigmoid gives one probability, but the categorical "
            "losses need one column for each class.",
        ),
        (
            f"answer_3 = ['{SPARSE}', '{SPARSE}', '{CATEGORICAL}']",
            "look at a again. The labels are whole numbers, but the model has only one column, "
            "and the sparse loss needs one column for each class.",
        ),
        (
            f"answer_3 = ['{BINARY}', '{CATEGORICAL}', '{SPARSE}']",
            "you have swapped b and c. The loss with sparse in its name is for whole numbers.",
        ),
        (
            f"answer_3 = ['{BINARY}', '{CATEGORICAL}', '{CATEGORICAL}']",
            "look at b again. Its labels are whole numbers, but this loss needs one-hot rows.",
        ),
        (
            f"answer_3 = ['{BINARY}', '{SPARSE}', '{SPARSE}']",
            "look at c again. Its labels are one-hot rows, but the sparse loss needs whole "
            "numbers.",
        ),
    ],
)

exercise_4 = FunctionExercise(
    4,
    answer="my_softmax",
    make_inputs=_rows_of_logits,
    truth=_softmax,
    expected="one probability for each logit; together they must add up to 1",
    hints=[
        "The section 'Choose the input and the output' computes softmax for three numbers.",
        "First apply np.exp to all logits at once. Then divide by the sum of the results.",
        "powers = np.exp(logits) is the first line. The second returns powers divided by "
        "powers.sum().",
    ],
    solution="""
        def my_softmax(logits):
            powers = np.exp(logits)
            return powers / powers.sum()
    """,
    why="np.exp makes all numbers positive, and the division makes their sum 1. But for a "
    "logit above about 709, or 88 in float32, np.exp gives infinity. Libraries therefore "
    "subtract the largest logit first, which changes no probability.",
    mistakes=[
        (
            """
            def my_softmax(logits):
                return np.exp(logits)
            """,
            "the results are positive, but their sum is not 1. Divide by the sum.",
        ),
        (
            """
            def my_softmax(logits):
                return logits / np.sum(logits)
            """,
            "the sum is 1, but negative logits give negative results, which are not "
            "probabilities. Use np.exp first.",
        ),
        (
            """
            def my_softmax(logits):
                return np.exp(logits) / np.exp(logits).max()
            """,
            "you have divided by the largest number. Divide by the sum.",
        ),
        (
            """
            def my_softmax(logits):
                return np.exp(logits) / len(logits)
            """,
            "you have divided by the number of logits. Divide by the sum of the results of np.exp.",
        ),
        (
            """
            def my_softmax(logits):
                return np.exp(logits) / np.sum(logits)
            """,
            "you have divided by the sum of the logits. Divide by the sum of the results of "
            "np.exp.",
        ),
        (
            """
            def my_softmax(logits):
                powers = np.exp([2.0, 1.0, 0.1])
                return powers / powers.sum()
            """,
            "the function returns the same numbers for every input. Use its argument, logits.",
        ),
        (
            """
            def my_softmax(logits):
                return (np.exp(logits) / np.exp(logits).sum()).round(3)
            """,
            "the results are rounded. Return them as they are.",
        ),
    ],
)
