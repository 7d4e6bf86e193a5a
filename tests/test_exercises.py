import ast
import itertools
import pkgutil
import re
import subprocess
import sys
import types
import warnings
from importlib import import_module

import nbformat
import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

import helpers.exercises
from helpers import prepare_digit
from helpers.course import NOTEBOOKS
from helpers.datasets import fashion_mnist, mnist
from helpers.exercises.engine import (
    Exercise,
    FunctionExercise,
    NamesExercise,
    NumberExercise,
    evaluate_answer,
)
from helpers.exercises.lesson_2 import accuracy_of_steps
from helpers.own_digits import load_pictures

MODULES = [module.name for module in pkgutil.iter_modules(helpers.exercises.__path__)]
LESSONS = {
    name: [
        value
        for value in vars(import_module(f"helpers.exercises.{name}")).values()
        if isinstance(value, Exercise)
    ]
    for name in MODULES
    if name.startswith("lesson_")
}
EXERCISES = {
    f"{lesson}.{exercise.name}": exercise
    for lesson, exercises in LESSONS.items()
    for exercise in exercises
}
WITH_DATA = [key for key, exercise in EXERCISES.items() if exercise.data]


def keys_of(kind):
    return [key for key, exercise in EXERCISES.items() if isinstance(exercise, kind)]


def lesson_data(labels, predictions):
    """Return the variables that a learner's run of a lesson leaves behind."""
    return {"predictions": predictions, "test_labels": labels, "y_test_hot": np.eye(10)[labels]}


def softmax(logits):
    powers = np.exp(logits)
    return powers / powers.sum(axis=-1, keepdims=True)


def make_runs():
    random = np.random.default_rng(7)
    labels = random.choice(10, 400, p=np.arange(1, 11) / 55).astype("uint8")
    noise = random.normal(0, 2, (400, 10))
    hot = np.eye(10)[labels]
    # The noise is small in most runs, but no two images get the same probabilities.
    logits = {
        "usual": 4 * hot + noise,
        "untrained": 0.01 * noise,
        "one class for all": np.eye(10)[1] + 0.01 * noise,
        "confident and wrong": 7 * np.roll(hot, 1, axis=1) + 0.01 * noise,
        "collapsed to shirts": 9 * np.eye(10)[6] + 0.01 * noise,
    }
    return {
        name: lesson_data(labels, softmax(values).astype("float32"))
        for name, values in logits.items()
    }


RUNS = make_runs()
RUN_CASES = [
    (key, run)
    for key, exercise in EXERCISES.items()
    for run in (RUNS if exercise.data else ["usual"])
]


def data_for(key, run="usual"):
    return {name: RUNS[run][name] for name in EXERCISES[key].data}


def evaluate(key, code, run="usual"):
    with warnings.catch_warnings(action="ignore"):
        return evaluate_answer(code, EXERCISES[key].answer, data_for(key, run))


def solve(key, run="usual"):
    return evaluate(key, EXERCISES[key].solution_code, run)


@pytest.fixture
def check(capsys):
    """Call check, hold its output to the rules, and return it as one line."""

    def call(key, answer, data=None):
        data = data_for(key) if data is None else data
        capsys.readouterr()
        assert EXERCISES[key].check(answer, *data.values()) is None
        printed = capsys.readouterr()
        assert printed.err == ""
        assert "\x1b" not in printed.out
        assert max(map(len, printed.out.splitlines())) < 100
        assert re.match(r"Right\. |Not yet: |Waiting for your answer\. ", printed.out)
        return " ".join(printed.out.split())

    return call


@pytest.mark.parametrize(("key", "run"), RUN_CASES)
def test_only_the_solution_is_right(check, key, run):
    data, solution = data_for(key, run), solve(key, run)
    assert check(key, solution, data).startswith("Right.")
    for code, _ in EXERCISES[key].mistakes:
        wrong = evaluate(key, code, run)
        # In an odd run, wrong code can make the right number.
        is_right = np.array_equal(wrong, solution)
        assert check(key, wrong, data).startswith("Right." if is_right else "Not yet:"), code


# Eight images with predictions that can be counted by hand; 6 is the class of the shirts.
LABELS = np.array([6, 6, 6, 6, 0, 1, 1, 9])
PREDICTED = np.array([6, 6, 6, 0, 6, 1, 1, 6])
CONFIDENCE = np.array([[0.91, 0.92, 0.70, 0.93, 0.95, 0.97, 0.94, 0.80]]).T
EIGHT = lesson_data(LABELS, CONFIDENCE * np.eye(10)[PREDICTED] + (1 - CONFIDENCE) * np.eye(10)[2])
BINARY = "binary_crossentropy"
SPARSE = "sparse_categorical_crossentropy"
ROWS = "categorical_crossentropy"
EARLY, LEAK, HIGH = "stopped too early", "leak", "learning rate too high"
OVER, SORTED = "overfitting", "sorted split"


def windows(image):
    return image.reshape(image.shape[0] // 2, 2, image.shape[1] // 2, 2)


def overlapping(image):
    return sliding_window_view(image, (2, 2)).max(axis=(2, 3))


def max_pool_into_the_wrong_place(image):
    result = np.zeros((image.shape[0] // 2, image.shape[1] // 2))
    for row in range(0, image.shape[0], 2):
        for column in range(0, image.shape[1], 2):
            result[row, column] = 0
    return result


def max_pool_of_28_rows(image):
    result = np.zeros((14, 14))
    for row, column in np.ndindex(result.shape):
        result[row, column] = image[2 * row : 2 * row + 2, 2 * column : 2 * column + 2].max()
    return result


def one_hot_swapped(labels, classes):
    result = np.zeros((len(labels), classes))
    for row, label in enumerate(labels):
        result[label, row] = 1
    return result


def step(rate=1, divide_by=None, truth=1, probabilities=softmax):
    """Return a gradient step that does something else in one place."""

    def gradient_step(w, x, y, learning_rate):
        error = probabilities(x @ w) - truth * np.eye(w.shape[1])[y]
        return w - rate * learning_rate * x.T @ error / (divide_by or len(x))

    return gradient_step


def shift(image, steps):
    for axis, step in enumerate(steps):
        image = np.roll(image, step, axis)
        gone = slice(step) if step >= 0 else slice(step, None)
        image[(slice(None),) * axis + (gone,)] = 0
    return image


DARK, CENTRE = "dark ink to light", "centre of mass"
PROPORTIONS, PAPER = "keep the proportions", "paper to 0"
TEN_DIGITS = np.array([prepare_digit(picture) for picture in load_pictures("drawn")[0][:10]])


# What a learner may write, and the words of the message that help: no other message of this
# exercise has them.
WRITTEN = {
    "lesson_1.exercise_1": [
        (50_240, "Add the parameters of the output layer"),
        (50_816, "Each unit in both layers has one bias"),
        (51_530, "64 inputs now, not 128"),
        (101_770, "with 128 units. Here it has 64"),
        (2_506, "28 * 28 = 784 pixels, and not 28"),
        (50_885, "ten biases, and you have counted only five"),
    ],
    "lesson_1.exercise_2": [
        ([0, 1, 6, 9], "how often each of them occurs"),
        (([0, 1, 6, 9], [1, 2, 4, 1]), "Take the second with [1]"),
        (8, "asks for each class"),
        (1, "asks for all ten classes"),
        ([0.125, 0.25, 0, 0, 0, 0, 0.5, 0, 0, 0.125], "Use np.sum instead of np.mean"),
        ([6_000] * 10, "Count the labels in test_labels"),
    ],
    "lesson_1.exercise_3": [
        (6, "asks for all rows of shirts"),
        (5 / 8, "Keep only the images whose label is 6"),
        (3 / 5, "Instead, select the images that are shirts"),
        (3, "Divide it by the number of shirts"),
        (3 / 8, "number of all images. Divide by the number of shirts"),
        (75, "Give a number from 0 to 1"),
        (1 / 4, "Compare with == instead of !="),
        ((0.91 + 0.92 + 0.7) / 4, "count the shirts whose predicted class is 6"),
    ],
    "lesson_1.exercise_4": [
        (5, "its prediction is correct. Look only at the mistakes"),
        (1, "Which image is at this position in the list"),
        (3, "In another one, the model was more confident"),
        (0.95, "find the position in the list of mistakes with np.argmax"),
        (7, "Look for the largest"),
        (16, "First take one number for each image"),
    ],
    "lesson_2.exercise_1": [
        (step(rate=-1), "the loss grows"),
        (step(divide_by=1), "Divide by the number of images"),
        (step(divide_by=32), "other batches have other sizes"),
        (lambda w, x, y, rate: w - (w - step()(w, x, y, rate)).T, "swap the two factors"),
        (lambda w, x, y, rate: softmax(x @ w) - np.eye(10)[y], "ten columns"),
        (step(probabilities=lambda z: np.exp(z) / np.exp(z).sum()), "each row has to. Use axis=1"),
        (step(truth=0), "Subtract the truth first"),
        (lambda w, x, y, rate: step()(w, x, y, 1), "Multiply the slope by rate"),
        (lambda w, x, y, rate: w - step()(w, x, y, 1), "you have returned the slope"),
    ],
    "lesson_2.exercise_2": [
        ((7, 32), "correct with Flatten. Without it"),
        ((28, 32), "seven images, so there is one more axis"),
        ((7, 28, 28, 32), "It replaces the last one: 28 pixels become 32"),
        ((None, 28, 32), "Here it is known"),
        ((5, 28, 10), "7 images go in, and there are 32 units"),
        (6_272, "one number for each axis"),
    ],
    "lesson_2.exercise_3": [
        ([ROWS, SPARSE, ROWS], "at a again. One unit"),
        ([SPARSE, SPARSE, ROWS], "at a again. The labels are whole numbers"),
        ([BINARY, ROWS, SPARSE], "The loss with sparse in its name is for whole numbers"),
        ([BINARY, ROWS, ROWS], "at b again. Its labels are whole numbers"),
        ([BINARY, SPARSE, SPARSE], "at c again. Its labels are one-hot rows"),
    ],
    "lesson_2.exercise_4": [
        (np.exp, "their sum is not 1. Divide by the sum"),
        (lambda z: z / np.sum(z), "Use np.exp first"),
        (lambda z: np.exp(z - max(z)), "divided by the largest number. Divide by the sum"),
        (
            lambda z: np.exp(z) / len(z),
            "number of logits. Divide by the sum of the results of np.exp",
        ),
        (
            lambda z: np.exp(z) / sum(z),
            "sum of the logits. Divide by the sum of the results of np.exp",
        ),
        (lambda z: softmax(np.array([2, 1, 0.1])), "Use its argument, logits"),
        (lambda z: np.round(softmax(z), 3), "Return them as they are"),
    ],
    "lesson_3.exercise_1": [
        ((30, 30, 16), "The pooling comes after it"),
        ((16, 16, 16), "Without padding, the convolution makes the image smaller."),
        ((15, 15, 3), "the output has one channel for each filter"),
        ((16, 15, 15), "the channels come last"),
        ((None, 15, 15, 16), "correct for many images. Leave out the first number"),
        ((1, 15, 15, 16), "batch of one image. Leave out the first number"),
        ((32, 32, 16), "smaller, and the pooling halves it"),
        (3_600, "one number for each axis"),
    ],
    "lesson_3.exercise_2": [
        (160, "3 x 3 weights for each channel"),
        (432, "Add one bias for each filter"),
        (28, "There are 16 of them"),
        (433, "each of the 16 filters has its own bias"),
        (49_168, "weights for only 3 x 3 pixels of each channel"),
        (480, "each filter has one bias, and not one for each channel"),
        (208, "Here they are 3 x 3"),
    ],
    "lesson_3.exercise_3": [
        ([[1, 1, 1], [0, 0, 0], [-1, -1, -1]], "each of its rows must add up to 0"),
        ([[-1, -1, -1], [0, 0, 0], [1, 1, 1]], "finds horizontal edges. Swap rows and columns"),
        ([[0, 0, 1], [0, 0, 0], [0, 0, 0]], "nine numbers must add up to 0"),
        (
            [[0, 0, 0], [1, -2, 1], [-1, 2, -1]],
            "One column has to subtract, and another one to add",
        ),
        ([-1, 0, 1], "Write three rows, one below the other"),
    ],
    "lesson_3.exercise_4": [
        (lambda image: windows(image).mean(axis=(1, 3)), "Max pooling keeps the largest number"),
        (lambda image: windows(image)[:, 0, :, 0], "Compare all four, and keep the largest"),
        (overlapping, "next window begins two rows or two columns further on"),
        (np.max, "Return one number for each window"),
        (
            lambda image: windows(image).max(axis=1).reshape(len(image) // 2, -1),
            "halved the rows, but not the columns",
        ),
        (
            lambda image: windows(image).max(axis=(1, 3)).clip(0),
            "Compare the four numbers only with each other",
        ),
        (
            lambda image: overlapping(image)[: len(image) // 2, : len(image[0]) // 2],
            "begins at row 2 * row and column 2 * column",
        ),
        (max_pool_into_the_wrong_place, "write to result[row // 2, column // 2]"),
        (max_pool_of_28_rows, "half of image.shape[0] and of image.shape[1]"),
    ],
    "lesson_4.exercise_1": [
        (
            [HIGH, LEAK, EARLY, OVER, SORTED],
            "Look at the training loss. In a, it falls in each epoch",
        ),
        (
            [EARLY, LEAK, HIGH, SORTED, OVER],
            "After a sorted split, it is near 0 from the first epoch",
        ),
        (
            [EARLY, OVER, HIGH, LEAK, SORTED],
            "After a leak, they are as good as the training values",
        ),
        ([EARLY, SORTED, HIGH, OVER, LEAK], "After a leak, val_accuracy is too high"),
    ],
    "lesson_4.exercise_2": [
        ([ROWS, SPARSE, SPARSE], "sparse is for labels that are whole numbers"),
        ([ROWS, ROWS, ROWS], "at a again. These labels are whole numbers"),
        ([SPARSE, SPARSE, ROWS], "at b again. These labels are one-hot rows"),
        ([SPARSE, ROWS, SPARSE], "at c again. A row with 0.7 and 0.3"),
    ],
    "lesson_4.exercise_3": [
        (
            lambda labels, classes: np.eye(max(labels) + 1)[labels],
            "The number of columns must be classes",
        ),
        (lambda labels, classes: np.eye(classes)[:, labels], "Each label has its own row"),
        (lambda labels, classes: np.zeros((len(labels), classes)), "no 1 in the table"),
        (
            lambda labels, classes: [np.eye(classes)[labels].max(axis=0)] * len(labels),
            "make a new one for each row",
        ),
        (lambda labels, classes: np.eye(classes)[labels] * labels[:, None], "Write a 1 there"),
        (
            lambda labels, classes: np.roll(np.eye(classes)[labels], -1, axis=1),
            "Class 0 has column 0",
        ),
        (one_hot_swapped, "In the square brackets, the row comes first"),
    ],
    "lesson_4.exercise_4": [
        (6, "Count only those that the model gets wrong"),
        (3, "Count only those with a probability"),
        (4, "Compare with != instead of =="),
        (2 / 8, "use np.sum instead of np.mean"),
        (7, "use & instead of |"),
    ],
    "lesson_5.exercise_1": [
        ([1.25, 1.75], "Give the row first"),
        ([5 / 3, 4 / 3], "The pixel with the value 2 counts twice"),
        ([7, 5], "Divide them by the sum of the values"),
        ([1.5, 1.5], "middle of the box around the ink"),
        ([7 / 3, 5 / 3], "divided by the number of pixels"),
        ([2.75, 2.25], "In an array, they count from 0"),
        ([7 / 16, 5 / 16], "Pixels with the value 0 have no weight"),
    ],
    "lesson_5.exercise_2": [
        (lambda image, down, right: np.roll(image, (down, right), (0, 1)), "Zeros must come in"),
        (lambda image, down, right: shift(image, (-down, -right)), "in the opposite direction"),
        (lambda image, down, right: shift(image, (right, down)), "swapped down and right"),
        (
            lambda image, down, right: shift(image, (max(down, 0), max(right, 0))),
            "negative numbers do not move the image",
        ),
        (lambda image, down, right: image.copy(), "returned as it was"),
    ],
    "lesson_5.exercise_3": [
        ([PAPER, CENTRE, PROPORTIONS, DARK], "swapped a and d"),
        ([DARK, PROPORTIONS, CENTRE, PAPER], "swapped b and c"),
    ],
    "lesson_5.exercise_4": [
        (255 * TEN_DIGITS, "Divide all images by 255"),
        (1 - TEN_DIGITS, "Subtract them from 1"),
    ],
}


# Messages that say "A instead of B": B is in the code of the mistake, and A makes it right.
REPLACEMENTS = [
    (key, code, new, old)
    for key, exercise in EXERCISES.items()
    for code, message in exercise.mistakes
    for new, old in re.findall(r"(\S+) instead of (\S+?)[.,]?(?=\s|$)", message)
]


class TestMessages:
    @pytest.mark.parametrize("key", EXERCISES)
    def test_each_mistake_gets_its_message(self, check, key):
        for code, message in EXERCISES[key].mistakes:
            assert check(key, evaluate(key, code)) == f"Not yet: {message}"

    @pytest.mark.parametrize("key", WRITTEN)
    def test_message_is_about_what_was_written(self, check, key):
        exercise = EXERCISES[key]
        messages = [message for _, message in exercise.mistakes]
        data = {name: EIGHT[name] for name in exercise.data}
        texts = [check(key, answer, data) for answer, _ in WRITTEN[key]]
        for text, (_, words) in zip(texts, WRITTEN[key], strict=True):
            assert words in text
            assert sum(words in message for message in messages) == 1, words
        assert sorted(texts) == sorted(f"Not yet: {message}" for message in messages)

    @pytest.mark.parametrize(("key", "code", "new", "old"), REPLACEMENTS)
    def test_replacement_that_a_message_names_is_right(self, check, key, code, new, old):
        assert check(key, evaluate(key, code.replace(old, new))).startswith("Right.")

    def test_texts_name_the_code_of_the_solution(self):
        names = r"\bnp\.\w+|\baxis=\S*\w"
        for exercise in EXERCISES.values():
            for text in exercise.hints:
                for code in re.findall(rf"{names}|\w+\[[^\]]+\]|\d+(?: [*+] \d+)+", text):
                    assert code in exercise.solution_code, text
            for wrong, text in exercise.mistakes:
                for code in re.findall(names, text):
                    assert code in exercise.solution_code + wrong, text

    def test_texts_are_plain(self, capsys):
        for exercise in EXERCISES.values():
            assert len(exercise.hints) >= 2
            assert len(exercise.mistakes) >= 2
            exercise.solution()
            for text in (*exercise.hints, *(message for _, message in exercise.mistakes)):
                assert text.isascii()
                assert re.search(r"[a-z0-9)\]&|=][.?]$", text), text
        text = capsys.readouterr().out
        assert text.isascii()
        assert max(map(len, text.splitlines())) < 100


class TestLessons:
    """What a notebook and its exercises say about each other."""

    @pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
    def path(self, request):
        return request.param

    @pytest.fixture
    def lesson(self, path):
        return f"lesson_{int(path.stem[:2])}"

    @pytest.fixture
    def cells(self, path):
        return {cell.id: cell.source for cell in nbformat.read(path, as_version=4).cells}

    def test_cells_of_the_exercises(self, lesson, cells):
        expected = {}
        for number, exercise in enumerate(LESSONS[lesson], start=1):
            stub = f"{exercise.answer} = ..."
            if isinstance(exercise, FunctionExercise):
                stub = exercise.solution_code.splitlines()[0] + "\n    return ..."
            name = f"exercise_{number}"
            assert exercise.name == name
            expected[f"exercise-{number}"] = stub
            expected[f"exercise-{number}-check"] = (
                f"{exercise.call}\n# {name}.hint()\n# {name}.solution()"
            )
        is_exercise = re.compile(r"exercise-\d+(-check)?").fullmatch
        assert {name: text for name, text in cells.items() if is_exercise(name)} == expected

    def test_imports(self, lesson, cells):
        statements = ast.parse(cells["imports"]).body
        (names,) = (
            [alias.name for alias in statement.names]
            for statement in statements
            if getattr(statement, "module", "") == f"helpers.exercises.{lesson}"
        )
        names = [name for name in names if name.startswith("exercise_")]
        assert names == [exercise.name for exercise in LESSONS[lesson]]
        module = import_module(f"helpers.exercises.{lesson}")
        for exercise in LESSONS[lesson]:
            assert getattr(module, exercise.name) is exercise

    def test_sections_that_hints_name(self, lesson, cells):
        headings = re.findall(r"^#+ (.*)$", "\n".join(cells.values()), re.MULTILINE)
        for exercise in LESSONS[lesson]:
            for text in " ".join(exercise.hints).split("section ")[1:]:
                assert any(text.startswith(f"'{heading}'") for heading in headings), text


def raising(error):
    def function(*_):
        raise error

    return function


def never_ends(*arguments):
    return never_ends(*arguments)


class Resists:
    """An object that can be asked nothing, as a model that is half built."""

    def refuse(self, *_, **__):
        raise RuntimeError("ask me nothing\n" * 90)

    __array__ = __len__ = __eq__ = __bool__ = __iter__ = __getitem__ = __call__ = refuse
    __float__ = __int__ = __repr__ = __str__ = __getattr__ = refuse
    __hash__ = None


class Unprintable(Exception):
    def __str__(self):
        raise ValueError


def odd_objects():
    """Return what nobody expects as an answer, nor as the data of a lesson."""
    in_itself = []
    in_itself.append(in_itself)
    return [
        None,
        "",
        "text",
        "\x1b[31mred\x1b[0m",
        "long " * 1000,
        b"text",
        [],
        [[1, 2], [3]],
        [..., ..., ...],
        ["binary_crossentropy", None, 3],
        in_itself,
        {},
        dict.fromkeys(range(10), 1000),
        {1, 2},
        (None, None, None),
        np.array(0.123),
        np.arange(11),
        np.zeros((2, 3, 4)),
        np.full((3, 3), np.nan),
        np.full(10, np.nan),
        np.zeros((0, 10)),
        np.zeros((1000, 28, 28), dtype="uint8"),
        np.array([None, "a", 3], dtype=object),
        np.zeros(3, dtype=[("a", int)]),
        np.array(["2020-01-01"], dtype="datetime64[D]"),
        float("nan"),
        float("inf"),
        -1,
        0,
        12.5,
        10**15,
        10**400,
        [10**400] * 10,
        1 + 2j,
        True,
        np.True_,
        int,
        np,
        (number for number in range(3)),
        object(),
        Resists(),
        [Resists()] * 3,
        types.SimpleNamespace(shape=(7, 28, 32), dtype="float32", numpy=lambda: 1),
        np.sum,
        lambda: 0,
        lambda a, b, c, d: 0,
        lambda *_: None,
        lambda *_: "text",
        lambda *_: np.nan,
        lambda *_: [[1, 2], [3]],
        lambda *_: Resists(),
        lambda *_: np.sum,
        lambda *arguments: arguments,
        lambda *_: 1 / 0,
        lambda *_: sys.exit("bye"),
        never_ends,
        raising(ValueError("\x1b[31m" + "long " * 1000)),
        raising(Unprintable()),
        raising(StopIteration()),
        raising(MemoryError()),
    ]


class TestOddObjects:
    @pytest.mark.parametrize("key", EXERCISES)
    def test_answer(self, check, key):
        for thing in [*odd_objects(), range(3)]:
            text = check(key, thing)
            assert text.startswith("Not yet: ")
            assert len(text) > 40

    @pytest.mark.parametrize("key", WITH_DATA)
    def test_data(self, check, key):
        for answer in (..., solve(key)):
            for name in EXERCISES[key].data:
                for thing in odd_objects():
                    text = check(key, answer, {**data_for(key), name: thing})
                    assert text.startswith("Not yet: the check cannot use the data")
                    assert "Run the lesson again from the top" in text

    def test_wrong_arguments(self, check):
        """Also before there is an answer: then the saved output of a lesson shows the fault."""
        for key in WITH_DATA:
            data = data_for(key)
            swapped = dict(reversed(data.items())) if len(data) > 1 else {}
            for arguments in ({}, {**data, "one more": 1}, swapped):
                for answer in (..., solve(key)):
                    text = check(key, answer, arguments)
                    assert text.startswith("Not yet: the check ")
                    assert text.endswith(f"all {EXERCISES[key].call}")


class TestForms:
    """The same answer, written in another way, is right as well."""

    def test_numbers(self, check):
        for key in keys_of(NumberExercise):
            for form in (np.array, np.float64, lambda value: np.asarray(value).tolist()):
                assert check(key, form(solve(key))).startswith("Right.")

    def test_names(self, check):
        for form in (
            str.upper,
            lambda name: f" {name} ",
            lambda name: f"'{name}'",
            lambda name: name.title().replace("_", ""),
        ):
            for key in keys_of(NamesExercise):
                names = [form(name) for name in solve(key)]
                for answer in (names, tuple(names), np.array(names)):
                    assert check(key, answer).startswith("Right.")

    def test_other_filters_find_vertical_edges(self, check):
        for weights in (
            [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
            [[1, 0, -1], [1, 0, -1], [1, 0, -1]],
            [[0, 0, 0], [0, -1, 1], [0, 0, 0]],
            [[-1e-9, 0, 1e-9]] * 3,
            np.array([[-1, 2, -1]] * 3, dtype="int8"),
        ):
            assert check("lesson_3.exercise_3", weights).startswith("Right.")

    def test_other_filters_do_not(self, check):
        for weights in (
            [[-1, 0, 2], [-1, 0, 1], [-1, 0, 1]],
            [[-1, 0, 1.01]] * 3,
            [[-2, -1, 0], [-1, 0, 1], [0, 1, 2]],
            np.zeros((3, 3)),
            np.full((3, 3), 1e-12),
            [["-1", "0", "1"]] * 3,
            np.array([[-1, 0, 1]] * 3).reshape(3, 3, 1, 1),
        ):
            assert check("lesson_3.exercise_3", weights).startswith("Not yet:")

    def test_equally_confident_mistakes(self, check):
        predictions = np.array([[0.1, 0.9], [0.9, 0.1], [0.9, 0.1], [0.8, 0.2]])
        data = {"predictions": predictions, "test_labels": np.array([1, 1, 1, 1])}
        texts = [check("lesson_1.exercise_4", image, data) for image in range(-1, 5)]
        assert [text.startswith("Right.") for text in texts] == [
            False,
            False,
            True,
            True,
            False,
            False,
        ]
        assert "a whole number from 0 to 3" in texts[0]

    def test_no_mistake_at_all(self, check):
        data = lesson_data(np.arange(10), np.eye(10))
        y_test_hot = data.pop("y_test_hot")
        assert "is not a mistake" in check("lesson_1.exercise_4", 3, data)
        data = {"predictions": np.eye(10), "y_test_hot": y_test_hot}
        assert check("lesson_4.exercise_4", 0, data).startswith("Right.")

    def test_wrong_form_is_explained(self, check):
        for key, answer, words in (
            ("lesson_1.exercise_1", [50_890], "Give the number itself"),
            ("lesson_1.exercise_1", "50_890", "Write numbers, without quotes."),
            ("lesson_2.exercise_2", (None, 28, 99), "answer_2 is (None, 28, 99). Expected a tuple"),
            ("lesson_2.exercise_3", ["binary_crossentrophy"] * 3, "not one of the possible names"),
            ("lesson_2.exercise_3", ["mse"], "answer_3 has 1 elements."),
            (
                "lesson_2.exercise_3",
                [BINARY] * 3,
                "look again at answer_3[1], answer_3[2]. Call exercise_3.hint()",
            ),
            ("lesson_2.exercise_4", 0.5, "Run the cell that begins with def my_softmax again."),
            (
                "lesson_1.exercise_3",
                round(float(solve("lesson_1.exercise_3")), 2),
                "that is rounded.",
            ),
            ("lesson_4.exercise_1", [OVER] * 5, "look again at answer_1[0], answer_1[1]"),
            ("lesson_4.exercise_1", "overfitting", "answer_1 is the string 'overfitting'."),
        ):
            text = check(key, answer)
            assert text.startswith("Not yet: ")
            assert words in text

    def test_nearly_right_is_wrong(self, check):
        # Any ten images of the right form are an answer to this one.
        keys = set(keys_of(NumberExercise)) - {"lesson_5.exercise_4"}
        for key in keys:
            for off in (-1, 1, 1e-3, -1e-3):
                wrong = np.asarray(solve(key), dtype=float)
                wrong.flat[0] += off
                assert check(key, wrong).startswith("Not yet:")


def spoil(function, positions, change):
    """Return a function that changes its result in the calls at these positions."""
    calls = itertools.count()
    return lambda *arguments: (
        change(function(*arguments)) if next(calls) in positions else function(*arguments)
    )


class TestFunctions:
    def test_untouched_is_what_returns_dots(self, check):
        for key in keys_of(FunctionExercise):
            head = EXERCISES[key].solution_code.splitlines()[0]
            untouched = evaluate(key, f"{head}\n    return ...")
            assert check(key, untouched).startswith("Waiting for your answer.")
            for body in ("...", '"""Return what it should."""', "return None"):
                assert "returned None" in check(key, evaluate(key, f"{head}\n    {body}"))

    def test_print_without_return(self, capsys):
        EXERCISES["lesson_2.exercise_4"].check(lambda logits: print(softmax(logits)))
        printed, message, _ = capsys.readouterr().out.splitlines()
        assert printed.startswith("[0.6")
        assert "returned None. A function must return its result" in message

    def test_dots_for_some_inputs_are_a_mistake(self, check):
        for key in keys_of(FunctionExercise):
            for positions in ({0}, {1}, {1, 2, 3}):
                text = check(key, spoil(solve(key), positions, lambda _: ...))
                assert text.startswith("Not yet:")
                assert "is three dots (...)" in text

    @pytest.mark.parametrize("key", keys_of(FunctionExercise))
    def test_each_input_counts(self, check, key):
        """A function that is right for all inputs of the check but one is not right."""
        function = solve(key)
        inputs = EXERCISES[key]._make_inputs()
        assert len({np.shape(function(*arguments)) for arguments in inputs}) >= 4
        for position in range(len(inputs)):
            spoilt = spoil(function, {position}, lambda result: (result + 1).tolist())
            assert check(key, spoilt).startswith("Not yet:")
        assert check(key, spoil(function, {len(inputs)}, lambda _: 0)).startswith("Right.")

    def test_may_return_lists(self, check):
        for key in keys_of(FunctionExercise):
            function = spoil(solve(key), range(100), np.ndarray.tolist)
            assert check(key, function).startswith("Right.")

    def test_nearly_right_does_not_look_right(self, check):
        def with_short_e(logits):
            return 2.718**logits / np.sum(2.718**logits)

        for function in (lambda logits: softmax(logits).round(4), with_short_e):
            text = check("lesson_2.exercise_4", function)
            assert "That is nearly correct: the largest difference is" in text

    def test_learner_cannot_change_the_truth(self, check):
        def my_softmax(logits):
            logits[:] = 0
            return np.full(len(logits), 1 / len(logits))

        assert check("lesson_2.exercise_4", my_softmax).startswith("Not yet:")

    def test_says_what_it_got_and_expected(self, check):
        text = check("lesson_4.exercise_3", lambda labels, classes: np.ones((len(labels), classes)))
        assert "one_hot([1, 0, 3], 4) returned [[1.0, 1.0, " in text
        assert "Expected [[0.0, 1.0, 0.0, 0.0], " in text

    def test_large_results_are_compared_at_one_place(self, check):
        def max_pool(image):
            result = windows(image).max(axis=(1, 3))
            if len(result) > 3:
                result[3, 5] = 7
            return result

        text = check("lesson_3.exercise_4", max_pool)
        assert "max_pool(an array of shape (28, 28)) has 7.0 at [3, 5]. Expected" in text

    def test_exit_is_explained(self, check):
        function = raising(SystemExit("bye"))
        assert "stopped with SystemExit: bye" in check("lesson_2.exercise_4", function)

    def test_interrupt_goes_through(self):
        with pytest.raises(KeyboardInterrupt):
            EXERCISES["lesson_2.exercise_4"].check(raising(KeyboardInterrupt()))


class TestEngine:
    @pytest.fixture
    def exercise(self):
        return NumberExercise(
            1,
            shape=(),
            is_right=lambda value: value == 6,
            expected="a number",
            hints=["Look.", "Multiply."],
            solution="answer_1 = 2 * 3",
            why="It is 2 times 3.",
            mistakes=[],
        )

    def test_hints_in_order(self, exercise, capsys):
        for _ in range(4):
            assert exercise.hint() is None
        assert capsys.readouterr().out.splitlines() == [
            "Hint 1 of 2: Look.",
            "Hint 2 of 2: Multiply.",
            "There are no more hints. exercise_1.solution() shows a solution.",
            "There are no more hints. exercise_1.solution() shows a solution.",
        ]

    def test_solution(self, exercise, capsys):
        assert exercise.solution() is None
        text = "Solution:\n\n    answer_1 = 2 * 3\n\nWhy: It is 2 times 3.\n"
        assert capsys.readouterr().out == text

    def test_check(self, exercise, capsys):
        for answer in ([...], [], [6], [5], [None]):
            exercise.check(*answer)
        waiting, empty, right, wrong, none = capsys.readouterr().out.split("\n", maxsplit=4)
        assert waiting == empty
        assert waiting.startswith("Waiting for your answer. Replace the ... in the cell above")
        assert right == "Right. It is 2 times 3."
        assert (
            wrong == "Not yet: answer_1 is 5. Expected a number. Call exercise_1.hint() for a hint."
        )
        assert none.startswith("Not yet: answer_1 is None. A function without a return value")

    def test_repr_says_what_to_call(self, exercise):
        text = "exercise_1: exercise_1.check(answer_1), exercise_1.hint(), exercise_1.solution()"
        assert repr(exercise) == text

    def test_arguments_stay_as_they_are(self, check):
        for key in WITH_DATA:
            data = {name: value.copy() for name, value in data_for(key).items()}
            for value in data.values():
                value.flags.writeable = False
            for answer in (solve(key), 3, "text"):
                check(key, answer, data)
            for name, value in data_for(key).items():
                np.testing.assert_array_equal(data[name], value)

    def test_answers_stay_as_they_are(self, check):
        answer = [None, 28, 32]
        check("lesson_2.exercise_2", answer)
        assert answer == [None, 28, 32]

    def test_uses_no_global_random_numbers(self, check):
        np.random.seed(0)  # noqa: NPY002
        before = np.random.get_state()[1].copy()  # noqa: NPY002
        for key in EXERCISES:
            check(key, solve(key))
        np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002

    def test_import_needs_no_tensorflow(self):
        imports = ", ".join(f"helpers.exercises.{lesson}" for lesson in LESSONS)
        code = (
            f"import sys, {imports}\n"
            "print([name for name in ('tensorflow', 'keras', 'matplotlib') if name in sys.modules])"
        )
        result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert (result.stdout, result.stderr) == ("[]\n", "")


class TestFacts:
    """What the texts say beside the answer."""

    def test_all_classes_of_the_clothes_have_the_same_number_of_images(self):
        labels = fashion_mnist.load_data()[1][1]
        assert set(np.bincount(labels)) == {1000}

    def test_number_of_steps_is_that_of_the_lesson(self):
        images = len(mnist.load_data()[0][0]) - 10_000
        assert (images, -(-images // 32)) == (50_000, 1_563)

    def test_steps_that_the_check_takes(self, check):
        accuracy = accuracy_of_steps()
        assert 0.87 < accuracy < 0.91
        assert f" {accuracy:.0%} of 10,000 other digits" in check("lesson_2.exercise_1", step())

    @pytest.mark.parametrize(("dtype", "limit"), [("float64", 709), ("float32", 88)])
    def test_exp_is_infinite_above(self, dtype, limit):
        with np.errstate(over="ignore"):
            powers = np.exp(np.array([limit, limit + 1], dtype=dtype))
        assert np.isfinite(powers).tolist() == [True, False]
        assert str(limit) in EXERCISES["lesson_2.exercise_4"].why


@pytest.fixture(scope="session")
def tf():
    return pytest.importorskip("tensorflow")


class TestKeras:
    """What a learner may take from Keras for an answer; and Keras agrees with the truth."""

    @pytest.fixture
    def odd_objects(self, tf):
        model = tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(2)])
        return [
            tf.constant(1),
            tf.constant([[1.0, 2.0]]),
            tf.constant("text"),
            tf.constant(np.nan),
            tf.Variable([[1, 2]]),
            tf.ragged.constant([[1], [2, 3]]),
            tf.TensorShape(None),
            tf.TensorShape([None, 2]),
            tf.float32,
            tf.data.Dataset.range(3),
            model,
            tf.keras.Sequential([tf.keras.layers.Dense(2)]),
            model.layers[0],
            tf.keras.Input((4,)),
            model.weights,
            model.get_weights,
            tf.keras.losses.BinaryCrossentropy(),
            tf.function(lambda x: x),
            tf,
        ]

    def test_odd_answers_are_explained(self, check, odd_objects):
        for key in EXERCISES:
            for thing in odd_objects:
                assert check(key, thing).startswith("Not yet:")

    def test_odd_data_are_explained(self, check, odd_objects):
        for key in WITH_DATA:
            for thing in odd_objects:
                data = {**data_for(key), EXERCISES[key].data[0]: thing}
                assert check(key, solve(key), data).startswith("Not yet: the check cannot use")

    def test_tensors_are_answers(self, check, tf):
        for key in keys_of(NumberExercise):
            assert check(key, tf.constant(solve(key))).startswith("Right.")

    def test_data_may_be_tensors(self, check, tf):
        for key in WITH_DATA:
            data = {name: tf.constant(value) for name, value in data_for(key).items()}
            assert check(key, solve(key), data).startswith("Right.")

    def test_functions(self, check, tf):
        def max_pool(image):
            return tf.keras.layers.MaxPooling2D(2)(image[None, :, :, None])[0, :, :, 0]

        assert check("lesson_2.exercise_4", lambda row: tf.nn.softmax(row)).startswith("Right.")
        assert check("lesson_3.exercise_4", max_pool).startswith("Right.")
        assert check("lesson_4.exercise_3", lambda y, n: tf.one_hot(y, n)).startswith("Right.")
        assert check("lesson_4.exercise_3", tf.keras.utils.to_categorical).startswith("Right.")

    def test_step(self, check, tf):
        def gradient_step(weights, rows, labels, rate):
            classes = weights.shape[1]
            layer = tf.keras.layers.Dense(classes, activation="softmax", use_bias=False)
            model = tf.keras.Sequential([tf.keras.Input(weights.shape[:1]), layer])
            model.set_weights([weights])
            sgd = tf.keras.optimizers.SGD(learning_rate=rate)
            model.compile(optimizer=sgd, loss="sparse_categorical_crossentropy")
            model.train_on_batch(rows, labels)
            return model.get_weights()[0]

        def with_tensors(weights, rows, labels, rate):
            truth = tf.keras.utils.to_categorical(labels, weights.shape[1])
            slope = rows.T @ (tf.nn.softmax(rows @ weights) - truth) / len(rows)
            return weights - rate * slope

        for function in (gradient_step, with_tensors):
            assert check("lesson_2.exercise_1", function).startswith("Right.")

    def test_parameters(self, check, tf):
        layers = tf.keras.layers
        clothes = [tf.keras.Input((28, 28)), layers.Flatten(), layers.Dense(64), layers.Dense(10)]
        for key, parts in {
            "lesson_1.exercise_1": clothes,
            "lesson_3.exercise_2": [tf.keras.Input((32, 32, 3)), layers.Conv2D(16, 3)],
        }.items():
            count = tf.keras.Sequential(parts).count_params()
            assert check(key, count).startswith("Right.")

    def test_shapes(self, check, tf):
        layers = tf.keras.layers
        rows = layers.Dense(32)(tf.zeros((7, 28, 28)))
        assert check("lesson_2.exercise_2", rows.shape).startswith("Right.")
        maps = layers.MaxPooling2D(2)(layers.Conv2D(16, 3)(tf.zeros((1, 32, 32, 3))))
        assert check("lesson_3.exercise_1", maps.shape[1:]).startswith("Right.")


def tiny(image):
    return np.pad(image[::2, ::2], 7)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda image: 255 * image, "largest value in the image of the 3"),
        (lambda image: 0.5 * image, "run from 0.00 to 0.50"),
        (lambda image: image - 0.1, "run from -0.10"),
        (lambda image: 1 - image, "the image of the 3 is dark on light"),
        (lambda image: np.maximum(image, 0.2), "The paper in the image of the 3 is not 0"),
        (tiny, "make the longer side 20 pixels"),
        (lambda image: np.roll(image, (-4, 2), (0, 1)), "the centre of mass of the image of the 3"),
        (lambda image: TEN_DIGITS[8], "the images of the 3 and of the 8 are the same"),
    ],
)
def test_form_of_own_digits(check, change, words):
    digits = TEN_DIGITS.copy()
    digits[3] = change(digits[3])
    assert words.lower() in check("lesson_5.exercise_4", digits).lower()


def test_digits_of_mnist_have_the_right_form(check):
    (images, labels), _ = mnist.load_data()
    for k in range(5):
        digits = [images[np.flatnonzero(labels == digit)[k]] / 255 for digit in range(10)]
        assert check("lesson_5.exercise_4", np.array(digits)).startswith("Right.")
