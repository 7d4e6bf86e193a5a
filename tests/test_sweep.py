"""Many runs of a notebook, on this machine and on a Dask cluster."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from helpers import sweep

ROOT = Path(__file__).parents[1]
PARAMETERS = 'SEED = 42  # random numbers\nRATE = 0.1\nFOLDER = ""'
# It writes down that it ran. With SEED 13 it fails; with 99 its kernel dies, but only once.
BODY = """
import os, pathlib, time
log = pathlib.Path(FOLDER, f"{SEED}-{os.getpid()}")
first = not list(log.parent.glob(f"{SEED}-*"))
log.touch()
assert SEED != 13, "an unlucky number"
if SEED == 99 and first:
    os._exit(1)
if SEED >= 1000:
    time.sleep(3)
print("Test loss: 0.5")
print(f"Test accuracy: {SEED / 100:.3f}")
print("Test accuracy: 0.999")  # of another model
"""


@pytest.fixture
def notebook(tmp_path):
    tagged = nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
    made = nbformat.v4.new_notebook(cells=[tagged, nbformat.v4.new_code_cell(BODY)])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "", "language": "python"}
    path = tmp_path / "lesson.ipynb"
    nbformat.write(made, path)
    (tmp_path / "log").mkdir()
    return path


def times_run(notebook, seed):
    return len(list((notebook.parent / "log").glob(f"{seed}-*")))


def run_command(notebook, *arguments):
    command = [sys.executable, "-m", "helpers.sweep", notebook, "--out", notebook.parent / "out"]
    return subprocess.run(
        [*command, "-p", f"FOLDER={notebook.parent / 'log'}", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def read(notebook):
    with open(notebook.parent / "out/results.csv", newline="", encoding="utf-8") as file:
        return {row["SEED"]: row for row in csv.DictReader(file)}


def test_sweep_goes_on_where_it_stopped(notebook):
    """A failed run is a row, a dead kernel costs a second try, what is done is not repeated."""
    done = run_command(notebook, "--vary", "SEED=1,13,99", "--workers", "3", "--notebooks")
    assert done.returncode == 1
    assert "failed: AssertionError: an unlucky number" in done.stdout
    rows = read(notebook)
    assert {seed: row["state"] for seed, row in rows.items()} == {
        **{"1": "done", "13": "failed", "99": "done"}
    }
    assert (rows["1"]["test_accuracy"], rows["1"]["test_loss"]) == ("0.01", "0.5")
    assert len(list((notebook.parent / "out").glob("*.ipynb"))) == 3
    done = run_command(notebook, "--vary", "SEED=1,2")
    assert done.returncode == 1, "the row that failed is still there"
    assert [times_run(notebook, seed) for seed in (1, 2, 13, 99)] == [1, 1, 1, 2]
    assert "all runs: 3 runs" in done.stdout
    assert (notebook.parent / "out/results.png").is_file()


WRONG = {
    ("--vary", "SEDE=1"): "no parameter SEDE. It has SEED, RATE, FOLDER",
    ("--vary", "SEED=a"): "SEED=a: expected a value such as 42",
    ("--vary", "SEED=1.5"): "SEED=1.5: expected a value such as 42",
    ("--vary", "SEED=True"): "SEED=True: expected a value such as 42",
    ("--vary", "SEED"): "write NAME=VALUE",
    ("--vary", "SEED=1", "-p", "SEED=2"): "SEED is given twice",
    ("-p", "SEED=1,2"): "use --vary",
    ("--vary", "SEED=1", "--workers", "0"): "expected 1 or more",
}


def test_wrong_command_starts_nothing(notebook, monkeypatch, capsys):
    def main(*arguments):
        monkeypatch.setattr(sys, "argv", ["sweep", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            sweep.main()
        assert stop.value.code == 2
        return capsys.readouterr().err

    out = ("--out", notebook.parent / "out")
    for arguments, words in WRONG.items():
        assert words in main(notebook, *arguments, *out)
    assert "there is no notebook" in main(notebook.parent / "no.ipynb", *out)
    nbformat.write(nbformat.v4.new_notebook(), notebook.parent / "empty.ipynb")
    assert "nothing can be varied" in main(notebook.parent / "empty.ipynb", *out)
    assert not (notebook.parent / "out").exists()


def test_folder_of_another_sweep_is_refused(tmp_path):
    sweep.Results(tmp_path, '{"cells": [{"source": "1"}]}', ["SEED"])
    sweep.Results(tmp_path, '{"cells": [{"source": "1", "outputs": [2]}]}', ["SEED"])
    for text, names in [('{"cells": [{"source": "2"}]}', ["SEED"]), ('{"cells": []}', ["A"])]:
        with pytest.raises(sweep.SweepError, match="another folder"):
            sweep.Results(tmp_path, text, names)


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.dask
def test_worker_that_dies_costs_a_second_try(notebook, tmp_path):
    distributed = pytest.importorskip("distributed", reason="python3 -m pip install -e '.[sweep]'")
    settings = {"n_workers": 2, "threads_per_worker": 1, "processes": True}
    with distributed.LocalCluster(**settings, dashboard_address=None) as cluster:
        arguments = ["--vary", "SEED=1001,1002,1003", "--scheduler", cluster.scheduler_address]
        command = [sys.executable, "-m", "helpers.sweep", notebook, *arguments]
        command += ["--out", tmp_path / "out", "-p", f"FOLDER={tmp_path / 'log'}"]
        process = subprocess.Popen(command, cwd=ROOT)
        wait_for(lambda: list((tmp_path / "log").iterdir()))
        os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
        assert process.wait(timeout=120) == 0
    assert {row["state"] for row in read(notebook).values()} == {"done"}
    assert len(list((tmp_path / "log").iterdir())) == 4
