"""Hold the saved notebooks to the rules of the course that a program can check."""

import base64
import csv
import io
import re
import statistics

import nbformat
import pytest
from PIL import Image

from helpers.course import NOTEBOOKS, ROOT
from helpers.maintain import lesson_table
from helpers.seeds import seed_accuracies

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

TAGS = {"parameters", "cover", "nbval-ignore-output"}


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
    # A lesson that has enough work for a graphics processor may ask Colab for one.
    keys = set(notebook.metadata) - {"accelerator"}
    assert keys == {"colab", "course", "kernelspec", "language_info"}
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


def test_outputs_need_no_kernel(outputs):
    """A widget shows nothing without its kernel, and its id differs from run to run."""
    kinds = {kind for output in outputs for kind in output.get("data", {})}
    assert kinds <= {"image/png", "text/html", "text/plain"}


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


def test_cells_are_short(code):
    lengths = [len(lines(cell)) for cell in code]
    assert max(lengths) <= 15
    assert statistics.median(lengths) <= 4


def test_headings(notebook):
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1
    found = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert [heading for heading in found if heading in HEADINGS] == HEADINGS


def test_first_cells_say_what_comes(notebook):
    title, cover, overview = notebook.cells[:3]
    assert (title.id, cover.id) == ("title", "cover")
    for word in ("What you'll do", "What you'll learn", "What you'll need", "Time"):
        assert f"**{word}" in title.source + overview.source
    # Colab shows no attachments.
    assert re.fullmatch(r"!\[.{20,}\]\(data:image/png;base64,[\w+/]+=*\)", cover.source)
    assert not [cell.id for cell in notebook.cells if "attachments" in cell]


def test_cover_is_a_figure_of_the_lesson(path, code):
    (figure,) = [cell for cell in code if "cover" in cell.metadata.get("tags", [])]
    (picture,) = pictures(figure)
    assert Image.open(io.BytesIO(lesson_table.cover(path))) == picture


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


def test_cells_that_are_not_compared_say_why(code):
    """Their output differs from machine to machine in more than the digits of a metric."""
    for cell in code:
        ignored = "nbval-ignore-output" in cell.metadata.get("tags", [])
        assert ignored == (len(cell.metadata.get("not_compared", "").split()) > 3), cell.id
        assert not re.search("(?i)nbval[-_]", cell.source), cell.id


def test_each_parameter_is_explained(code):
    (cell,) = [c for c in code if "parameters" in c.metadata.get("tags", [])]
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


def test_tables_of_lessons_hold_the_saved_figures():
    in_readme = lesson_table.TABLE.findall(lesson_table.README.read_text(encoding="utf-8"))
    assert in_readme == [lesson_table.table("notebooks/")]
    notebooks = [nbformat.read(path, as_version=4) for path in NOTEBOOKS]
    text = "\n".join(cell.source for notebook in notebooks for cell in notebook.cells)
    assert set(lesson_table.TABLE.findall(text)) == {lesson_table.table("")}


def test_kept_runs_are_of_the_lesson_as_it_is(path):
    """Eight other seeds, all done, with accuracies among which that of the lesson can be."""
    with open(ROOT / f"helpers/data/seeds/{path.stem}.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["SEED"] for row in rows} == set("12345678")
    assert {row["state"] for row in rows} == {"done"}
    others = seed_accuracies(int(path.name[:2]))
    spread = others.max() - others.min()
    own = float(lesson_table.facts(path)["accuracy"].rstrip("%")) / 100
    assert others.min() - spread < own < others.max() + spread


def test_no_kept_runs():
    with pytest.raises(ValueError, match="lesson 99, only of the lessons 1, 2"):
        seed_accuracies(99)


def test_seconds_of_training_ignore_a_slow_epoch():
    log = "\n".join(f"1875/1875 - {seconds}s 1ms/step - loss: 0.5" for seconds in (3, 2, 60, 2, 2))
    assert lesson_table.training_seconds(log) == 10


def test_picture_of_the_readme_is_that_of_lesson_1():
    assert lesson_table.COVER.read_bytes() == lesson_table.cover(NOTEBOOKS[0])
