"""The re-execution of the notebooks must fail when an output is not what a cell prints."""

import os
import re
import subprocess
import sys

import nbformat
import pytest

from helpers.course import ROOT

PROGRESS = (
    "Epoch 1/5\n"
    "\x1b[1m1875/1875\x1b[0m \x1b[32m━━━━\x1b[0m\x1b[37m\x1b[0m \x1b[1m{}\x1b[0m {}/step"
    " - accuracy: {} - loss: {}\n"
)

# name: (what the cell prints now, what was saved, whether they may differ like that)
PLANTED = {
    "nothing": ("(60000, 28, 28)", "(60000, 28, 28)", True),
    "time and digits of a progress bar": (
        PROGRESS.format("2s", "1ms", "0.8268", "0.4909"),
        PROGRESS.format("14s", "598us", "0.8301", "1.2e-05"),
        True,
    ),
    "digits of a printed accuracy": ("Test accuracy: 0.868", "Test accuracy: 0.8712", True),
    "versions": (
        "TensorFlow 2.21.0 with Keras 3.15.1",
        "TensorFlow 2.20.0-rc1 with Keras 3.13.2",
        True,
    ),
    "shape": ("(10000, 10)", "(10000, 9)", False),
    "number of parameters": ("100480 + 1290 = 101770", "100480 + 1290 = 101771", False),
    "class name": ("Predicted: Trouser", "Predicted: Trousers", False),
    "claim that turned false": ("More than 85 % right: False", "More than 85 % right: True", False),
    "loss that is not a number": ("Test loss: nan", "Test loss: 0.36", False),
    "number of batches": (
        PROGRESS.format("2s", "1ms", "0.8", "0.4"),
        PROGRESS.format("2s", "1ms", "0.8", "0.4").replace("1875", "1874"),
        False,
    ),
    "number of epochs": ("Epoch 1/5", "Epoch 1/6", False),
    "metric that is missing": ("loss: 0.5", "loss: 0.5 - val_loss: 0.4", False),
    "another number in a sentence": ("57% of all mistakes", "58% of all mistakes", False),
}


def cell(source, text):
    output = nbformat.v4.new_output("stream", name="stdout", text=text)
    return nbformat.v4.new_code_cell(source, outputs=[output], execution_count=1)


CELLS = {name: cell(f"print({now!r}, end='')", saved) for name, (now, saved, _) in PLANTED.items()}
CELLS |= {
    "extra warning": cell("import warnings\nprint('a')\nwarnings.warn('an extra warning')", "a\n"),
    "extra result": cell("print('a')\n'an extra result'", "a\n"),
    "error": cell("print('a')\nraise ValueError('an error')", "a\n"),
    # Keras makes its summaries as wide as the terminal that COLUMNS describes.
    "no terminal": cell("import os\nprint(os.environ.get('COLUMNS'))", "None\n"),
    "kills the kernel": cell("import os\nos._exit(137)", ""),
    "has no kernel": cell("print('a')", "a\n"),
}
# In a notebook of its own: nbval does not judge the cells that come after it.
HANGING = {"hangs": cell("import time\ntime.sleep(600)", "")}


@pytest.fixture(scope="module")
def reexecuted(tmp_path_factory):
    """Run pytest with the project's settings on all cells; return the outcomes and the text."""
    folder = tmp_path_factory.mktemp("notebooks")
    (folder / "conftest.py").write_bytes((ROOT / "notebooks/conftest.py").read_bytes())
    notebooks = {"planted": CELLS, "hanging": HANGING}
    for name, cells in notebooks.items():
        notebook = nbformat.v4.new_notebook(cells=list(cells.values()))
        nbformat.write(notebook, folder / f"{name}.ipynb")
    command = [sys.executable, "-m", "pytest", "-rA", "--color=no", "-p", "no:cacheprovider"]
    command += ["-n0", "-c", ROOT / "pyproject.toml", "--rootdir", ROOT, "--nbval-cell-timeout=3"]
    result = subprocess.run(
        [*command, folder],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    line = re.compile(r"^(PASSED|FAILED|XFAIL) .*?(\w+)\.ipynb::Cell (\d+)", re.MULTILINE)
    found = line.findall(result.stdout)
    outcomes = {list(notebooks[name])[int(number)]: outcome for outcome, name, number in found}
    return outcomes, result.stdout


def test_only_what_depends_on_the_machine_may_differ(reexecuted):
    outcomes, _ = reexecuted
    expected = {name: "PASSED" if may else "FAILED" for name, (_, _, may) in PLANTED.items()}
    expected |= dict.fromkeys(["extra warning", "extra result", "error"], "FAILED")
    expected["no terminal"] = "PASSED"
    assert {name: outcomes[name] for name in expected} == expected


def test_hanging_cell_is_stopped(reexecuted):
    outcomes, text = reexecuted
    assert outcomes["hangs"] == "FAILED"
    assert "Timeout of 3 seconds exceeded" in text


def test_dead_kernel_is_noticed(reexecuted):
    outcomes, text = reexecuted
    assert outcomes["kills the kernel"] == outcomes["has no kernel"] == "FAILED"
    assert "the kernel died while it ran this cell" in text
