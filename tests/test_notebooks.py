"""Hold the saved notebooks to the rules of the course that a program can check."""

import base64
import io
import re
import statistics

import lesson_table
import nbformat
import pytest
from lesson_table import NOTEBOOKS
from PIL import Image

# The headings that every lesson has, in this order, with its own ones between them.
HEADINGS = [
    "Set up",
    "Load the data",
    "Look at the data",
    "Prepare the data",
    "Build the model",
    "Compile the model",
    "Train the model",
    "Evaluate the model",
    "Make predictions",
    "See where it is wrong",
    "Break it",
    "Your turn",
    "Recap",
    "In practice",
    "Next",
]

# Cells whose output differs from machine to machine in more than the digits of a loss
# or an accuracy. Whoever adds one writes here why its output cannot be compared.
NOT_COMPARED = {
    "01_basic_classification": {
        "first-row": "ten probabilities, which differ in the third digit",
        "tops": "a share of the mistakes, which differs by a few percent",
    },
    "02_deep_mlp": {
        "first-answers": "one of the ten is close, and may be read in another way",
    },
    "03_cnn_dropout": {},
    "04_one_hot_labels": {},
}
TAGS = {"parameters", "cover", "nbval-ignore-output"}

PARAMETERS = {
    "01_basic_classification": {
        "EPOCHS": 5,
        "BATCH_SIZE": 32,
        "TRAIN_SIZE": 60_000,
        "SEED": 42,
    },
    "02_deep_mlp": {"EPOCHS": 10, "BATCH_SIZE": 32, "TRAIN_SIZE": 50_000, "SEED": 42},
    "03_cnn_dropout": {"EPOCHS": 10, "BATCH_SIZE": 64, "TRAIN_SIZE": 55_000, "SEED": 42},
    "04_one_hot_labels": {"EPOCHS": 5, "BATCH_SIZE": 32, "TRAIN_SIZE": 50_000, "SEED": 42},
}


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def notebook(path):
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    return notebook


@pytest.fixture
def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture
def outputs(code):
    return [output for cell in code for output in cell.outputs]


def texts(outputs):
    """Return everything that a reader of the saved notebook sees as text."""
    for output in outputs:
        yield output.get("text", "")
        for kind, value in output.get("data", {}).items():
            if kind.startswith("text/"):
                yield value


def pictures(cell):
    found = [output.get("data", {}).get("image/png") for output in cell.outputs]
    return [Image.open(io.BytesIO(base64.b64decode(png))) for png in found if png]


def lines(cell):
    return [line for line in cell.source.splitlines() if line.strip()]


def test_there_are_lessons():
    assert NOTEBOOKS


def test_format(path, notebook):
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    # Only the convolutions have enough work for a graphics processor.
    gpu = {"accelerator"} if path.stem == "03_cnn_dropout" else set()
    assert set(notebook.metadata) == {"colab", "kernelspec", "language_info"} | gpu
    assert notebook.metadata.colab == {"name": path.name, "toc_visible": True}
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.language_info == {"name": "python"}


def test_saved_from_a_full_run(code):
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))


def test_no_error_and_no_warning(outputs):
    assert {output.output_type for output in outputs} <= {
        "stream",
        "display_data",
        "execute_result",
    }
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []


def test_outputs_name_no_machine_and_no_object(outputs):
    text = "\n".join(texts(outputs))
    for pattern in (
        r"/(home|root|tmp|Users|usr|opt|work|content)/",
        r"[A-Z]:\\",
        r"\b0x[0-9a-f]{6,}",
        r"<(matplotlib|Axes|keras|function|module|class)\b",
        r"Text\(",
        r"\x08",
    ):
        assert not re.search(pattern, text), pattern


def test_no_claim_is_false(outputs):
    claims = re.findall(r"^(.*): (True|False)$", "\n".join(texts(outputs)), re.MULTILINE)
    assert claims
    assert [claim for claim, value in claims if value == "False"] == []


def test_cells_are_short(code):
    lengths = [len(lines(cell)) for cell in code]
    assert max(lengths) <= 15
    assert statistics.median(lengths) <= 4


def test_headings(notebook):
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1
    found = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert [heading for heading in found if heading in HEADINGS] == HEADINGS


def test_first_cell_says_what_comes(notebook):
    first = notebook.cells[0]
    for word in ("What you'll do", "What you'll learn", "What you'll need", "Time"):
        assert f"**{word}" in first.source
    assert re.search(r"!\[.{20,}\]\(attachment:cover\.png\)", first.source)
    assert "cover.png" in first.attachments


def test_each_figure_has_a_text(code):
    """Who cannot see a figure hears this text: render_html.py writes it into the pages."""
    for cell in code:
        text = cell.metadata.get("alt", "")
        assert bool(text) == bool(pictures(cell)), cell.id
        assert not text or (text.endswith(".") and len(text.split()) >= 8), cell.id


def test_figures_are_read_on_a_phone(code):
    """On a screen 390 pixels wide, 10 points in a figure 560 wide show as 9 pixels."""
    for cell in code:
        assert [picture.width for picture in pictures(cell) if picture.width > 560] == [], cell.id


def test_tags(notebook):
    tags = [tag for cell in notebook.cells for tag in cell.metadata.get("tags", [])]
    assert set(tags) <= TAGS
    assert tags.count("parameters") == 1


def test_cells_that_are_not_compared(path, code):
    found = {cell.id for cell in code if "nbval-ignore-output" in cell.metadata.get("tags", [])}
    assert found == set(NOT_COMPARED[path.stem])
    assert not [cell.id for cell in code if re.search("(?i)nbval[-_]", cell.source)]


def test_parameters(path, code):
    (cell,) = [c for c in code if "parameters" in c.metadata.get("tags", [])]
    values = {}
    exec(cell.source, values)
    values.pop("__builtins__")
    assert values == PARAMETERS[path.stem]
    assert all("  # " in line for line in lines(cell))


def test_imports_are_at_the_top(code):
    position = next(i for i, c in enumerate(code) if "parameters" in c.metadata.get("tags", []))
    for cell in code[position:]:
        assert not re.search(r"^\s*(import|from) ", cell.source, re.MULTILINE), cell.id


def test_nothing_that_nbval_cannot_compare(code):
    for cell in code:
        if cell.id != "colab":
            pattern = r"^[!%]|clear_output|;$|sys\.path"
            assert not re.search(pattern, cell.source, re.MULTILINE), cell.id


def test_size(path):
    assert path.stat().st_size < 600_000


def test_training_cells_build_their_model(code):
    """`fit` goes on from the weights that are there: running a cell twice must change nothing."""
    for cell in code:
        if ".fit(" in cell.source:
            assert re.search(r"\bbuild_\w+\(", cell.source), cell.id


def test_table_of_lessons_holds_the_saved_figures():
    in_readme, in_lesson = lesson_table.tables_in_place()
    assert in_readme == [lesson_table.table("notebooks/")]
    assert in_lesson == [lesson_table.table("")]


def test_picture_of_the_readme_is_that_of_lesson_1():
    assert lesson_table.COVER.read_bytes() == lesson_table.cover(NOTEBOOKS[0])
