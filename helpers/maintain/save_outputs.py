"""Run the lessons and write their outputs into the notebooks, ready for git.

Usage: ``python3 -m helpers.maintain.save_outputs [NOTEBOOK ...]`` (all lessons by default).
A notebook is written only when every cell of it has run. The picture at the head of each
lesson, the picture of the README and the table of the lessons are made from them.
"""

import base64
import io
import os
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

from helpers.course import NOTEBOOKS, ROOT
from helpers.maintain import lesson_table

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def run(notebook):
    """Execute all cells in the notebooks' folder, as JupyterLab would."""
    # These change how wide and how coloured Keras prints a summary.
    for name in ("COLUMNS", "JUPYTER_COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        os.environ.pop(name, None)
    client = NotebookClient(
        notebook,
        timeout=1800,
        kernel_name="python3",
        coalesce_streams=True,
        # A drawing pad is 100 kB of state, which can draw nothing without a kernel.
        store_widget_state=False,
        resources={"metadata": {"path": str(ROOT / "notebooks")}},
    )
    client.execute()


def tidy(notebook, name):
    """Remove what differs from run to run, and set the metadata that Colab needs."""
    notebook.metadata["colab"] = {"name": name, "toc_visible": True}
    notebook.metadata["kernelspec"] = KERNELSPEC
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.pop("metadata", None)
            if output.output_type in ("display_data", "execute_result"):
                output["metadata"] = {}
                # The id of a widget differs from run to run; its picture stays.
                output.data.pop("application/vnd.jupyter.widget-view+json", None)


def smaller(png):
    """Store a picture with 256 colours: enough for a plot, and a third of the size."""
    picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB").quantize(256)
    buffer = io.BytesIO()
    picture.save(buffer, format="png", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()


def shrink_pictures(notebook):
    """Make the picture of each figure small."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                output.data["image/png"] = smaller(output.data["image/png"])


def set_cover(notebook):
    """Show the figure of the cell with the tag ``cover`` in the cell with the id ``cover``.

    A ``data:`` address is the one form that JupyterLab, Colab, GitHub, VS Code and the pages
    all show: Colab ignores attachments, and a file beside the notebook is not there.
    """
    (figure,) = [cell for cell in notebook.cells if "cover" in cell.metadata.get("tags", [])]
    (png,) = [out.data["image/png"] for out in figure.outputs if "image/png" in out.get("data", {})]
    (cover,) = [cell for cell in notebook.cells if cell.id == "cover"]
    alt = re.match(r"!\[(.*?)\]", cover.source)[1]
    cover.source = f"![{alt}](data:image/png;base64,{png})"


def main():
    """Run each notebook and replace the file when all of it is done."""
    paths = [Path(name) for name in sys.argv[1:]] or NOTEBOOKS
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        run(notebook)
        tidy(notebook, path.name)
        shrink_pictures(notebook)
        set_cover(notebook)
        part = path.with_suffix(".part")
        nbformat.write(notebook, part)
        part.replace(path)
        print(f"{path}: {path.stat().st_size // 1000} kB")
    lesson_table.update()
    lesson_table.COVER.write_bytes(lesson_table.cover(NOTEBOOKS[0]))


if __name__ == "__main__":
    main()
