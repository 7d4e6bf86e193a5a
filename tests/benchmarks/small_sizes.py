"""Run every lesson at smaller sizes; print its time and its test accuracy as a table.

Run by hand: ``python3 tests/benchmarks/small_sizes.py``. It takes about five minutes on
two CPU cores. The table in ``notebooks/TEACHING.md`` is from such a run.
"""

import re
import tempfile
import time

import papermill

from helpers.course import NOTEBOOKS

SIZES = [{"EPOCHS": 1, "TRAIN_SIZE": 2_000}, {"EPOCHS": 3, "TRAIN_SIZE": 10_000}]


def measure(path, size):
    """Run one lesson; return the seconds of the whole run and the test accuracy it prints."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        notebook = papermill.execute_notebook(
            path, f"{folder}/out.ipynb", size, cwd=path.parent, progress_bar=False
        )
        seconds = time.perf_counter() - start
    (cell,) = [cell for cell in notebook.cells if cell.get("id") == "evaluate-model"]
    return seconds, re.search(r"Test accuracy: (\d\.\d+)", cell.outputs[0].text)[1]


def main():
    """Print a Markdown table with a row for each lesson and size."""
    print("| lesson | EPOCHS | TRAIN_SIZE | seconds, whole lesson | test accuracy |")
    print("| --- | --- | --- | --- | --- |")
    for path in NOTEBOOKS:
        for size in SIZES:
            seconds, accuracy = measure(path, size)
            values = path.stem[:2], size["EPOCHS"], size["TRAIN_SIZE"], f"{seconds:.0f}", accuracy
            print("|", " | ".join(map(str, values)), "|", flush=True)


if __name__ == "__main__":
    main()
