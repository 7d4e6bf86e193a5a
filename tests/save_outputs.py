"""Run the lessons and write their outputs into the notebooks, ready for git.

Usage: ``python3 tests/save_outputs.py [NOTEBOOK ...]`` (all lessons by default).
A notebook is written only when every cell of it has run. The table of the lessons in the
README and in the last lesson is written anew from them.
"""

import base64
import io
import os
import sys
from pathlib import Path

import lesson_table
import nbformat
from nbclient import NotebookClient
from PIL import Image

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
        resources={"metadata": {"path": str(lesson_table.ROOT / "notebooks")}},
    )
    client.execute()


def tidy(notebook, name):
    """Remove what differs from run to run, and set the metadata that Colab wants."""
    notebook.metadata["colab"] = {"name": name, "toc_visible": True}
    notebook.metadata["kernelspec"] = KERNELSPEC
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.pop("metadata", None)
            if output.output_type in ("display_data", "execute_result"):
                output["metadata"] = {}


def smaller(png):
    """Store a picture with 256 colours: enough for a plot, and a third of the size."""
    picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB").quantize(256)
    buffer = io.BytesIO()
    picture.save(buffer, format="png", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()


def shrink_pictures(notebook):
    """Make the pictures small, and show the one with the tag ``cover`` in the first cell."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                output.data["image/png"] = smaller(output.data["image/png"])
                if "cover" in cell.metadata.get("tags", []):
                    cover = {"cover.png": {"image/png": output.data["image/png"]}}
                    notebook.cells[0]["attachments"] = cover


def main():
    """Run each notebook and replace the file when all of it is done."""
    paths = [Path(name) for name in sys.argv[1:]] or lesson_table.NOTEBOOKS
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        run(notebook)
        tidy(notebook, path.name)
        shrink_pictures(notebook)
        part = path.with_suffix(".part")
        nbformat.write(notebook, part)
        part.replace(path)
        print(f"{path}: {path.stat().st_size // 1000} kB")
    lesson_table.update()
    lesson_table.COVER.write_bytes(lesson_table.cover(lesson_table.NOTEBOOKS[0]))


if __name__ == "__main__":
    main()
