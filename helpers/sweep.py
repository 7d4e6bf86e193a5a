"""Run a lesson many times: ``python3 -m helpers.sweep LESSON --vary SEED=1,2,3,4 --out FOLDER``.

Each combination of the varied parameters is one run of the lesson with papermill, in a
kernel of its own. ``results.csv`` in the folder has a row for each run, ``results.png``
shows them. Called again, a sweep goes on where it stopped.
"""

import argparse
import ast
import csv
import hashlib
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

RESULTS = ["test_loss", "test_accuracy", "seconds", "state", "error"]
TRIES = 2  # of a run whose kernel dies


class SweepError(Exception):
    """What is wrong with the command, in words for who typed it."""


# What to run


def default_parameters(notebook):
    """Return the parameters of a notebook, ``{name: default value}``."""
    import papermill

    if not notebook.is_file():
        raise SweepError(f"there is no notebook {notebook}")
    try:
        found = papermill.inspect_notebook(str(notebook))
    except Exception as error:  # Whatever the file is, it is not a notebook with parameters.
        raise SweepError(f"{notebook} cannot be read as a notebook: {error}") from None
    values = {name: ast.literal_eval(entry["default"]) for name, entry in found.items()}
    if not values:
        raise SweepError(f"{notebook} has no cell with the tag parameters: nothing can be varied")
    return values


def read_value(name, text, defaults):
    """Return the value of a parameter that was typed as text.

    Examples
    --------
    >>> read_value("EPOCHS", "3", {"EPOCHS": 10})
    3
    """
    if name not in defaults:
        raise SweepError(f"the lesson has no parameter {name}. It has {', '.join(defaults)}")
    kind = type(defaults[name])
    try:
        value = text if kind is str else ast.literal_eval(text)
    except (ValueError, SyntaxError):
        value = None
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise SweepError(f"{name}={text}: expected a value such as {defaults[name]!r}")
    return value


def read_setting(text, defaults):
    """Return the name and the values of ``NAME=VALUE,VALUE``."""
    name, sign, values = text.partition("=")
    if not sign or not values:
        raise SweepError(f"{text!r}: write NAME=VALUE or NAME=VALUE,VALUE")
    return name, [read_value(name, value, defaults) for value in values.split(",")]


def combinations(vary, fixed, defaults):
    """Return the parameters of each run, a list of ``{name: value}``.

    Parameters
    ----------
    vary, fixed : list of str
        ``NAME=VALUE,VALUE`` and ``NAME=VALUE``.
    defaults : dict of str to object
        The parameters of the lesson.

    Returns
    -------
    list of dict

    Raises
    ------
    SweepError
        A name that the lesson does not have, a value of another type, or a name given twice.
    """
    varied = [read_setting(text, defaults) for text in vary]
    same = [read_setting(text, defaults) for text in fixed]
    names = [name for name, _ in varied + same]
    for name, values in same:
        if len(values) > 1:
            raise SweepError(f"-p {name} has {len(values)} values: use --vary for them")
    for name in names:
        if names.count(name) > 1:
            raise SweepError(f"{name} is given twice")
    products = itertools.product(*(dict.fromkeys(values) for _, values in varied + same))
    return [dict(zip(names, values, strict=True)) for values in products]


# One run; it may take place on another machine, so it gets and returns values only


def run_lesson(text, parameters, keep_notebook=False):
    """Run a lesson once.

    Parameters
    ----------
    text : str
        The notebook, as JSON.
    parameters : dict of str to object
    keep_notebook : bool
        Return the executed notebook, too.

    Returns
    -------
    result : dict
        The parameters, and what ``RESULTS`` names.
    executed : str
        The notebook after the run, as JSON; as far as it came if the run failed. ``""`` if it is
        not kept.
    """
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "lesson.ipynb").write_text(text, encoding="utf-8")
        for _ in range(TRIES):
            error, died = run_papermill(folder, parameters)
            if not died:
                break
        file = Path(folder, "run.ipynb")
        executed = file.read_text(encoding="utf-8") if file.is_file() else ""
    found = results_in(executed) if executed else {}
    if not error and "test_accuracy" not in found:
        error = "the notebook printed no line 'Test accuracy: ...'"
    result = {**parameters, "test_loss": "", "test_accuracy": "", **found, "error": error}
    seconds = round(time.monotonic() - start, 1)
    result = {**result, "seconds": seconds, "state": "failed" if error else "done"}
    return result, executed if keep_notebook else ""


def without_outputs(text):
    """Return a notebook without its saved outputs: each run would get a copy of them."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
    return json.dumps(notebook)


def run_papermill(folder, parameters):
    """Run ``lesson.ipynb`` in a folder; return an error or ``""``, and whether something died."""
    # A process of its own, because papermill changes the working directory of the one it is in.
    command = [sys.executable, "-m", "papermill", "lesson.ipynb", "run.ipynb", "-k", "python3"]
    command += ["--no-progress-bar", "-y", json.dumps(parameters)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace")
    if not done.returncode:
        return "", False
    if done.returncode != 1 or "DeadKernelError" in done.stderr:
        return "the kernel died: is the memory used up?", True
    lines = [
        line for line in done.stderr.splitlines() if re.match(r"[\w.]*(Error|Exception)", line)
    ]
    return (lines or [f"papermill ended with code {done.returncode}"])[-1], False


def results_in(executed):
    """Return what the lesson printed of its test loss and accuracy."""
    cells = json.loads(executed)["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    printed = "".join("".join(output.get("text", "")) for output in outputs)
    lines = re.findall(r"^Test (loss|accuracy): (\S+)$", printed, re.MULTILINE)
    # The first of each: further down, a lesson may evaluate a model that is wrong on purpose.
    return {f"test_{name}": float(value) for name, value in reversed(lines)}


@contextmanager
def executor(workers, scheduler):
    """Yield what runs functions: threads, each with a kernel, or a Dask cluster."""
    if scheduler is None:
        pool = ThreadPoolExecutor(workers)
        try:
            yield pool
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        return
    try:
        from dask.distributed import Client
    except ImportError:
        raise SweepError("Dask is missing: python3 -m pip install -e '.[sweep]'") from None
    try:
        client = Client(scheduler, timeout="10s")
    except (OSError, ValueError) as error:
        raise SweepError(f"there is no Dask scheduler at {scheduler} ({error})") from None
    with client, client.get_executor(pure=False) as pool:
        yield pool


# The results


class Results:
    """The rows of a sweep, in a folder that keeps them between two calls.

    Parameters
    ----------
    folder : pathlib.Path
        Made if it is not there.
    text : str
        The notebook, as JSON.
    names : list of str
        The parameters that each run sets.

    Raises
    ------
    SweepError
        The folder has results of another notebook or of other parameters.
    """

    def __init__(self, folder, text, names):
        self.path = folder / "results.csv"
        self.columns = [*names, *RESULTS]
        cells = [cell["source"] for cell in json.loads(text)["cells"]]
        about = {"notebook": hashlib.sha256(json.dumps(cells).encode()).hexdigest(), "set": names}
        folder.mkdir(parents=True, exist_ok=True)
        mark = folder / "sweep.json"
        if mark.is_file() and json.loads(mark.read_text(encoding="utf-8")) != about:
            raise SweepError(
                f"{folder} has the results of another lesson, or of other parameters: "
                "give another folder with --out"
            )
        mark.write_text(json.dumps(about), encoding="utf-8")
        self.rows = self._read() if self.path.is_file() else []

    def _read(self):
        with open(self.path, newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def done(self, parameters):
        """Say whether this run has succeeded before."""
        wanted = {name: str(value) for name, value in parameters.items()}
        return any(wanted.items() <= row.items() and row["state"] == "done" for row in self.rows)

    def add(self, result):
        """Keep a result: the file is replaced only when the new one is complete."""
        row = {name: str(result[name]) for name in self.columns}
        settings = self.columns[: -len(RESULTS)]
        same = [all(row[name] == old[name] for name in settings) for old in self.rows]
        self.rows = [old for old, is_same in zip(self.rows, same, strict=True) if not is_same]
        self.rows.append(row)
        part = self.path.with_name("results.csv.part")
        with open(part, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, self.columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.rows)
        part.replace(self.path)


def groups_of(rows, names):
    """Return the accuracies of each setting; runs that differ in SEED only are one setting.

    Examples
    --------
    >>> row = {"SEED": "1", "EPOCHS": "3", "state": "done", "test_accuracy": "0.9"}
    >>> groups_of([row, {**row, "SEED": "2", "test_accuracy": "0.8"}], ["SEED", "EPOCHS"])
    {'all runs': [0.9, 0.8]}
    """
    groups = {}
    varied = [name for name in names if name != "SEED" and len({row[name] for row in rows}) > 1]
    for row in rows:
        if row["state"] == "done":
            label = "\n".join(f"{name}={row[name]}" for name in varied) or "all runs"
            groups.setdefault(label, []).append(float(row["test_accuracy"]))
    return groups


def draw(groups, path):
    """Draw every run as a dot, and mean and range of each setting."""
    import numpy as np
    from matplotlib.figure import Figure

    figure = Figure(figsize=(max(3.5, 1.2 * len(groups) + 1.5), 3.5), layout="constrained")
    ax = figure.add_subplot()
    for place, values in enumerate(groups.values()):
        ax.plot([place] * len(values), values, "o", color="#0072B2", alpha=0.6)
        ax.hlines(np.mean(values), place - 0.2, place + 0.2, color="black")
        ax.vlines(place + 0.2, min(values), max(values), color="black", linewidth=1)
    ax.set_xticks(range(len(groups)), groups)
    ax.set(xlim=(-0.6, len(groups) - 0.4), ylabel="test accuracy")
    ax.set_title("dots: runs; wide line: mean; thin line: range", fontsize="medium")
    figure.savefig(path, dpi=150)


def summary(groups):
    """Return a line for each setting: the number of runs, mean, lowest and highest."""
    lines = []
    for label, values in groups.items():
        mean = sum(values) / len(values)
        name = label.replace("\n", " ")
        lines.append(
            f"{name}: {len(values)} runs, mean {mean:.4f}, {min(values):.3f} to {max(values):.3f}"
        )
    return lines


def sweep(notebook, runs, folder, *, workers=1, scheduler=None, keep_notebooks=False):
    """Run a lesson with each of the parameters, and keep the results in a folder.

    Parameters
    ----------
    notebook : pathlib.Path
        The lesson.
    runs : list of dict
        The parameters of each run, as `combinations` returns them.
    folder : pathlib.Path
        For the results; runs that are done in it are not repeated.
    workers : int
        How many run at the same time on this machine.
    scheduler : str, optional
        The address of a Dask scheduler that runs them instead.
    keep_notebooks : bool
        Write each executed notebook into the folder, too.

    Returns
    -------
    list of dict of str to str
        A row for each run, as in ``results.csv``.
    """
    from tqdm import tqdm

    text = without_outputs(notebook.read_text(encoding="utf-8"))
    results = Results(folder, text, list(runs[0]))
    left = [parameters for parameters in runs if not results.done(parameters)]
    with (
        executor(workers, scheduler) as pool,
        tqdm(total=len(runs), initial=len(runs) - len(left), unit="run", file=sys.stderr) as bar,
    ):
        futures = {
            pool.submit(run_lesson, text, parameters, keep_notebooks): parameters
            for parameters in left
        }
        for future in as_completed(futures):
            try:
                result, executed = future.result()
            except Exception as error:  # The worker is gone, more than once.
                nothing = dict.fromkeys(RESULTS, "")
                problem = {"state": "failed", "error": f"{type(error).__name__}: {error}"}
                result, executed = {**futures[future], **nothing, **problem}, ""
            results.add(result)
            if keep_notebooks and executed:
                name = "_".join(f"{key}={value}" for key, value in futures[future].items())
                name = re.sub(r"[^\w=.-]", "-", name)[-150:]
                (folder / f"{name}.ipynb").write_text(executed, encoding="utf-8")
            bar.update()
    return results.rows


def main():
    """Read the command line, run, and print a summary; 0 if every run is done."""
    parser = argparse.ArgumentParser(
        prog="python3 -m helpers.sweep", description=__doc__.splitlines()[0]
    )
    parser.add_argument("notebook", type=Path)
    parser.add_argument(
        "--vary", action="append", default=[], metavar="NAME=VALUE,VALUE", help="one or more times"
    )
    parser.add_argument(
        "-p", action="append", default=[], metavar="NAME=VALUE", help="the same in every run"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--workers", type=int, default=1, help="runs at the same time (1)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster")
    parser.add_argument("--notebooks", action="store_true", help="keep the executed notebooks")
    given = parser.parse_args()
    # TensorFlow's log would come between the lines of the bar.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        if given.workers < 1:
            raise SweepError(f"--workers {given.workers}: expected 1 or more")
        runs = combinations(given.vary, given.p, default_parameters(given.notebook))
        if not runs[0]:
            raise SweepError("give --vary NAME=VALUE,VALUE at least once")
        rows = sweep(
            given.notebook,
            runs,
            given.out,
            workers=given.workers,
            scheduler=given.scheduler,
            keep_notebooks=given.notebooks,
        )
    except SweepError as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        print(f"\nStopped. What is done is in {given.out}; the same command goes on.")
        return 130
    groups = groups_of(rows, list(runs[0]))
    if groups:
        draw(groups, given.out / "results.png")
    print("\n".join(summary(groups)))
    failed = [row for row in rows if row["state"] != "done"]
    for row in failed:
        print(f"failed: {row['error']}")
    print(f"Results: {given.out / 'results.csv'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
