"""The exercises of lesson 4: the whole workflow again, with one-hot labels."""

import json
from importlib.resources import files

import numpy as np

from helpers import validation
from helpers.exercises.engine import (
    FunctionExercise,
    NamesExercise,
    NumberExercise,
    all_close,
)

SPARSE = "sparse_categorical_crossentropy"
CATEGORICAL = "categorical_crossentropy"


# Not a path beside this module: the course may be in a ZIP file.
RUNS = json.loads(files("helpers.exercises").joinpath("sick_runs.json").read_text("utf-8"))
CAUSES = [run["cause"] for run in RUNS]


def _format_run(letter, run):
    names = ["loss", "accuracy", "val_loss", "val_accuracy"]
    lines = [f"{letter}) {run['images']:,} images, optimizer {run['optimizer']}"]
    lines.append("  ".join(["epoch", *names]))
    for values in zip(run["epochs"], *(run[name] for name in names), strict=True):
        row = [f"{value:{len(name)}.3f}" for name, value in zip(names, values[1:], strict=True)]
        lines.append("  ".join([f"{values[0]:5}", *row]))
    return "\n".join([*lines, f"test accuracy: {run['test_accuracy']:.3f}"])


five_runs = "\n\n".join(map(_format_run, "abcde", RUNS))


def _swapped(first, second):
    """Return the code of an answer with two of the causes in each other's position."""
    other = {first: second, second: first}
    return f"answer_1 = {[other.get(cause, cause) for cause in CAUSES]}"


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


exercise_1 = NamesExercise(
    1,
    truth=CAUSES,
    choice=sorted(CAUSES),
    expected="a list of five strings: what went wrong in the runs a, b, c, d and e",
    hints=[
        "First look at the training loss. Does it fall, and is it near 0 at the end?",
        "Then compare the training accuracy with val_accuracy: are the two close, or far apart? "
        "In which epoch does the difference begin?",
        "Then compare val_accuracy with the test accuracy. Both should come from new images of the "
        "same kind, so they should be close. In which two runs are they far apart?",
        "In c, the loss stays near 2.3. A model that gives each of ten classes the probability "
        "0.1 has the loss 2.30.",
    ],
    solution="\n".join(["answer_1 = [", *(f'    "{cause}",' for cause in CAUSES), "]"]),
    why="In a, all four values still improve. In b, the validation set is too easy: the test "
    "accuracy is much lower. In c, the loss stays near 2.3, as with ten equal probabilities. In "
    "d, the validation loss rises while the training loss falls to 0. In e, the validation "
    "accuracy is near 0 from the first epoch: nearly all of the validation images are of a class "
    "that does not occur in the training set.",
    mistakes=[
        (
            _swapped("stopped too early", "learning rate too high"),
            "you have swapped a and c. In both, the accuracy is low. Look at the training loss. "
            "In a, it falls in each epoch, so more epochs would help. In c, it stays near 2.3, "
            "the loss of ten equal probabilities, so more epochs would not help.",
        ),
        (
            _swapped("overfitting", "sorted split"),
            "you have swapped d and e. In both, the validation loss rises. Look at val_accuracy. "
            "With overfitting, it is high and stays high. After a sorted split, it is near 0 from "
            "the first epoch, far below guessing: the model has never seen the last class.",
        ),
        (
            _swapped("leak", "overfitting"),
            "you have swapped b and d. In both, the training accuracy is 1. Look at the "
            "validation values. With overfitting, they are worse than the training values, and "
            "similar to those on the test set. After a leak, they are as good as the training "
            "values, and much better than those on the test set.",
        ),
        (
            _swapped("leak", "sorted split"),
            "you have swapped b and e. In both, val_accuracy and the test accuracy are far "
            "apart. After a leak, val_accuracy is too high, because the model has seen these "
            "images in training. After a sorted split, it is too low.",
        ),
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
