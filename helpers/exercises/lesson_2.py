"""The exercises of lesson 2: recognise handwritten digits with a deeper network."""

import numpy as np

from helpers.exercises.engine import (
    FunctionExercise,
    NamesExercise,
    NumberExercise,
    ShapeExercise,
    all_close,
)

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


exercise_1 = NumberExercise(
    1,
    shape=(),
    is_right=lambda value: all_close(value, 2_083),
    expected="one whole number: all weights and biases of the hidden layer and of the output",
    hints=[
        "A Dense layer has a weight for each pair of input and unit, and a bias for each unit.",
        "The hidden layer has 100 * 20 + 20 parameters.",
        "The inputs of the output layer are the 20 outputs of the hidden layer.",
    ],
    solution="answer_1 = (100 * 20 + 20) + (20 * 3 + 3)",
    why="The 100 inputs have no parameters, but the two layers after them do. In each layer, "
    "the number of weights is the number of inputs times the number of units. There is also "
    "one bias for each unit.",
    mistakes=[
        (
            "answer_1 = 100 * 20 + 20 * 3",
            "you have counted all the weights but no biases. Each unit in both layers has one "
            "bias.",
        ),
        (
            "answer_1 = 100 * 20 + 20",
            "that is only the hidden layer. Add the parameters of the output layer.",
        ),
        (
            "answer_1 = 100 * 20 + 20 + 100 * 3 + 3",
            "the output layer has 20 inputs, not 100. They are the outputs of the hidden layer.",
        ),
        (
            "answer_1 = 100 + 20 + 3",
            "you have counted inputs and units. Each pair of input and unit has a weight, so "
            "multiply.",
        ),
        (
            "answer_1 = 100 * 20 * 3",
            "you have multiplied all three numbers. Count the two layers separately, and add "
            "the results. In each layer, the number of weights is the number of inputs times "
            "the number of units.",
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
