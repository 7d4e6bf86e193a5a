import builtins
import re
import subprocess
import sys
import types
import warnings
from importlib import import_module

import numpy as np
import pytest

from helpers.datasets import fashion_mnist, mnist
from helpers.exercises.engine import (
    Exercise,
    FunctionExercise,
    NamesExercise,
    NumberExercise,
    ShapeExercise,
    run,
)

LESSONS = [1, 2, 3, 4]
EXERCISES = {
    f"{lesson}-{name}": value
    for lesson in LESSONS
    for name, value in vars(import_module(f"helpers.exercises.lesson_{lesson}")).items()
    if isinstance(value, Exercise)
}
WITH_DATA = [key for key, exercise in EXERCISES.items() if exercise.data]
ANSWER_KINDS = {
    kind: [key for key, exercise in EXERCISES.items() if isinstance(exercise, kind)]
    for kind in (NumberExercise, ShapeExercise, NamesExercise, FunctionExercise)
}
SOLUTIONS = [pytest.param(key, id=key) for key in EXERCISES]
MISTAKES = [
    pytest.param(key, code, message, id=f"{key}-{place}")
    for key, exercise in EXERCISES.items()
    for place, (code, message) in enumerate(exercise.mistakes)
]


def lesson_data(labels, logits):
    """Return the variables that a learner's run of a lesson leaves behind."""
    powers = np.exp(logits)
    return {
        "predictions": (powers / powers.sum(axis=1, keepdims=True)).astype("float32"),
        "test_labels": labels,
        "y_test_hot": np.eye(10)[labels],
    }


def make_runs():
    random = np.random.default_rng(7)
    labels = random.choice(10, 400, p=np.arange(1, 11) / 55).astype("uint8")
    noise = random.normal(0, 2, (400, 10))
    hot = np.eye(10)[labels]
    always_trouser = noise * 0 + np.eye(10)[1]
    return {
        "usual": lesson_data(labels, 4 * hot + noise),
        "weak": lesson_data(labels, hot + 0.3 * noise),
        "strong": lesson_data(labels, 8 * hot + noise),
        "untrained": lesson_data(labels, 0.01 * noise),
        "one answer for all": lesson_data(labels, always_trouser),
        "certain and wrong": lesson_data(labels, 300 * np.roll(hot, 1, axis=1)),
        "collapsed to shirts": lesson_data(labels, 9 * np.eye(10)[[6] * 400] + 0 * noise),
    }


RUNS = make_runs()


def data_for(exercise, run_name="usual"):
    return {name: RUNS[run_name][name] for name in exercise.data}


def one_line(text):
    return " ".join(text.split())


@pytest.fixture
def check(capsys):
    """Call check, hold its output to the rules, and return it as one line."""

    def call(key, answer, data=None):
        exercise = EXERCISES[key]
        data = data_for(exercise) if data is None else data
        capsys.readouterr()
        assert exercise.check(answer, *data.values()) is None
        printed = capsys.readouterr()
        assert printed.err == ""
        assert "\x1b" not in printed.out
        assert max(map(len, printed.out.splitlines())) < 100
        assert re.match(r"Right\. |Not yet: |Waiting for your answer\. ", printed.out)
        return one_line(printed.out)

    return call


def solve(key, run_name="usual"):
    exercise = EXERCISES[key]
    return run(exercise.solution_code, exercise.answer, data_for(exercise, run_name))


def raising(error):
    def function(*_):
        raise error

    return function


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


LIKE_AN_ARRAY = types.SimpleNamespace(shape=(7, 28, 32), dtype="float32", numpy=lambda: 1)
LOOP = []
LOOP.append(LOOP)

ODD_ANSWERS = {
    "dots": ...,
    "None": None,
    "empty text": "",
    "text": "text",
    "colour": "\x1b[31mred\x1b[0m",
    "long text": "long " * 1000,
    "bytes": b"text",
    "empty list": [],
    "list": [1, 2],
    "list of lists": [[1, 2], [3]],
    "list of dots": [..., ..., ...],
    "list of ten dots": [...] * 10,
    "list of texts": ["a", "b", "c"],
    "list of texts and None": ["binary_crossentropy", None, 3],
    "list in itself": LOOP,
    "dict": {},
    "dict of counts": dict.fromkeys(range(10), 1000),
    "tuple": (),
    "tuple of None": (None, None, None),
    "set": {1, 2},
    "0-d array": np.array(0.123),
    "1-d array": np.arange(11),
    "2-d array": np.zeros((2, 3)),
    "3-d array": np.zeros((2, 3, 4)),
    "3 x 3 array of NaN": np.full((3, 3), np.nan),
    "10 NaN": np.full(10, np.nan),
    "empty array": np.zeros((0, 10)),
    "images": np.zeros((1000, 28, 28), dtype="uint8"),
    "object array": np.array([None, "a", 3], dtype=object),
    "record array": np.zeros(3, dtype=[("a", int)]),
    "dates": np.array(["2020-01-01"], dtype="datetime64[D]"),
    "NaN": float("nan"),
    "infinity": float("inf"),
    "minus": -1,
    "half": 12.5,
    "huge": 10**400,
    "large": 10**15,
    "huge list": [10**400] * 10,
    "complex": 1 + 2j,
    "True": True,
    "NumPy's True": np.True_,
    "class": Resists,
    "int": int,
    "module": np,
    "generator": (number for number in range(3)),
    "range": range(3),
    "object": object(),
    "resists": Resists(),
    "list of what resists": [Resists()] * 3,
    "looks like an array": LIKE_AN_ARRAY,
    "sum": np.sum,
    "lambda": lambda *_: 0,
    "no arguments": lambda: 0,
    "ten arguments": lambda a, b, c, d, e, f, g, h, i, j: 0,
    "returns None": lambda *_: None,
    "returns dots": lambda *_: ...,
    "returns text": lambda *_: "text",
    "returns its arguments": lambda *arguments: arguments,
    "returns its first argument": lambda *arguments: arguments[0],
    "returns NaN": lambda *_: np.nan,
    "returns a ragged list": lambda *_: [[1, 2], [3]],
    "returns what resists": lambda *_: Resists(),
    "returns a function": lambda *_: np.sum,
    "divides by zero": lambda *_: 1 / 0,
    "never ends": lambda *arguments: ODD_ANSWERS["never ends"](*arguments),
    "exits": lambda *_: sys.exit("bye"),
    "raises a long error": raising(ValueError("\x1b[31m" + "long " * 1000)),
    "raises what cannot be printed": raising(Unprintable()),
    "raises StopIteration": raising(StopIteration()),
    "raises MemoryError": raising(MemoryError()),
    "raises GeneratorExit": raising(GeneratorExit()),
}


def odd(name):
    return (number for number in range(3)) if name == "generator" else ODD_ANSWERS[name]


class TestAnswers:
    def test_each_lesson_has_three_to_five(self):
        for lesson in LESSONS:
            names = [key.split("-")[1] for key in EXERCISES if key.startswith(f"{lesson}-")]
            assert 3 <= len(names) <= 5
            assert names == [f"exercise_{n}" for n in range(1, len(names) + 1)]
            assert names == [EXERCISES[f"{lesson}-{name}"].name for name in names]

    def test_each_has_hints_and_mistakes(self):
        for exercise in EXERCISES.values():
            assert 2 <= len(exercise.hints) <= 3
            assert len(exercise.mistakes) >= 2
            messages = [message for _, message in exercise.mistakes]
            assert len(set(messages)) == len(messages)

    @pytest.mark.parametrize("run_name", RUNS)
    @pytest.mark.parametrize("key", SOLUTIONS)
    def test_solution_is_right(self, check, key, run_name):
        data = data_for(EXERCISES[key], run_name)
        assert check(key, solve(key, run_name), data).startswith("Right.")

    @pytest.mark.parametrize(("key", "code", "message"), MISTAKES)
    def test_mistake_gets_its_message(self, check, key, code, message):
        exercise = EXERCISES[key]
        wrong = run(code, exercise.answer, data_for(exercise))
        assert check(key, wrong) == f"Not yet: {message}"

    @pytest.mark.parametrize("run_name", RUNS)
    @pytest.mark.parametrize(("key", "code", "message"), MISTAKES)
    def test_wrong_is_right_only_if_it_is_the_same(self, check, key, code, message, run_name):
        exercise = EXERCISES[key]
        data = data_for(exercise, run_name)
        with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
            wrong = run(code, exercise.answer, data)
        if check(key, wrong, data).startswith("Right."):
            assert exercise.data
            assert np.isclose(wrong, solve(key, run_name)) or key == "1-exercise_4"

    @pytest.mark.parametrize("name", ODD_ANSWERS)
    @pytest.mark.parametrize("key", EXERCISES)
    def test_odd_answer_is_explained(self, check, key, name):
        text = check(key, odd(name))
        if name == "dots":
            assert text.startswith("Waiting")
        elif name != "returns None" or not isinstance(EXERCISES[key], FunctionExercise):
            assert text.startswith("Not yet: ")
            assert len(text) > 40

    @pytest.mark.parametrize("name", ODD_ANSWERS)
    @pytest.mark.parametrize("key", WITH_DATA)
    def test_odd_data_is_explained(self, check, key, name):
        for place in EXERCISES[key].data:
            data = {**data_for(EXERCISES[key]), place: odd(name)}
            text = check(key, solve(key), data)
            assert text.startswith("Not yet: ")
            is_labels = place == "test_labels" and name in ("list", "range")
            if key != "1-exercise_2" or not is_labels:
                assert "Run the lesson again from the top" in text


class TestForms:
    """The same answer, written in another way, is right as well."""

    @pytest.mark.parametrize(
        "form", [float, np.array, np.int64, np.float32, lambda v: np.array(v, dtype="float64")]
    )
    @pytest.mark.parametrize("key", ANSWER_KINDS[NumberExercise])
    def test_number(self, check, key, form):
        answer = np.asarray(solve(key))
        if answer.ndim == 0 and answer == int(answer):
            assert check(key, form(answer.item())).startswith("Right.")

    @pytest.mark.parametrize("form", [list, tuple, np.array])
    @pytest.mark.parametrize("key", ANSWER_KINDS[ShapeExercise] + ["1-exercise_2"])
    def test_row(self, check, key, form):
        assert check(key, form(solve(key))).startswith("Right.")

    @pytest.mark.parametrize(
        "form",
        [
            str.upper,
            lambda name: f" {name} ",
            lambda name: f"'{name}'",
            lambda name: name.title().replace("_", ""),
        ],
    )
    @pytest.mark.parametrize("key", ANSWER_KINDS[NamesExercise])
    def test_names(self, check, key, form):
        names = [form(name) for name in solve(key)]
        for answer in (names, tuple(names), np.array(names)):
            assert check(key, answer).startswith("Right.")

    def test_function_that_returns_lists(self, check):
        functions = {key: solve(key) for key in ANSWER_KINDS[FunctionExercise]}
        for key, function in functions.items():
            as_list = lambda *arguments, f=function: f(*arguments).tolist()  # noqa: E731
            assert check(key, as_list).startswith("Right.")

    @pytest.mark.parametrize(
        "weights",
        [
            [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
            [[1, 0, -1], [1, 0, -1], [1, 0, -1]],
            [[0, 0, 0], [0, -1, 1], [0, 0, 0]],
            [[-1e-9, 0, 1e-9]] * 3,
            np.array([[-1, 2, -1]] * 3, dtype="int8"),
        ],
    )
    def test_other_filters_find_vertical_edges(self, check, weights):
        assert check("3-exercise_3", weights).startswith("Right.")

    @pytest.mark.parametrize(
        "weights",
        [
            [[-1, 0, 2], [-1, 0, 1], [-1, 0, 1]],
            [[-1, 0, 1.01]] * 3,
            [[-2, -1, 0], [-1, 0, 1], [0, 1, 2]],
            np.zeros((3, 3)),
            np.full((3, 3), 1e-12),
            [["-1", "0", "1"]] * 3,
            np.array([[-1, 0, 1]] * 3).reshape(3, 3, 1, 1),
        ],
    )
    def test_other_filters_do_not(self, check, weights):
        assert check("3-exercise_3", weights).startswith("Not yet:")

    def test_equally_sure_mistakes(self, check):
        data = {
            "predictions": np.array([[0.1, 0.9], [0.9, 0.1], [0.9, 0.1], [0.8, 0.2]]),
            "test_labels": np.array([1, 1, 1, 1]),
        }
        verdicts = [check("1-exercise_4", i, data)[:5] for i in range(-1, 5)]
        assert verdicts == ["Not y", "Not y", "Right", "Right", "Not y", "Not y"]

    def test_no_mistake_at_all(self, check):
        labels = np.arange(10)
        data = {"predictions": np.eye(10), "test_labels": labels}
        assert "is no mistake" in check("1-exercise_4", 3, data)
        data = {"predictions": np.eye(10), "y_test_hot": np.eye(10)[labels]}
        assert check("4-exercise_4", 0, data).startswith("Right.")

    def test_number_in_brackets(self, check):
        assert check("1-exercise_1", [50_890]).endswith("Take the number out of its brackets.")

    def test_misspelled_loss(self, check):
        text = check("2-exercise_3", ["binary_crossentrophy", "accuracy", "mse"])
        assert "the text 'binary_crossentrophy', which is not one of the names" in text

    def test_rounded_share(self, check):
        share = round(float(solve("1-exercise_3")), 2)
        assert check("1-exercise_3", share).startswith("Not yet: that is rounded.")

    @pytest.mark.parametrize("steps", [390.6, 390.625, 390.75])
    def test_part_of_a_step(self, check, steps):
        assert check("4-exercise_1", steps).startswith("Not yet: there is no part of a step.")

    @pytest.mark.parametrize("off", [-1, 1, 1e-3, -1e-3])
    @pytest.mark.parametrize("run_name", RUNS)
    @pytest.mark.parametrize("key", ANSWER_KINDS[NumberExercise])
    def test_nearly_right_is_wrong(self, check, key, run_name, off):
        if key in ("1-exercise_4", "3-exercise_3"):
            return
        data = data_for(EXERCISES[key], run_name)
        wrong = np.asarray(solve(key, run_name), dtype=float) + off
        assert check(key, wrong, data).startswith("Not yet:")


class TestFunctions:
    def test_nearly_right_does_not_look_right(self, check):
        def rounded(logits):
            return (np.exp(logits) / np.exp(logits).sum()).round(4)

        def with_short_e(logits):
            return 2.718**logits / np.sum(2.718**logits)

        for function in (rounded, with_short_e):
            text = check("2-exercise_4", function)
            assert "That is nearly right: the largest difference is" in text

    def test_untouched_waits(self, check):
        def with_docstring(labels, classes):
            """Return one row for each label."""

        def with_dots(logits): ...

        for key in ANSWER_KINDS[FunctionExercise]:
            for function in (with_docstring, with_dots):
                assert check(key, function).startswith("Waiting for your answer.")

    def test_print_without_return(self, check):
        def my_softmax(logits):
            powers = np.exp(logits)
            powers / powers.sum()

        assert "returned None" in check("2-exercise_4", my_softmax)

    def test_learner_cannot_change_the_truth(self, check):
        def my_softmax(logits):
            logits[:] = 0
            return np.full(len(logits), 1 / len(logits))

        def max_pool(image):
            image[:] = 0
            return image[::2, ::2]

        assert check("2-exercise_4", my_softmax).startswith("Not yet:")
        assert check("3-exercise_4", max_pool).startswith("Not yet:")

    @pytest.mark.parametrize("key", ANSWER_KINDS[FunctionExercise])
    def test_learned_by_heart(self, check, key):
        """A function that is right for one input of the check fails at another."""
        exercise = EXERCISES[key]
        truth = run(exercise.solution_code, exercise.answer, {})
        inputs = exercise._make_inputs()
        assert len(inputs) >= 4
        for arguments in inputs:
            result = truth(*arguments)
            assert check(key, lambda *_, result=result: result).startswith("Not yet:")

    def test_says_what_came_and_what_was_expected(self, check):
        text = check("4-exercise_3", lambda labels, classes: np.ones((len(labels), classes)))
        assert "one_hot([1, 0, 3], 4) returned [[1.0, 1.0, " in text
        assert "Expected [[0.0, 1.0, 0.0, 0.0], " in text

    def test_large_results_are_compared_at_one_place(self, check):
        def max_pool(image):
            result = image.reshape(image.shape[0] // 2, 2, -1, 2).max(axis=(1, 3))
            if len(result) > 3:
                result[3, 5] = 7
            return result

        text = check("3-exercise_4", max_pool)
        assert "max_pool(an array of shape (28, 28)) has 7.0 at [3, 5]. Expected" in text

    def test_exit_is_explained(self, check):
        assert "stopped with SystemExit: bye" in check("2-exercise_4", lambda _: sys.exit("bye"))

    @pytest.mark.parametrize("key", ANSWER_KINDS[FunctionExercise])
    def test_interrupt_goes_through(self, key):
        with pytest.raises(KeyboardInterrupt):
            EXERCISES[key].check(raising(KeyboardInterrupt()))


class TestEngine:
    @pytest.fixture
    def exercise(self):
        return NumberExercise(
            1,
            shape=(),
            is_right=lambda value: value == 6,
            expected="the number of weights",
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
        exercise.check(...)
        exercise.check(6)
        exercise.check(5)
        exercise.check()
        waiting, right, wrong, nothing = capsys.readouterr().out.splitlines()
        assert waiting == nothing
        assert waiting.startswith("Waiting for your answer. Write it in the cell above")
        assert right == "Right. It is 2 times 3."
        assert wrong == (
            "Not yet: answer_1 is 5. Expected the number of weights. exercise_1.hint() helps."
        )

    def test_repr_says_what_to_call(self, exercise):
        text = "exercise_1: exercise_1.check(answer_1), exercise_1.hint(), exercise_1.solution()"
        assert repr(exercise) == text

    @pytest.mark.parametrize("key", WITH_DATA)
    def test_other_number_of_arguments(self, check, key):
        assert EXERCISES[key].call in check(key, solve(key), {})
        data = {**data_for(EXERCISES[key]), "one more": 1}
        assert EXERCISES[key].call in check(key, solve(key), data)

    @pytest.mark.parametrize("key", EXERCISES)
    def test_what_is_printed_is_plain_and_narrow(self, key, capsys):
        exercise = EXERCISES[key]
        exercise.solution()
        for _ in range(len(exercise.hints) + 1):
            exercise.hint()
        exercise._hints_given = 0
        text = capsys.readouterr().out
        assert text.isascii()
        assert "\x1b" not in text
        assert max(map(len, text.splitlines())) < 100
        for _, message in exercise.mistakes:
            assert message.isascii()
            assert message.endswith((".", "?", "&."))

    @pytest.mark.parametrize("key", WITH_DATA)
    def test_arguments_stay_as_they_are(self, check, key):
        data = {name: value.copy() for name, value in data_for(EXERCISES[key]).items()}
        for value in data.values():
            value.flags.writeable = False
        for answer in (solve(key), 3, "text"):
            check(key, answer, data)
        for name, value in data_for(EXERCISES[key]).items():
            np.testing.assert_array_equal(data[name], value)

    def test_answers_stay_as_they_are(self, check):
        answer = [None, 28, 32]
        check("2-exercise_2", answer)
        assert answer == [None, 28, 32]

    def test_uses_no_global_random_numbers(self, check):
        np.random.seed(0)  # noqa: NPY002
        before = np.random.get_state()[1].copy()  # noqa: NPY002
        for key in EXERCISES:
            check(key, solve(key))
        np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002

    def test_exercises_are_documented_by_their_call(self):
        for exercise in EXERCISES.values():
            assert exercise.call.startswith(f"{exercise.name}.check({exercise.answer}")
            assert exercise.answer not in dir(builtins)


def test_all_classes_of_the_clothes_are_equally_frequent():
    labels = fashion_mnist.load_data()[1][1]
    assert set(np.bincount(labels)) == {1000}


def test_number_of_steps_is_that_of_the_lesson():
    images = len(mnist.load_data()[0][0]) - 10_000
    assert (images, -(-images // 32)) == (50_000, 1_563)


@pytest.mark.parametrize("lesson", LESSONS)
def test_import_needs_no_tensorflow(lesson):
    code = (
        f"import sys, helpers.exercises.lesson_{lesson}\n"
        "print([name for name in ('tensorflow', 'keras', 'matplotlib') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (result.stdout, result.stderr) == ("[]\n", "")


@pytest.fixture(scope="session")
def tf():
    return pytest.importorskip("tensorflow")


class TestKeras:
    """What a learner may take from Keras for an answer; and Keras agrees with the truth."""

    @pytest.fixture
    def odd_objects(self, tf):
        model = tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(2)])
        open_model = tf.keras.Sequential([tf.keras.layers.Dense(2)])
        return [
            tf.constant(1),
            tf.constant([[1.0, 2.0]]),
            tf.constant("text"),
            tf.constant(np.nan),
            tf.Variable([1, 2]),
            tf.ragged.constant([[1], [2, 3]]),
            tf.TensorShape(None),
            tf.TensorShape([None, 2]),
            tf.float32,
            tf.data.Dataset.range(3),
            model,
            open_model,
            model.layers[0],
            tf.keras.Input((4,)),
            model.weights,
            model.get_weights,
            tf.keras.losses.BinaryCrossentropy(),
            tf.function(lambda x: x),
            tf,
        ]

    @pytest.mark.parametrize("key", EXERCISES)
    def test_odd_answer_is_explained(self, check, odd_objects, key):
        for thing in odd_objects:
            assert check(key, thing).startswith("Not yet:")

    @pytest.mark.parametrize("key", WITH_DATA)
    def test_odd_data_is_explained(self, check, odd_objects, key):
        for thing in odd_objects:
            data = {**data_for(EXERCISES[key]), EXERCISES[key].data[0]: thing}
            assert check(key, solve(key), data).startswith("Not yet:")

    @pytest.mark.parametrize(
        "key", [k for k in ANSWER_KINDS[NumberExercise] if k != "3-exercise_3"]
    )
    def test_tensors_are_answers(self, check, tf, key):
        assert check(key, tf.constant(solve(key))).startswith("Right.")

    def test_data_may_be_tensors(self, check, tf):
        for key in WITH_DATA:
            data = {name: tf.constant(value) for name, value in data_for(EXERCISES[key]).items()}
            assert check(key, solve(key), data).startswith("Right.")

    def test_functions_may_return_tensors(self, check, tf):
        assert check("2-exercise_4", lambda row: tf.nn.softmax(row)).startswith("Right.")
        assert check("4-exercise_3", lambda y, n: tf.one_hot(y, n)).startswith("Right.")
        assert check("4-exercise_3", tf.keras.utils.to_categorical).startswith("Right.")

    def test_parameters(self, check, tf):
        layers = tf.keras.layers
        clothes = [tf.keras.Input((28, 28)), layers.Flatten(), layers.Dense(64), layers.Dense(10)]
        for key, parts in {
            "1-exercise_1": clothes,
            "2-exercise_1": [tf.keras.Input((100,)), layers.Dense(20), layers.Dense(3)],
            "3-exercise_2": [tf.keras.Input((32, 32, 3)), layers.Conv2D(16, 3)],
        }.items():
            count = tf.keras.Sequential(parts).count_params()
            assert check(key, count).startswith("Right.")

    def test_shapes(self, check, tf):
        layers = tf.keras.layers
        rows = layers.Dense(32)(tf.zeros((7, 28, 28)))
        assert check("2-exercise_2", rows.shape).startswith("Right.")
        maps = layers.MaxPooling2D(2)(layers.Conv2D(16, 3)(tf.zeros((1, 32, 32, 3))))
        assert check("3-exercise_1", maps.shape[1:]).startswith("Right.")

    def test_max_pool(self, check, tf):
        def max_pool(image):
            return tf.keras.layers.MaxPooling2D(2)(image[None, :, :, None])[0, :, :, 0]

        assert check("3-exercise_4", max_pool).startswith("Right.")
