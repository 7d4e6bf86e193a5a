"""Write the table of the lessons, with figures from the saved notebooks only."""

import base64
import re
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
COVER = ROOT / ".github" / "cover.png"
TABLE = re.compile(r"(?<=<!-- lessons -->\n).*?(?=<!-- /lessons -->)", re.DOTALL)
DATA = {"fashion_mnist": "Fashion-MNIST", "mnist": "MNIST"}
MODELS = {
    "01_basic_classification": "1 hidden layer of 128 units",
    "02_deep_mlp": "2 hidden layers of 256 and 64 units",
    "03_cnn_dropout": "2 convolutions, 1 hidden layer, dropout",
    "04_one_hot_labels": "2 hidden layers of 512 units",
}


def text_of(cell):
    """Return all that a cell has printed, without colours."""
    parts = []
    for output in cell.outputs:
        parts.append(output.get("text", "") + output.get("data", {}).get("text/plain", ""))
    return re.sub(r"\x1b\[[\d;]*m", "", "".join(parts))


def facts(path):
    """Return the title and the figures of a lesson from its saved outputs.

    The seconds are those that the progress bars show for each epoch of the main
    training, added up.
    """
    notebook = nbformat.read(path, as_version=4)
    cells = {cell.id: cell for cell in notebook.cells}
    texts = {cell.id: text_of(cell) for cell in notebook.cells if cell.cell_type == "code"}
    accuracy = re.search(r"Test accuracy: (\d\.\d+)", texts["evaluate-model"])[1]
    seconds = re.findall(r"(\d+)s \d+\w+/step", texts["train-model"])
    return {
        "title": re.match(r"# (.*)", cells["title"].source)[1],
        "data": DATA[re.search(r"from helpers\.datasets import (\w+)", cells["imports"].source)[1]],
        "parameters": re.search(r"Total params: ([\d,]+)", texts["build-summary"])[1],
        "epochs": re.search(r"^EPOCHS = (\d+)", cells["parameters"].source, re.MULTILINE)[1],
        "seconds": str(sum(map(int, seconds))),
        "accuracy": f"{100 * float(accuracy):.1f} %",
    }


def cover(path):
    """Return the PNG in the first cell of a lesson."""
    notebook = nbformat.read(path, as_version=4)
    return base64.b64decode(notebook.cells[0].attachments["cover.png"]["image/png"])


def table(folder):
    """Return the Markdown table; links lead into ``folder``, ``""`` or ``"notebooks/"``."""
    lines = [
        "| lesson | data | model | parameters | epochs | test accuracy | seconds of training |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for number, path in enumerate(NOTEBOOKS, start=1):
        lesson = facts(path)
        lines.append(
            f"| {number}. [{lesson['title']}]({folder}{path.name}) | {lesson['data']} "
            f"| {MODELS[path.stem]} | {lesson['parameters']} | {lesson['epochs']} "
            f"| {lesson['accuracy']} | {lesson['seconds']} |"
        )
    return "\n".join(lines) + "\n"


def update():
    """Put the table into the README and into the last lesson."""
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    readme.write_text(
        TABLE.sub(lambda _: table("notebooks/"), text), encoding="utf-8", newline="\n"
    )
    last = nbformat.read(NOTEBOOKS[-1], as_version=4)
    for cell in last.cells:
        cell.source = TABLE.sub(lambda _: table(""), cell.source)
    nbformat.write(last, NOTEBOOKS[-1])


def tables_in_place():
    """Return the tables that stand in the README and in the last lesson."""
    last = nbformat.read(NOTEBOOKS[-1], as_version=4)
    sources = "\n".join(cell.source for cell in last.cells)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return TABLE.findall(readme), TABLE.findall(sources)
