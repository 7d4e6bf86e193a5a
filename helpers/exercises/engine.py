"""Exercises that answer: a check that names the mistake, hints, and a solution.

The interface is that of Kaggle's learntools (https://github.com/Kaggle/learntools):
``check``, ``hint`` and ``solution`` print, and return nothing.
"""

import inspect
import math
import textwrap
import warnings

import numpy as np

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


def one_line(thing):
    r"""Return the text of any object on one short line, without control characters.

    Parameters
    ----------
    thing : object
        Its ``__str__`` may fail.

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
    text = "".join(letter if letter.isprintable() else " " for letter in text[:1000])
    return textwrap.shorten(text, 300, placeholder=" ...") or "(no text)"


def format_values(array):
    """Return the numbers of a small array, or the shape of a large one.

    Parameters
    ----------
    array : numpy.ndarray

    Returns
    -------
    str

    Examples
    --------
    >>> format_values(np.array([0.25, 0.75]))
    '[0.25, 0.75]'
    >>> format_values(np.zeros((28, 28)))
    'an array of shape (28, 28)'
    """
    if array.size > 16:
        return f"an array of shape {array.shape}"
    return one_line((array.round(4) if array.dtype.kind == "f" else array).tolist())


def describe_object(value):
    """Say in a few words what an object is.

    Parameters
    ----------
    value : object
        Anything that a learner may use as an answer.

    Returns
    -------
    str

    Examples
    --------
    >>> describe_object("nine")
    "the string 'nine'"
    >>> describe_object([1, 2, 3])
    'a list with 3 elements'
    >>> describe_object(np.zeros((2, 3, 4)))
    'an array of shape (2, 3, 4)'
    """
    kind = type(value).__name__
    if value is ...:
        return "three dots (...)"
    if isinstance(value, (np.ndarray, np.generic)):
        return format_values(np.asarray(value))
    if isinstance(value, str):
        return f"the string {one_line(repr(value[:40]))}"
    if isinstance(value, int) and abs(value) >= 10**18:
        return "a huge number"
    if value is None or isinstance(value, (int, float, complex)):
        return repr(value)
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
    got = f"{name} is {describe_object(value)}"
    try:
        array = np.asarray(value)
    except Exception:
        raise Mistake(
            f"{got}, which cannot be read as a table of numbers. Expected {expected}."
        ) from None
    if array.dtype.kind in "US":
        raise Mistake(f"{got}. Write numbers, without quotes. Expected {expected}.")
    if array.dtype == bool and array.ndim == 0:
        raise Mistake(f"{got}, which is not a number. Expected {expected}.")
    if array.dtype.kind not in "biuf":
        raise Mistake(
            f"{got}. That cannot be read as whole or decimal numbers. Expected {expected}."
        )
    if array.size == 0:
        raise Mistake(f"{got}: there is nothing in it. Expected {expected}.")
    if not np.isfinite(array).all():
        raise Mistake(f"{got}. It contains NaN or infinity. Expected {expected}.")
    return array


def all_close(first, second):
    """Say whether two arrays hold the same numbers.

    Parameters
    ----------
    first, second : array_like
        Numbers of any dtype.

    Returns
    -------
    bool
        The shapes are the same, and no number differs by more than 0.000001.

    Examples
    --------
    >>> all_close(5, 5.0)
    True
    >>> all_close([1, 2], [[1, 2]])
    False
    """
    first, second = np.asarray(first), np.asarray(second)
    if first.shape != second.shape:
        return False
    return bool(np.allclose(first.astype(float), second.astype(float), rtol=0, atol=1e-6))


def evaluate_answer(code, name, data):
    """Run code that makes an answer, and return this answer.

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
    >>> evaluate_answer("answer_1 = np.sum(labels)", "answer_1", {"labels": [1, 2]}).item()
    3
    """
    namespace = {"np": np, **data}
    exec(code, namespace)
    return namespace[name]


class Exercise:
    """What all kinds of exercises share.

    Parameters
    ----------
    number : int
        Its position in the lesson.
    expected : str
        What the answer has to be, in words that end a sentence.
    hints : list of str
        From a nudge to nearly there.
    solution : str
        Code that makes the answer.
    why : str
        Why the solution is right.
    mistakes : list of tuple of two str
        Usual wrong answers: code that makes the answer, and what the mistake is. When the
        message says "A instead of B", the code with A in place of B must be right.
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
        with warnings.catch_warnings(action="ignore"):
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
            # Before the answer: the saved output of an empty exercise shows a call with wrong data.
            arrays = self._read_data(data)
            value = answer if answer is ... else self._read(answer)
            if value is ...:
                return (
                    "Waiting for your answer. Replace the ... in the cell above with your answer."
                )
            explanation = self._explain(value, arrays)
            if explanation is None:
                return f"Right. {self.why}"
            return f"Not yet: {self._known_mistake(value, arrays) or explanation}"
        except Mistake as mistake:
            return f"Not yet: {mistake}"
        except Exception as error:
            kind = type(error).__name__
            return f"Not yet: {self.answer} cannot be read ({kind}). Expected {self.expected}."

    def _read_data(self, data):
        if len(data) != len(self.data):
            raise Mistake(f"the check was called with the wrong arguments. Call {self.call}")
        try:
            for name, value in zip(self.data, data, strict=True):
                if value is None or value is ...:
                    raise ValueError(f"{name} is {describe_object(value)}.")
            return self._check_data(*data) if data else ()
        except Exception as error:
            raise Mistake(
                f"the check cannot use the data after {self.answer}. "
                f"{one_line(error)} Run the lesson again from the top, and call {self.call}"
            ) from None

    def _known_mistake(self, value, arrays):
        """Return the message of the mistake that makes the same answer, or None."""
        data = dict(zip(self.data, arrays, strict=True))
        for code, message in self.mistakes:
            try:
                if self._matches(value, self._read(evaluate_answer(code, self.answer, data))):
                    return message
            except Exception:  # With odd data, the wrong code fails as well.
                continue
        return None

    def _matches(self, value, wrong):
        return all_close(value, wrong)

    def _read(self, answer):
        """Return the answer as ``_explain`` needs it, ... if it is empty, or raise ``Mistake``."""
        raise NotImplementedError

    def _explain(self, value, arrays):
        """Return what is wrong, or None if nothing is."""
        raise NotImplementedError


class NumberExercise(Exercise):
    """An exercise whose answer is a number, or an array of numbers.

    Parameters
    ----------
    number : int
        Its position in the lesson.
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
    ...     is_right=lambda value: all_close(value, 6),
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
        try:
            if value.shape == self._shape and self._is_right(value, *arrays):
                return None
        except Mistake as mistake:
            return str(mistake)
        advice = f"Call {self.name}.hint() for a hint."
        if self._shape == () and value.shape != () and value.size == 1:
            advice = "Give the number itself, not an array or a list that contains it."
        return f"{self.answer} is {self._format(value)}. Expected {self.expected}. {advice}"

    def _format(self, value):
        return format_values(value)


class ShapeExercise(NumberExercise):
    """An exercise whose answer is the shape of an array, a tuple of whole numbers.

    Parameters
    ----------
    number : int
        Its position in the lesson.
    truth : tuple of int
        The shape.
    **kwargs
        As for ``Exercise``. The product of the shape is a mistake that needs no entry.
    """

    def __init__(self, number, *, truth, **kwargs):
        count = (f"answer_{number} = {math.prod(truth)}", COUNT_IN_PLACE_OF_SHAPE)
        kwargs["mistakes"] = [*kwargs["mistakes"], count]
        super().__init__(
            number, shape=(len(truth),), is_right=lambda value: all_close(value, truth), **kwargs
        )

    def _read(self, answer):
        # Keras writes None for the number of images; so may a learner, and no axis is -1 long.
        if type(answer).__name__ in ("tuple", "list", "TensorShape"):
            answer = [-1 if length is None else length for length in answer]
        return super()._read(answer)

    def _format(self, value):
        if value.ndim != 1 or value.size > 16:
            return super()._format(value)
        return str(tuple(None if length == -1 else length for length in value.tolist()))


class NamesExercise(Exercise):
    """An exercise whose answer is a list of names, one for each question.

    Parameters
    ----------
    number : int
        Its position in the lesson.
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
            raise Mistake(f"{self.answer} is {describe_object(answer)}. Expected {self.expected}.")
        if len(answer) != len(self._truth):
            raise Mistake(f"{self.answer} has {len(answer)} elements. Expected {self.expected}.")
        for position, name in enumerate(answer):
            if not isinstance(name, str):
                raise Mistake(
                    f"{self.answer}[{position}] is {describe_object(name)}. Expected a string."
                )
        return [self._tidy(name) for name in answer]

    def _tidy(self, name):
        """Forgive capitals and spaces, and read BinaryCrossentropy as binary_crossentropy."""
        name = name.strip(" \t\n'\"").lower()
        return next((known for known in self._choice if name == known.replace("_", "")), name)

    def _explain(self, value, arrays):
        for position, name in enumerate(value):
            if name not in self._choice:
                return (
                    f"{self.answer}[{position}] is {describe_object(name)}, which is not one of "
                    f"the possible names: {', '.join(self._choice)}."
                )
        pairs = enumerate(zip(value, self._truth, strict=True))
        wrong = [f"{self.answer}[{position}]" for position, (name, true) in pairs if name != true]
        if not wrong:
            return None
        return f"look again at {', '.join(wrong)}. Call {self.name}.hint() for a hint."

    def _matches(self, value, wrong):
        triples = zip(value, wrong, self._truth, strict=True)
        return all(name == other for name, other, true in triples if other != true)


class FunctionExercise(Exercise):
    """An exercise whose answer is a function of the learner.

    The lesson gives its first line and ``return ...``: it waits while all calls return this.

    Parameters
    ----------
    number : int
        Its position in the lesson.
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

    def _read(self, answer):
        if not callable(answer):
            raise Mistake(
                f"{self.answer} is {describe_object(answer)}, not a function. "
                f"Run the cell that begins with def {self.answer} again."
            )
        results = []
        for arguments in self._make_inputs():
            results.append(_call(answer, arguments))
            if results[-1] is None or isinstance(results[-1], BaseException):
                break  # Each further call would print or fail once more.
        if all(result is ... for result in results):
            return ...
        return list(map(self._read_result, results, self._make_inputs()))

    def _call_text(self, arguments):
        values = ", ".join(format_values(np.asarray(value)) for value in arguments)
        return f"{self.answer}({values})"

    def _read_result(self, result, arguments):
        """Return a result as an array; if it is none, say in a string what it is."""
        call = self._call_text(arguments)
        if isinstance(result, BaseException):
            return f"{call} stopped with {type(result).__name__}: {one_line(result)}"
        if result is None:
            return f"{call} returned None. A function must return its result; print only shows it."
        try:
            return read_numbers(result, f"the result of {call}", self.expected)
        except Mistake as mistake:
            return str(mistake)

    def _explain(self, value, arrays):
        for result, arguments in zip(value, self._make_inputs(), strict=False):
            if isinstance(result, str):
                return result
            call, truth = self._call_text(arguments), np.asarray(self._truth(*arguments))
            if result.shape != truth.shape:
                return f"{call} has the shape {result.shape}. Expected shape {truth.shape}."
            if not all_close(result, truth):
                return f"{call} {_difference(result, truth)}"
        return None

    def _matches(self, value, wrong):
        return all(map(_is_same_result, value, wrong))


def _call(function, arguments):
    """Return the result of a function, or the error that it stopped with."""
    try:
        return function(*arguments)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # exit() in a function must not end the lesson.
        return error


def _is_same_result(first, second):
    if isinstance(first, str) or isinstance(second, str):
        return type(first) is type(second) and first == second
    return all_close(first, second)


def _difference(result, truth):
    if truth.size <= 16 and format_values(result) == format_values(truth):
        distance = np.abs(result.astype(float) - truth).max()
        return (
            f"returned {format_values(result)}. That is nearly correct: the largest difference is "
            f"{distance:.1g}. Do not round, and use NumPy functions such as np.exp."
        )
    if truth.size <= 16:
        return f"returned {format_values(result)}. Expected {format_values(truth)}."
    wrong = np.abs(result.astype(float) - truth) > 1e-6
    place = np.unravel_index(np.argmax(wrong), truth.shape)
    where = ", ".join(str(axis) for axis in place)
    return (
        f"has {format_values(result[place])} at [{where}]. "
        f"Expected {format_values(truth[place])} there."
    )
