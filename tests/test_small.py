"""Every lesson at the small size: no error, no claim that turns false."""

import re

import papermill
import pytest

from helpers.course import NOTEBOOKS

pytestmark = pytest.mark.small


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def outputs(request, tmp_path_factory):
    """All that a lesson prints when papermill runs it with one epoch on 2,000 images."""
    notebook = papermill.execute_notebook(
        request.param,
        tmp_path_factory.mktemp("small") / "out.ipynb",
        {"EPOCHS": 1, "TRAIN_SIZE": 2_000},
        cwd=request.param.parent,
        kernel_name="python3",
        progress_bar=False,
    )
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def test_no_claim_turns_false(outputs):
    text = "\n".join(output.get("text", "") for output in outputs)
    assert "not tested, this is a small run" in text
    assert re.findall(r"^.*: False$", text, re.MULTILINE) == []


def test_nothing_on_standard_error(outputs):
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
