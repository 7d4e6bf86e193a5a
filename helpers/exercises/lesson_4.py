"""The exercises of lesson 4: the whole workflow again, with one-hot labels."""

import numpy as np

from helpers import validation
from helpers.exercises.engine import (
    FunctionExercise,
    Mistake,
    NamesExercise,
    NumberExercise,
    all_close,
)

SPARSE = "sparse_categorical_crossentropy"
CATEGORICAL = "categorical_crossentropy"


def _one_hot(labels, classes):
    return np.eye(classes)[labels]


def _labels_to_write():
    return [
        (np.array([1, 0, 3]), 4),
        (np.array([2, 2, 0, 1]), 6),
        (np.array([9, 0, 4, 9, 1], dtype="uint8"), 10),
        (np.array([2]), 3),
    ]


def _check_one_hot(y_test_hot):
    rows = np.asarray(y_test_hot)
    if rows.ndim != 2 or not np.isin(rows, (0, 1)).all() or not (rows.sum(axis=1) == 1).all():
        raise ValueError(
            f"y_test_hot has shape {rows.shape}, dtype {rows.dtype}. Expected one-hot rows, "
            "as keras.utils.to_categorical(y_test, 10) makes them."
        )
    return rows


def _predictions_and_one_hot(predictions, y_test_hot):
    predictions = validation.check_predictions(predictions)
    rows = _check_one_hot(y_test_hot)
    validation.check_same_length(predictions=predictions, y_test_hot=rows)
    if predictions.shape != rows.shape:
        raise ValueError(
            f"predictions has shape {predictions.shape}, but y_test_hot has shape {rows.shape}. "
            "Both need one column for each class."
        )
    return predictions, rows


def _is_count_of_confident_mistakes(value, predictions, y_test_hot):
    predicted = predictions.argmax(axis=1)
    is_wrong = y_test_hot[np.arange(len(predicted)), predicted] == 0
    return all_close(value, np.count_nonzero(predictions.max(axis=1)[is_wrong] > 0.9))


def _is_number_of_steps(value):
    if value != int(value):
        raise Mistake(
            "the number of steps must be a whole number. The last batch is not full, but it "
            "counts as one step."
        )
    return all_close(value, 391)


exercise_1 = NumberExercise(
    1,
    shape=(),
    is_right=_is_number_of_steps,
    expected="one whole number: how many batches are needed to use each image once",
    hints=[
        "The lesson shows how to compute the steps: the number of images, divided by the batch "
        "size, rounded up.",
        "50,000 / 128 is 390.625. The last batch is smaller than the others, and it is a step, "
        "too.",
    ],
    solution="answer_1 = int(np.ceil(50_000 / 128))",
    why="After 390 full batches, 80 images remain. They form one more, smaller batch. np.ceil "
    "rounds up.",
    mistakes=[
        (
            "answer_1 = 50_000 // 128",
            "you have rounded down. The remaining 80 images need one more step.",
        ),
        ("answer_1 = 1_563", "that is the number for a batch size of 32. Here it is 128."),
        (
            "answer_1 = 469",
            "that is the number for all 60,000 images. The model trains on 50,000, because "
            "10,000 are in the validation set.",
        ),
        ("answer_1 = 50_000 * 128", "divide the images by the batch size. Do not multiply."),
    ],
)

exercise_2 = NamesExercise(
    2,
    truth=[SPARSE, CATEGORICAL, CATEGORICAL],
    choice=[SPARSE, CATEGORICAL],
    expected="a list of three strings: the names of the losses for a, b and c",
    hints=[
        "Is a label one whole number, or a row with a number for each class?",
        "If each label is a row, use categorical_crossentropy, even if the 1 is divided among "
        "several classes.",
        "One of the three needs sparse_categorical_crossentropy, two need "
        "categorical_crossentropy.",
    ],
    solution="""
        answer_2 = [
            "sparse_categorical_crossentropy",
            "categorical_crossentropy",
            "categorical_crossentropy",
        ]
    """,
    why="In a, each label is one whole number: sparse. In b and c, each label is a row with one "
    "number for each class. The row [0.7, 0.3, 0] could not be written as one whole number.",
    mistakes=[
        (
            f"answer_2 = ['{CATEGORICAL}', '{SPARSE}', '{SPARSE}']",
            "you have swapped the two names. sparse is for labels that are whole numbers.",
        ),
        (
            f"answer_2 = ['{CATEGORICAL}', '{CATEGORICAL}', '{CATEGORICAL}']",
            "look at a again. These labels are whole numbers, but this loss needs one row for "
            "each label.",
        ),
        (
            f"answer_2 = ['{SPARSE}', '{SPARSE}', '{CATEGORICAL}']",
            "look at b again. These labels are one-hot rows, but the sparse loss needs whole "
            "numbers.",
        ),
        (
            f"answer_2 = ['{SPARSE}', '{CATEGORICAL}', '{SPARSE}']",
            "look at c again. A row with 0.7 and 0.3 is not a whole number.",
        ),
    ],
)

exercise_3 = FunctionExercise(
    3,
    answer="one_hot",
    make_inputs=_labels_to_write,
    truth=_one_hot,
    expected="a table with one row for each label and one column for each class",
    hints=[
        "Start with a table of zeros. What shape does it need? Give the shape to np.zeros as a "
        "tuple.",
        "rows = np.zeros((len(labels), classes)) makes the table. Then each row gets one 1.",
        "for row, label in enumerate(labels) gives the row and the column of each 1: rows[row, "
        "label] = 1.",
    ],
    solution="""
        def one_hot(labels, classes):
            rows = np.zeros((len(labels), classes))
            for row, label in enumerate(labels):
                rows[row, label] = 1
            return rows
    """,
    why="The row is the position of the sample, and the column is its class. The number of "
    "columns is classes, even if the last classes do not occur in labels.",
    mistakes=[
        (
            """
            def one_hot(labels, classes):
                return np.eye(max(labels) + 1)[labels]
            """,
            "you make only as many columns as the largest label needs. The number of columns "
            "must be classes, even if the last classes do not occur.",
        ),
        (
            """
            def one_hot(labels, classes):
                return np.eye(classes)[labels].T
            """,
            "rows and columns are swapped. Each label has its own row.",
        ),
        (
            """
            def one_hot(labels, classes):
                return np.zeros((len(labels), classes))
            """,
            "there is no 1 in the table.",
        ),
        (
            """
            def one_hot(labels, classes):
                rows = np.zeros((len(labels), classes))
                rows[:, labels] = 1
                return rows
            """,
            "a row has more than one 1. If you wrote rows[:, labels], that means these columns in "
            "every row. If you append the same list each time, make a new one for each row.",
        ),
        (
            """
            def one_hot(labels, classes):
                rows = np.zeros((len(labels), classes))
                for row, label in enumerate(labels):
                    rows[row, label] = label
                return rows
            """,
            "you write the label into its column. Write a 1 there.",
        ),
        (
            """
            def one_hot(labels, classes):
                return np.eye(classes)[np.array(labels, dtype=int) - 1]
            """,
            "each 1 is one column too far to the left. Class 0 has column 0.",
        ),
        (
            """
            def one_hot(labels, classes):
                rows = np.zeros((len(labels), classes))
                for row, label in enumerate(labels):
                    rows[label, row] = 1
                return rows
            """,
            "row and label are swapped. In the square brackets, the row comes first.",
        ),
    ],
)

exercise_4 = NumberExercise(
    4,
    shape=(),
    is_right=_is_count_of_confident_mistakes,
    expected="one whole number: how many images the model gets wrong with a probability of more "
    "than 0.9",
    data=("predictions", "y_test_hot"),
    check_data=_predictions_and_one_hot,
    hints=[
        "First convert both to class numbers: use np.argmax with axis=1, once for predictions "
        "and once for y_test_hot.",
        "The model is wrong where the two differ. It is confident where "
        "predictions.max(axis=1) > 0.9.",
        "wrong & confident is True where both are True. np.sum counts them.",
    ],
    solution="""
        predicted_labels = np.argmax(predictions, axis=1)
        true_labels = np.argmax(y_test_hot, axis=1)
        wrong = predicted_labels != true_labels
        confident = predictions.max(axis=1) > 0.9
        answer_4 = np.sum(wrong & confident)
    """,
    why="argmax converts one-hot rows and probabilities to class numbers in the same way. A large "
    "probability does not mean that the prediction is correct.",
    mistakes=[
        (
            "answer_4 = np.sum(predictions.max(axis=1) > 0.9)",
            "these are all images with a probability of more than 0.9. Count only those that "
            "the model gets wrong.",
        ),
        (
            "answer_4 = np.sum(np.argmax(predictions, axis=1) != np.argmax(y_test_hot, axis=1))",
            "these are all mistakes. Count only those with a probability of more than 0.9.",
        ),
        (
            """
            right = np.argmax(predictions, axis=1) == np.argmax(y_test_hot, axis=1)
            answer_4 = np.sum(right & (predictions.max(axis=1) > 0.9))
            """,
            "these are the images that the model gets right with a probability of more than "
            "0.9. Compare with != instead of ==.",
        ),
        (
            """
            wrong = np.argmax(predictions, axis=1) != np.argmax(y_test_hot, axis=1)
            answer_4 = np.mean(wrong & (predictions.max(axis=1) > 0.9))
            """,
            "that is a fraction of all images. The question asks how many: use np.sum instead "
            "of np.mean.",
        ),
        (
            """
            wrong = np.argmax(predictions, axis=1) != np.argmax(y_test_hot, axis=1)
            answer_4 = np.sum(wrong | (predictions.max(axis=1) > 0.9))
            """,
            "| means that only one of the two has to be True. Here both must be True: use & "
            "instead of |.",
        ),
    ],
)
