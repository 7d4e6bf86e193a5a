"""The exercises of lesson 2: recognise handwritten digits with a deeper network."""

import numpy as np

from helpers.exercises.engine import (
    FunctionExercise,
    NamesExercise,
    NumberExercise,
    ShapeExercise,
    same,
)

LOSSES = ["binary_crossentropy", "sparse_categorical_crossentropy", "categorical_crossentropy"]


def _softmax(logits):
    # Without its largest number, no exponent is above 0: nothing can overflow.
    powers = np.exp(logits - np.max(logits))
    return powers / powers.sum()


def _rows_of_logits():
    rows = [[2.0, 1.0, 0.1], [1.0, 1.0, 1.0, 1.0], [-3.0, 5.0, 1.0, 2.0, 4.0], [-1.5, 0.5]]
    return [(np.array(row),) for row in rows]


exercise_1 = NumberExercise(
    1,
    shape=(),
    is_right=lambda value: same(value, 2_083),
    expected="one whole number: all weights and biases of the hidden layer and of the output",
    hints=[
        "A Dense layer has a weight for each pair of input and unit, and a bias for each unit.",
        "The hidden layer has 100 * 20 + 20 parameters.",
        "The inputs of the output layer are the 20 results of the hidden layer.",
    ],
    solution="answer_1 = (100 * 20 + 20) + (20 * 3 + 3)",
    why="The 100 inputs have no parameters; the two layers behind them do. Each has inputs times "
    "units weights, and one bias for each unit.",
    mistakes=[
        (
            "answer_1 = 100 * 20 + 20 * 3",
            "these are all weights, but no biases. Each unit of both layers has one bias.",
        ),
        ("answer_1 = 100 * 20 + 20", "that is the hidden layer alone. Add the output layer."),
        (
            "answer_1 = 100 * 20 + 20 + 100 * 3 + 3",
            "the output layer has 20 inputs, the results of the hidden layer, and not 100.",
        ),
        (
            "answer_1 = 100 + 20 + 3",
            "you have counted inputs and units. Each pair of input and unit has a weight, so "
            "multiply.",
        ),
        (
            "answer_1 = 100 * 20 * 3",
            "you have multiplied all three. Each layer has inputs times units weights: count the "
            "two layers one by one, and add.",
        ),
    ],
)

exercise_2 = ShapeExercise(
    2,
    truth=(7, 28, 32),
    expected="a tuple such as (5, 28, 10), with one number for each axis",
    hints=[
        "Look at the section From a picture to a row. Five images went in, and there were ten "
        "units.",
        "Without Flatten, Dense replaces the last axis only. All other axes stay as they are.",
        "The input has the shape (7, 28, 28). The last number becomes the number of units.",
    ],
    solution="answer_2 = (7, 28, 32)",
    why="Dense works on each row of 28 pixels alone, and makes 32 numbers of it. The axes of the "
    "images and of the rows stay.",
    mistakes=[
        (
            "answer_2 = (7, 32)",
            "so it would be with Flatten. Without it, each row of an image is computed alone, "
            "and the axis of the rows stays.",
        ),
        (
            "answer_2 = (28, 32)",
            "that is the result of one image. Seven images went in, so there is one more axis.",
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
            "that is the example of the lesson. Here, 7 images go in, and there are 32 units.",
        ),
    ],
)

exercise_3 = NamesExercise(
    3,
    truth=LOSSES,
    choice=LOSSES,
    expected="a list of three texts, the names of the losses for a, b and c",
    hints=[
        "Look at the table in the section Compile the model. The last layer and the form of the "
        "labels say which line is yours.",
        "One unit with sigmoid has a loss of its own. For softmax, look at the labels: whole "
        "numbers, or rows of zeros with a 1?",
        "Whole numbers take the loss with sparse in its name. One-hot rows take the same name "
        "without sparse.",
    ],
    solution="""
        answer_3 = [
            "binary_crossentropy",
            "sparse_categorical_crossentropy",
            "categorical_crossentropy",
        ]
    """,
    why="One unit with sigmoid answers a question with two answers: binary. With softmax, the "
    "form of the labels decides: sparse for whole numbers, without sparse for one-hot rows.",
    mistakes=[
        (
            "answer_3 = ['categorical_crossentropy'] + ['sparse_categorical_crossentropy', "
            "'categorical_crossentropy']",
            "look at a again. One unit with sigmoid gives one probability, and the categorical "
            "losses want a column for each class.",
        ),
        (
            "answer_3 = ['sparse_categorical_crossentropy'] + ['sparse_categorical_crossentropy', "
            "'categorical_crossentropy']",
            "look at a again. The labels are whole numbers, but the model has only one column, "
            "and the sparse loss wants a column for each class.",
        ),
        (
            "answer_3 = ['binary_crossentropy', 'categorical_crossentropy', "
            "'sparse_categorical_crossentropy']",
            "you have exchanged b and c. The loss with sparse in its name takes whole numbers.",
        ),
        (
            "answer_3 = ['binary_crossentropy', 'categorical_crossentropy', "
            "'categorical_crossentropy']",
            "look at b again. Its labels are whole numbers, and this loss wants one-hot rows.",
        ),
        (
            "answer_3 = ['binary_crossentropy', 'sparse_categorical_crossentropy', "
            "'sparse_categorical_crossentropy']",
            "look at c again. Its labels are one-hot rows, and the sparse loss wants whole "
            "numbers.",
        ),
    ],
)

exercise_4 = FunctionExercise(
    4,
    answer="my_softmax",
    make_inputs=_rows_of_logits,
    truth=_softmax,
    expected="as many probabilities as there are logits, with the sum 1",
    hints=[
        "The section Choose the input and the output does it for three numbers.",
        "First np.exp of all logits at once. Then divide by the sum of the results.",
        "powers = np.exp(logits) is the first line. The second returns powers divided by "
        "powers.sum().",
    ],
    solution="""
        def my_softmax(logits):
            powers = np.exp(logits)
            return powers / powers.sum()
    """,
    why="np.exp makes all numbers positive, and the division makes their sum 1. For logits of "
    "some hundreds, np.exp becomes infinite. Libraries therefore subtract the largest logit "
    "first, which changes no probability.",
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
            "the sum is 1, but negative logits give no probabilities. Use np.exp first.",
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
            "you have divided by how many numbers there are. Divide by their sum.",
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
            "the function gives the same numbers for all logits. Use its argument, logits.",
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
