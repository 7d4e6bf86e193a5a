"""Each claim of a lesson is plain, and its saved output says that it is true.

A claim is a line such as ``print("Accuracy above 85%:", test_acc > 0.85)``.
"""

import ast
import re

import nbformat
import pytest

from helpers.course import NOTEBOOKS

TESTS = {"all", "any", "bool", "isclose", "allclose", "array_equal"}


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def code(path):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def is_test(value):
    """Say whether the value of an expression is True or False."""
    if isinstance(value, ast.UnaryOp):
        return isinstance(value.op, ast.Not)
    if isinstance(value, ast.Call):
        return ast.unparse(value.func).split(".")[-1] in TESTS
    if isinstance(value, ast.IfExp):
        return is_test(value.body) or is_test(value.orelse)
    return isinstance(value, (ast.Compare, ast.BoolOp))


def claims(source):
    """Return text and expression of each claim in a cell, in the order of its lines."""
    nodes = sorted(ast.walk(ast.parse(source)), key=lambda node: getattr(node, "lineno", 0))
    assigned, found = {}, []
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(name)], value=value):
                assigned[name] = value
            case ast.Call(func=ast.Name("print"), args=[ast.Constant(str(text)), value]):
                value = assigned.get(getattr(value, "id", None), value)
                if text.endswith(":") and is_test(value):
                    found.append((text, value))
    return found


def printed(cell):
    return "".join(output.text for output in cell.outputs if output.get("name") == "stdout")


def test_saved_output_of_each_claim_is_true(code):
    number = 0
    for cell in code:
        lines = printed(cell).splitlines()
        expected = [f"{text} True" for text, _ in claims(cell.source)]
        verdicts = [line for line in lines if re.search(r": (True|False)$", line)]
        assert verdicts == expected, cell.id
        number += len(expected)
    assert number


def test_claims_are_plain(path, code):
    for cell in code:
        for text, value in claims(cell.source):
            assert not [node for node in ast.walk(value) if isinstance(node, ast.IfExp)], text
    text = path.read_text(encoding="utf-8")
    assert not re.search("FULL_RUN|SMALL_RUN_NOTE|not tested", text)
