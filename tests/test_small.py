"""Every lesson at the small size, with the solution of each exercise in its place."""

import re
from importlib import import_module

import nbformat
import papermill
import pytest

from helpers.course import NOTEBOOKS

pytestmark = pytest.mark.small

SMALL = {"EPOCHS": 1, "TRAIN_SIZE": 2_000}


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def cells(request, tmp_path_factory):
    """Return the code cells of a lesson after papermill has run it with all solutions."""
    notebook = nbformat.read(request.param, as_version=4)
    exercises = import_module(f"helpers.exercises.lesson_{int(request.param.stem[:2])}")
    for cell in notebook.cells:
        if re.fullmatch(r"exercise-\d+", cell.id):
            cell.source = getattr(exercises, cell.id.replace("-", "_")).solution_code
    solved = tmp_path_factory.mktemp("small") / "solved.ipynb"
    nbformat.write(notebook, solved)
    notebook = papermill.execute_notebook(
        solved,
        solved.with_name("out.ipynb"),
        SMALL,
        cwd=request.param.parent,
        kernel_name="python3",
        progress_bar=False,
    )
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_solutions_are_right(cells):
    checks = [cell for cell in cells if re.fullmatch(r"exercise-\d+-check", cell.id)]
    texts = ["".join(output.get("text", "") for output in cell.outputs) for cell in checks]
    assert texts
    assert [text for text in texts if not text.startswith("Right. ")] == []


def test_nothing_on_standard_error(cells):
    outputs = [output for cell in cells for output in cell.outputs]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []


def test_all_cells_ran(cells):
    """A cell that papermill passed over is no error, but it has no count."""
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
