"""Exercises that answer: a check that names the mistake, hints, and a solution.

The interface is that of Kaggle's learntools (https://github.com/Kaggle/learntools):
``check``, ``hint`` and ``solution`` print, and return nothing.
"""

import inspect
import math
import textwrap
import warnings
from types import CodeType

import numpy as np

from helpers import validation

WIDTH = 88
COUNT_IN_PLACE_OF_SHAPE = (
    "that is the total number of values in the output. The shape is a tuple with one number for "
    "each axis."
)


class Mistake(Exception):
    """What is wrong with an answer, in words for the learner."""


def say(text):
    """Print ``text`` in lines that fit a terminal and a notebook."""
    print(textwrap.fill(text, WIDTH, break_on_hyphens=False))


def one_line(thing, length=300):
    r"""Return the text of any object on one line, without control characters.

    Parameters
    ----------
    thing : object
        Also one whose ``__str__`` fails.
    length : int
        What is longer is cut.

    Returns
    -------
    str

    Examples
    --------
    >>> one_line(ValueError("first line\nsecond line"))
    'first line second line'
    """
    try:
        text = str(thing)
    except Exception:
        return "(no text)"
    text = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * length])
    return textwrap.shorten(text, length, placeholder=" ...") or "(no text)"


def shown(array):
    """Return the numbers of a small array, or the shape of a large one.

    Parameters
    ----------
    array : numpy.ndarray

    Returns
    -------
    str

    Examples
    --------
    >>> shown(np.array([0.25, 0.75]))
    '[0.25, 0.75]'
    >>> shown(np.zeros((28, 28)))
    'an array of shape (28, 28)'
    """
    if array.size > 16:
        return f"an array of shape {array.shape}"
    return one_line((array.round(4) if array.dtype.kind == "f" else array).tolist())


def described(value):
    """Say in a few words what an object is.

    Parameters
    ----------
    value : object
        Anything that a learner may take for an answer.

    Returns
    -------
    str

    Examples
    --------
    >>> described("nine")
    "the text 'nine'"
    >>> described([1, 2, 3])
    'a list with 3 elements'
    >>> described(np.zeros((2, 3, 4)))
    'an array of shape (2, 3, 4)'
    """
    kind = type(value).__name__
    if isinstance(value, str):
        return f"the string {one_line(repr(value[:40]))}"
    if isinstance(value, (np.ndarray, np.generic)):
        return shown(np.asarray(value))
    if value is None or value is ... or isinstance(value, (bool, float, complex)):
        return "three dots (...)" if value is ... else repr(value)
    if isinstance(value, int):
        return repr(value) if abs(value) < 10**18 else "a huge number"
    if isinstance(value, (list, tuple, dict, set)):
        return f"a {kind} with {len(value)} elements" if len(value) else f"an empty {kind}"
    if inspect.isroutine(value):
        return "a function"
    return "a class" if isinstance(value, type) else f"an object of the type {kind}"


def read_numbers(value, name, expected):
    """Return what a learner gave as an array of numbers.

    Parameters
    ----------
    value : object
        Python numbers and lists of them, arrays and tensors can be read.
    name : str
        What to call it in a message.
    expected : str
        What it should be, in words.

    Returns
    -------
    numpy.ndarray
        Of a whole-number, decimal or boolean dtype, without NaN.

    Raises
    ------
    Mistake
        It holds no numbers.

    Examples
    --------
    >>> read_numbers([1, 2.5], "answer_1", "two numbers")
    array([1. , 2.5])
    """
    came = f"{name} is {described(value)}"
    try:
        array = np.asarray(value)
    except Exception:
        raise Mistake(
            f"{came}, which cannot be read as a table of numbers. Expected {expected}."
        ) from None
    if array.dtype.kind in "US":
        raise Mistake(f"{came}. Write numbers, without quotes. Expected {expected}.")
    if array.dtype == bool and array.ndim == 0:
        raise Mistake(f"{came}, which is not a number. Expected {expected}.")
    if array.dtype.kind not in "biuf":
        raise Mistake(
            f"{came}. That cannot be read as whole or decimal numbers. Expected {expected}."
        )
    if array.size == 0:
        raise Mistake(f"{came}: there is nothing in it. Expected {expected}.")
    if not np.isfinite(array).all():
        raise Mistake(f"{came}. It contains NaN or infinity. Expected {expected}.")
    return array


def same(first, second):
    """Say whether two arrays, or two lists of arrays, hold the same numbers.

    Parameters
    ----------
    first, second : array_like or list of array_like
        Numbers of any dtype.

    Returns
    -------
    bool
        The shapes are the same, and no number differs by more than 0.000001.

    Examples
    --------
    >>> same(5, 5.0)
    True
    >>> same([1, 2], [[1, 2]])
    False
    """
    if isinstance(first, list):
        return len(first) == len(second) and all(map(same, first, second))
    first, second = np.asarray(first), np.asarray(second)
    if first.shape != second.shape:
        return False
    return bool(np.allclose(first.astype(float), second.astype(float), rtol=0, atol=1e-6))


def run(code, name, data):
    """Run the code of a solution, and return what it calls ``name``.

    Parameters
    ----------
    code : str
        Python that uses ``np`` and the names in ``data``.
    name : str
        The variable or function that the code makes.
    data : dict of str to object
        The variables of the lesson.

    Returns
    -------
    object

    Examples
    --------
    >>> run("answer_1 = np.sum(labels)", "answer_1", {"labels": [1, 2]}).item()
    3
    """
    namespace = {"np": np, **data}
    exec(code, namespace)
    return namespace[name]


def predictions_and_labels(predictions, test_labels):
    """Return predictions and labels that belong together.

    Parameters
    ----------
    predictions : array_like of float, shape (N, classes)
        Each row has the sum 1.
    test_labels : array_like of int, shape (N,)
        Whole numbers.

    Returns
    -------
    tuple of two numpy.ndarray

    Raises
    ------
    ValueError
        They cannot be used; the message says why.
    """
    predictions = validation.check_predictions(predictions)
    labels = validation.check_labels(test_labels, "test_labels")
    validation.check_same_length(predictions=predictions, test_labels=labels)
    validation.check_label_range(labels, predictions.shape[1], "test_labels")
    return predictions, labels


class Exercise:
    """What all kinds of exercises share.

    Parameters
    ----------
    number : int
        Its place in the lesson.
    expected : str
        What the answer has to be, in words that end a sentence.
    hints : list of str
        From a nudge to nearly there.
    solution : str
        Code that makes the answer.
    why : str
        Why the solution is right.
    mistakes : list of tuple of two str
        Usual wrong answers: code that makes the answer, and what the mistake is.
    answer : str, optional
        The name of what the learner writes; ``answer_1`` for exercise 1.
    data : tuple of str, optional
        The variables of the lesson that ``check`` needs, in their order.
    check_data : callable, optional
        Takes these, and returns them as arrays, or raises an error that explains.
    """

    def __init__(
        self,
        number,
        *,
        expected,
        hints,
        solution,
        why,
        mistakes,
        answer=None,
        data=(),
        check_data=None,
    ):
        self.name = f"exercise_{number}"
        self.answer = answer or f"answer_{number}"
        self.expected = expected
        self.hints = hints
        self.solution_code = textwrap.dedent(solution).strip()
        self.why = why
        self.mistakes = [(textwrap.dedent(code).strip(), message) for code, message in mistakes]
        self.data = data
        self._check_data = check_data
        self._hints_given = 0

    def __repr__(self):
        """Say what can be called, for a learner who shows the exercise itself."""
        return f"{self.name}: {self.call}, {self.name}.hint(), {self.name}.solution()"

    @property
    def call(self):
        """The line of code that checks the answer."""
        return f"{self.name}.check({', '.join([self.answer, *self.data])})"

    def check(self, answer=..., *data):
        """Print whether an answer is right, or what is wrong with it.

        Parameters
        ----------
        answer : object
            What the learner has written. Any object is explained, none raises.
        *data : array_like
            The variables of the lesson that this exercise needs.
        """
        say(self._verdict(answer, data))

    def hint(self):
        """Print the next hint."""
        if self._hints_given == len(self.hints):
            say(f"There are no more hints. {self.name}.solution() shows a solution.")
            return
        self._hints_given += 1
        text = self.hints[self._hints_given - 1]
        say(f"Hint {self._hints_given} of {len(self.hints)}: {text}")

    def solution(self):
        """Print a solution, and why it is right."""
        print("Solution:\n")
        print(textwrap.indent(self.solution_code, "    ") + "\n")
        say(f"Why: {self.why}")

    def _verdict(self, answer, data):
        try:
            if self._is_untouched(answer):
                return "Waiting for your answer. Write it in the cell above, instead of the ..."
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                self._judge(answer, data)
        except Mistake as mistake:
            return f"Not yet: {mistake}"
        except Exception as error:
            kind = type(error).__name__
            return f"Not yet: {self.answer} cannot be read ({kind}). Expected {self.expected}."
        return f"Right. {self.why}"

    def _is_untouched(self, answer):
        return answer is ...

    def _judge(self, answer, data):
        try:
            value = self._read(answer)
        except Mistake as failure:
            self._name_failure(str(failure))
            raise
        arrays = self._read_data(data)
        explanation = self._explain(value, arrays)
        if explanation is None:
            return
        for code, message in self.mistakes:
            if self._is_made_by(code, value, arrays):
                raise Mistake(message)
        raise Mistake(explanation)

    def _read_data(self, data):
        if len(data) != len(self.data):
            raise Mistake(f"the check was called with the wrong arguments. Call {self.call}")
        try:
            for name, value in zip(self.data, data, strict=True):
                if value is None or value is ...:
                    raise ValueError(f"{name} is {described(value)}.")
            return self._check_data(*data) if data else ()
        except Exception as error:
            raise Mistake(
                f"the check cannot use the data that came after {self.answer}. "
                f"{one_line(error)} Run the lesson again from the top, and call {self.call}"
            ) from None

    def _name_failure(self, failure):
        """Raise the ``Mistake`` whose code cannot be read for the same reason, if there is one."""
        for code, message in self.mistakes:
            try:
                self._read(run(code, self.answer, {}))
            except Mistake as known:
                if str(known) == failure:
                    raise Mistake(message) from None
            except Exception:  # It needs data, and answers that need data can be read.
                continue

    def _is_made_by(self, code, value, arrays):
        data = dict(zip(self.data, arrays, strict=True))
        try:
            return self._matches(value, self._read(run(code, self.answer, data)))
        except Exception:  # With odd data, the wrong code fails as well.
            return False

    def _matches(self, value, wrong):
        return same(value, wrong)

    def _read(self, answer):
        """Return the answer in the form that ``_explain`` takes, or raise ``Mistake``."""
        raise NotImplementedError

    def _explain(self, value, arrays):
        """Return what is wrong, or None if nothing is."""
        raise NotImplementedError


class NumberExercise(Exercise):
    """An exercise whose answer is a number, or an array of numbers.

    Parameters
    ----------
    number : int
        Its place in the lesson.
    shape : tuple of int
        The shape of the answer; ``()`` for one number.
    is_right : callable
        Takes the answer as an array of this shape, and the data. Returns True or
        False, or raises ``Mistake`` to explain.
    **kwargs
        As for ``Exercise``.

    Examples
    --------
    >>> exercise = NumberExercise(
    ...     1,
    ...     shape=(),
    ...     is_right=lambda value: same(value, 6),
    ...     expected="the number of weights",
    ...     hints=["Multiply."],
    ...     solution="answer_1 = 2 * 3",
    ...     why="Each of the 2 inputs has a weight in each of the 3 units.",
    ...     mistakes=[("answer_1 = 2 + 3", "you have added 2 and 3.")],
    ... )
    >>> exercise.check(5)
    Not yet: you have added 2 and 3.
    >>> exercise.hint()
    Hint 1 of 1: Multiply.
    >>> exercise.check(6)
    Right. Each of the 2 inputs has a weight in each of the 3 units.
    """

    def __init__(self, number, *, shape, is_right, **kwargs):
        super().__init__(number, **kwargs)
        self._shape = shape
        self._is_right = is_right

    def _read(self, answer):
        if answer is None:
            raise Mistake(
                f"{self.answer} is None. A function without a return value, for example print, "
                f"gives None. Expected {self.expected}."
            )
        return read_numbers(answer, self.answer, self.expected)

    def _explain(self, value, arrays):
        came = f"{self.answer} is {shown(value)}"
        if value.shape != self._shape:
            if self._shape:
                return f"{came}. Expected the shape {self._shape}: {self.expected}."
            hint = " Give the number itself, not an array or a list that contains it."
            hint = hint if value.size == 1 else ""
            return f"{came}. Expected {self.expected}.{hint}"
        try:
            right = self._is_right(value, *arrays)
        except Mistake as mistake:
            return str(mistake)
        return None if right else f"{came}. Expected {self.expected}. Call {self.name}.hint() "
        "for a hint."


class ShapeExercise(NumberExercise):
    """An exercise whose answer is the shape of an array, a tuple of whole numbers.

    Parameters
    ----------
    number : int
        Its place in the lesson.
    truth : tuple of int
        The shape.
    **kwargs
        As for ``Exercise``. The product of the shape is a mistake that needs no entry.
    """

    def __init__(self, number, *, truth, **kwargs):
        count = (f"answer_{number} = {math.prod(truth)}", COUNT_IN_PLACE_OF_SHAPE)
        kwargs["mistakes"] = [*kwargs["mistakes"], count]
        shape = (len(truth),)
        super().__init__(number, shape=shape, is_right=lambda value: same(value, truth), **kwargs)

    def _read(self, answer):
        # Keras writes None for the number of images; so may a learner, and no axis is -1 long.
        if type(answer).__name__ in ("tuple", "list", "TensorShape"):
            answer = [-1 if length is None else length for length in answer]
        return super()._read(answer)

    def _explain(self, value, arrays):
        explanation = super()._explain(value, arrays)
        if explanation is None or value.ndim != 1:
            return explanation
        lengths = ", ".join("None" if length == -1 else f"{length:g}" for length in value[:16])
        return f"{self.answer} is ({lengths}). Expected {self.expected}. Call {self.name}.hint() "
        "for a hint."


class NamesExercise(Exercise):
    """An exercise whose answer is a list of names, one for each question.

    Parameters
    ----------
    number : int
        Its place in the lesson.
    truth : list of str
        The right names.
    choice : list of str
        All names that there are to choose from.
    **kwargs
        As for ``Exercise``. A wrong answer in ``mistakes`` is recognised by the
        elements in which it differs from ``truth``; the others do not matter.
    """

    def __init__(self, number, *, truth, choice, **kwargs):
        super().__init__(number, **kwargs)
        self._truth = truth
        self._choice = choice

    def _read(self, answer):
        if isinstance(answer, np.ndarray):
            answer = answer.tolist()
        if not isinstance(answer, (list, tuple)):
            raise Mistake(f"{self.answer} is {described(answer)}. Expected {self.expected}.")
        if len(answer) != len(self._truth):
            raise Mistake(f"{self.answer} has {len(answer)} elements. Expected {self.expected}.")
        for place, name in enumerate(answer):
            if not isinstance(name, str):
                raise Mistake(f"{self.answer}[{place}] is {described(name)}. Expected a string.")
        return [self._tidy(name) for name in answer]

    def _tidy(self, name):
        """Forgive capitals and spaces, and read BinaryCrossentropy as binary_crossentropy."""
        name = name.strip(" \t\n'\"").lower()
        return next((known for known in self._choice if name == known.replace("_", "")), name)

    def _explain(self, value, arrays):
        for place, name in enumerate(value):
            if name not in self._choice:
                return (
                    f"{self.answer}[{place}] is {described(name)}, which is not one of the "
                    f"possible names: {', '.join(self._choice)}."
                )
        wrong = [str(place) for place, name in enumerate(value) if name != self._truth[place]]
        if not wrong:
            return None
        return f"not yet correct: position {', '.join(wrong)} of your list, counted from 0. Call "
        f"{self.name}.hint() for a hint."

    def _matches(self, value, wrong):
        pairs = zip(value, wrong, self._truth, strict=True)
        return all(mine == other for mine, other, true in pairs if other != true)


def _dots(): ...


def _docstring():
    """Text."""


# The bytecode of a function whose body is only "..." or a docstring, and where in its constants
# the None is that it returns. A function that returns another constant has the same bytecode.
_EMPTY_BODIES = {
    code.co_code: code.co_consts.index(None) for code in (_dots.__code__, _docstring.__code__)
}


def _is_empty(function):
    code = getattr(function, "__code__", None)
    if not isinstance(code, CodeType) or code.co_code not in _EMPTY_BODIES:
        return False
    return code.co_consts[_EMPTY_BODIES[code.co_code]] is None


class FunctionExercise(Exercise):
    """An exercise whose answer is a function of the learner.

    Parameters
    ----------
    number : int
        Its place in the lesson.
    make_inputs : callable
        Returns a list of tuples: the arguments of each call. It makes them anew each
        time, so the learner's function cannot change what the truth is made from.
    truth : callable
        The function as it should be.
    **kwargs
        As for ``Exercise``.
    """

    def __init__(self, number, *, make_inputs, truth, **kwargs):
        super().__init__(number, **kwargs)
        self._make_inputs = make_inputs
        self._truth = truth

    def _is_untouched(self, answer):
        return answer is ... or _is_empty(answer)

    def _read(self, answer):
        if not callable(answer):
            raise Mistake(
                f"{self.answer} is {described(answer)}, not a function. "
                f"Run the cell that begins with def {self.answer} again."
            )
        return [self._result(answer, arguments) for arguments in self._make_inputs()]

    def _call_text(self, arguments):
        return f"{self.answer}({', '.join(shown(np.asarray(value)) for value in arguments)})"

    def _result(self, function, arguments):
        call = self._call_text(arguments)
        try:
            result = function(*arguments)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # exit() in a function must not end the lesson.
            kind = type(error).__name__
            raise Mistake(f"{call} stopped with {kind}: {one_line(error)}") from None
        if result is None:
            raise Mistake(
                f"{call} returned None. A function must return its result; print only shows it."
            )
        return read_numbers(result, f"the result of {call}", self.expected)

    def _explain(self, value, arrays):
        for result, arguments in zip(value, self._make_inputs(), strict=True):
            call, truth = self._call_text(arguments), np.asarray(self._truth(*arguments))
            if result.shape != truth.shape:
                return f"{call} has the shape {result.shape}. Expected shape {truth.shape}."
            if not same(result, truth):
                return f"{call} {_difference(result, truth)}"
        return None


def _difference(result, truth):
    if truth.size <= 16 and shown(result) == shown(truth):
        distance = np.abs(result.astype(float) - truth).max()
        return (
            f"returned {shown(result)}. That is nearly correct: the largest difference is "
            f"{distance:.1g}. Do not round, and use NumPy functions such as np.exp."
        )
    if truth.size <= 16:
        return f"returned {shown(result)}. Expected {shown(truth)}."
    wrong = np.abs(result.astype(float) - truth) > 1e-6
    place = np.unravel_index(np.argmax(wrong), truth.shape)
    where = ", ".join(str(axis) for axis in place)
    return f"has {shown(result[place])} at [{where}]. Expected {shown(truth[place])} there."
