"""Write the table of the lessons, with figures from the saved notebooks and the kept runs only.

``python3 -m helpers.maintain.lesson_table`` writes it wherever its markers stand: in the README
and in each lesson that has them.
"""

import base64
import re
from statistics import median

import nbformat

from helpers.course import NOTEBOOKS, ROOT
from helpers.seeds import seed_accuracies

README = ROOT / "README.md"
COVER = ROOT / ".github" / "cover.png"
TABLE = re.compile(r"(?<=<!-- lessons -->\n).*?(?=<!-- /lessons -->)", re.DOTALL)
DATA = {"fashion_mnist": "Fashion-MNIST", "mnist": "MNIST"}


def text_of(cell):
    """Return all that a cell has printed, without colours."""
    parts = []
    for output in cell.outputs:
        parts.append(output.get("text", "") + output.get("data", {}).get("text/plain", ""))
    return re.sub(r"\x1b\[[\d;]*m", "", "".join(parts))


def training_seconds(log):
    """Return the seconds of a training: the median of its epochs, times their number.

    A sum would also count the epochs in which the machine had something else to do.
    """
    seconds = [int(epoch) for epoch in re.findall(r"(\d+)s \d+\w+/step", log)]
    return median(seconds) * len(seconds)


def facts(path):
    """Return the title and the figures of a lesson from its saved notebook."""
    notebook = nbformat.read(path, as_version=4)
    cells = {cell.id: cell for cell in notebook.cells}
    texts = {cell.id: text_of(cell) for cell in notebook.cells if cell.cell_type == "code"}
    accuracy = re.search(r"Test accuracy: (\d\.\d+)", texts["evaluate-model"])[1]
    others = seed_accuracies(int(path.name[:2]))
    return {
        "title": re.match(r"# (.*)", cells["title"].source)[1],
        "data": DATA[re.search(r"(\w+)\.load_data\(\)", cells["load-data"].source)[1]],
        "model": notebook.metadata.course.model,
        "parameters": re.search(r"Total params: ([\d,]+)", texts["build-summary"])[1],
        "epochs": re.search(r"^EPOCHS = (\d+)", cells["parameters"].source, re.MULTILINE)[1],
        "accuracy": f"{100 * float(accuracy):.1f}%",
        "others": f"{100 * others.min():.1f}% to {100 * others.max():.1f}%",
        "seconds": f"{training_seconds(texts['train-model']):.0f}",
    }


def cover(path):
    """Return the PNG in the cell ``cover`` of a lesson."""
    notebook = nbformat.read(path, as_version=4)
    (source,) = [cell.source for cell in notebook.cells if cell.id == "cover"]
    return base64.b64decode(re.search(r"base64,([^)]*)\)", source)[1])


def table(folder):
    """Return the Markdown table; links lead into ``folder``, ``""`` or ``"notebooks/"``."""
    lines = [
        "| lesson | data | model | parameters | epochs | test accuracy | with eight other seeds "
        "| seconds of training |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for path in NOTEBOOKS:
        title, *others = facts(path).values()
        lines.append(
            f"| {int(path.name[:2])}. [{title}]({folder}{path.name}) | {' | '.join(others)} |"
        )
    return "\n".join(lines) + "\n"


def with_table(text, folder):
    """Return a text with the present table between its markers, if it has them."""
    return TABLE.sub(lambda _: table(folder), text)


def update():
    """Put the table into the README and into the lessons that have its markers."""
    text = with_table(README.read_text(encoding="utf-8"), "notebooks/")
    README.write_text(text, encoding="utf-8", newline="\n")
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            cell.source = with_table(cell.source, "")
        nbformat.write(notebook, path)


if __name__ == "__main__":
    update()
