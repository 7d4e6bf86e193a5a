"""Say whether this machine can take the course: ``python3 -m helpers.doctor``.

It writes a line for each thing that the lessons need and, where one is wrong, the
command that fixes it. The exit code is 0 only if all is well.
"""

# Only the standard library here, and nothing that an older Python does not know:
# the doctor has to speak exactly where packages are missing or Python is too old.
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import textwrap
import traceback
from dataclasses import dataclass
from importlib import metadata, util
from itertools import groupby
from pathlib import Path

from helpers.course import ROOT

WINDOWS = os.name == "nt"

# From a cold disk, the import of TensorFlow can take most of a minute.
TIMEOUT_SECONDS = 60
# The largest lesson takes about 1.6 GB.
MEMORY_BYTES = 2e9
DISK_BYTES = 1e9
# A virtual environment with all packages takes 2.4 GB, and their download 0.8 GB.
DISK_BYTES_TO_INSTALL = 4e9

TRAIN_ONE_STEP = """
import tensorflow as tf
from tensorflow import keras
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.train_on_batch(tf.ones((4, 2)), tf.ones((4, 1)))
"""
LATE = "it did not finish within"
OTHER_PROCESSOR = "use another computer: TensorFlow needs AVX, and this processor does not have it"
TENSORFLOW_FIXES = {
    LATE: "close other programs, then run this again",
    "code -4": OTHER_PROCESSOR,  # SIGILL, an illegal instruction
    "code 3221225501": OTHER_PROCESSOR,  # the same on Windows
    "DLL load failed": "install https://aka.ms/vs/17/release/vc_redist.x64.exe",
}


@dataclass(frozen=True)
class Check:
    """What was found out about one thing that the lessons need.

    ``found`` goes on where ``name`` ends; ``fix`` is empty if ``ok``.
    """

    name: str
    ok: bool
    found: str
    fix: str


def _check(name, good, problem, fix):
    return Check(name, not problem, problem or good, fix if problem else "")


def _python():
    """Return what to type to start this Python; ``python3`` alone may start another."""
    word = "python" if WINDOWS else "python3"
    first = shutil.which(word)
    if first and Path(first).parent.samefile(Path(sys.executable).parent):
        return word
    return f'& "{sys.executable}"' if WINDOWS else shlex.quote(sys.executable)


def _install():
    """Return the command that brings the packages, or the one that has to come before it."""
    venv = ROOT / ".venv"
    if venv.is_dir() and not venv.samefile(sys.prefix):
        allow = "Set-ExecutionPolicy -Scope Process RemoteSigned -Force"
        windows = rf"{allow}; .venv\Scripts\Activate.ps1"
        return windows if WINDOWS else "source .venv/bin/activate"
    if sys.prefix == sys.base_prefix and not Path(sys.prefix, "conda-meta").exists():
        return f"{_python()} -m venv .venv"
    if util.find_spec("pip") is None:
        return f"{_python()} -m ensurepip"
    return f"{_python()} -m pip install -r requirements.txt"


def _error_line(text):
    """Find the line that names the error: TensorFlow and NumPy write advice after theirs."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    named = [line for line in lines if re.match(r"[\w.]*(Error|Exception): ", line)]
    return (named or lines or ["it gave no reason"])[-1]


def _run(python, code):
    """Run code where a notebook would; return what it printed, and its error or ``""``."""
    try:
        done = subprocess.run(
            [python, "-c", code],
            cwd=ROOT / "notebooks",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return "", f"{LATE} {TIMEOUT_SECONDS} seconds"
    except OSError as error:
        return "", f"{python} cannot be run ({error.strerror})"
    error = _error_line(done.stderr) if done.returncode else ""
    if done.returncode not in (0, 1):
        error = f"it crashed with code {done.returncode}"
    return done.stdout.strip(), error


def check_python(pyproject=ROOT / "pyproject.toml"):
    """Compare the version of Python with ``requires-python``."""
    # Not tomllib: a Python that is too old does not have it.
    pattern = r'requires-python = ">=3\.(\d+),<3\.(\d+)"'
    oldest, end = (int(n) for n in re.search(pattern, pyproject.read_text("utf-8")).groups())
    version = "{}.{}.{}".format(*sys.version_info)
    problem = ""
    if not (3, oldest) <= sys.version_info < (3, end):
        problem = f"{version}: the course needs 3.{oldest} to 3.{end - 1}"
    start = f"py -3.{end - 1}" if WINDOWS else f"python3.{end - 1}"
    fix = f"{start} -m venv --clear .venv (get Python 3.{end - 1} from https://www.python.org)"
    yield _check("Python", version, problem, fix)


def check_packages(requirements=ROOT / "requirements.txt"):
    """Compare the version of each package with its range in ``requirements.txt``."""
    try:
        from packaging.requirements import Requirement
    except ImportError:
        # pip brings a copy, and is there before anything is installed.
        from pip._vendor.packaging.requirements import Requirement
    for line in requirements.read_text("utf-8").splitlines():
        text = line.split("#")[0].strip()
        # `-e .` is this folder: check_helpers.
        if text and not text.startswith("-"):
            yield _check_package(Requirement(text))


def _check_package(requirement):
    problem = ""
    needed = ",".join(sorted(map(str, requirement.specifier), reverse=True))
    try:
        version = metadata.version(requirement.name)
        if not requirement.specifier.contains(version, prereleases=True):
            problem = f"{version}: the course needs {needed}"
    except metadata.PackageNotFoundError:
        version = ""
        problem = f"is not installed: the course needs {needed}"
    return _check(requirement.name, version, problem, _install())


def check_helpers():
    """Import the helpers, and with them all that they import, as a notebook does."""
    code = "from helpers import *; import helpers; print(helpers.__path__[0])"
    folder, problem = _run(sys.executable, code)
    if not problem and not os.path.samefile(folder, ROOT / "helpers"):
        problem = f"they come from another folder, {folder}"
    problem = problem and f"cannot be used in a notebook: {problem}"
    yield _check("helpers", "can be imported in a notebook", problem, _install())


def check_tensorflow():
    """Train one step, in a process of its own: a crash there must not end the doctor."""
    _, error = _run(sys.executable, TRAIN_ONE_STEP)
    fix = f"{_python()} -m pip install --force-reinstall -r requirements.txt"
    if "No module named 'tensorflow'" in error:
        fix = _install()
    for words, better_fix in TENSORFLOW_FIXES.items():
        if words in error:
            fix = better_fix
    problem = error and f"cannot train a model: {error}"
    yield _check("TensorFlow", "can be imported and trains one step", problem, fix)


def check_data():
    """Read the files of both data sets."""
    from helpers import datasets

    for dataset in (datasets.fashion_mnist, datasets.mnist):
        problem = fix = ""
        try:
            dataset.read_file()
        except datasets.DataFileError as error:
            what, _, command, otherwise = str(error).splitlines()
            problem = f"cannot be loaded. {what}"
            fix = f"{command.strip()} ({otherwise})"
        yield _check(dataset.name, "is complete", problem, fix)


def check_kernel():
    """Ask the Python that runs the notebooks whether it is this environment."""
    from jupyter_client import KernelManager

    # In a virtual environment, Jupyter looks there before it looks in the user's own folder.
    fix = f"{_python()} -m ipykernel install --sys-prefix"
    try:
        python = KernelManager(kernel_name="python3").format_kernel_cmd()[0]
        environment, problem = _run(python, "import sys; print(sys.prefix); import ipykernel")
    except Exception as error:
        environment, problem = "", str(error)
    here = environment and os.path.samefile(environment, sys.prefix)
    if here or util.find_spec("ipykernel") is None:
        fix = _install()
    elif environment:
        problem = f"it belongs to another environment, {environment}"
    problem = problem and f"does not work here: {problem}"
    yield _check("Jupyter kernel", f"is this environment{_jupyter_lab_note()}", problem, fix)


def _jupyter_lab_note():
    """Warn of a ``jupyter-lab`` of another environment: it would bring its own kernel."""
    first = shutil.which("jupyter-lab")
    if not first or Path(first).parent.samefile(sysconfig.get_path("scripts")):
        return ""
    return f", but {first} belongs to another one: start JupyterLab with {_python()} -m jupyter lab"


def check_writing(notebooks=ROOT / "notebooks"):
    """Write and delete a small file in the two folders that need it."""
    allow = r"attrib -R notebooks\* /S /D" if WINDOWS else "chmod -R u+w notebooks"
    allow += " (or copy the course into a folder of your own)"
    move = "$env:TEMP = $HOME" if WINDOWS else "export TMPDIR=$HOME"
    for name, folder, fix in [("notebooks", notebooks, allow), ("temporary", None, move)]:
        problem = ""
        try:
            with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
                file.write(b"deleted at once")
                file.flush()
        except OSError as error:
            problem = f"cannot be written: {error.strerror}"
        yield _check(f"{name} folder", "can be written", problem, fix)


def check_memory(needed=MEMORY_BYTES):
    """Compare the memory that a program can still get with what a lesson takes."""
    try:
        import psutil
    except ImportError:
        yield _check("memory", "is unknown: psutil is not installed", "", "")
        return
    available = psutil.virtual_memory().available
    yield _check_space(
        "memory", available, needed, "close other programs, starting with the browser"
    )


def check_disk(needed=None):
    """Compare the free space in the folder of the course with what has to come, or the lessons."""
    if needed is None:
        needed = DISK_BYTES if util.find_spec("tensorflow") else DISK_BYTES_TO_INSTALL
    free = shutil.disk_usage(ROOT).free
    fix = f"{_python()} -m pip cache purge (or delete what you no longer need)"
    yield _check_space("disk", free, needed, fix)


def _check_space(name, free, needed, fix):
    found = f"{free / 1e9:.1f} GB free"
    problem = "" if free >= needed else f"{found}: the course needs {needed / 1e9:.1f} GB"
    return _check(name, found, problem, fix)


def diagnose():
    """Yield each ``Check`` as soon as it is made."""
    software = [check_python, check_packages, check_helpers, check_tensorflow]
    surroundings = [check_data, check_kernel, check_writing, check_memory, check_disk]
    for make in software + surroundings:
        try:
            yield from make()
        except Exception:
            # Whatever is broken here, the checks that follow still have their say.
            problem = f"cannot be checked: {_error_line(traceback.format_exc())}"
            yield _check(make.__name__.replace("check_", ""), "", problem, _install())


def _print_lines(checks):
    """Print a line for each check, and one fix for neighbours that share it."""
    problems = 0
    indent = {"subsequent_indent": " " * 8, "break_long_words": False, "break_on_hyphens": False}
    for fix, neighbours in groupby(checks, key=lambda check: check.fix):
        for check in neighbours:
            problems += not check.ok
            line = f"{'ok' if check.ok else 'PROBLEM':7} {check.name} {check.found}"
            print(textwrap.fill(line, 100, **indent), flush=True)
        if fix:
            print(f"        fix: {fix}", flush=True)
    if problems:
        count = "1 problem" if problems == 1 else f"{problems} problems"
        print(f"{count}. Run the first fix in the folder {ROOT}, then run this again.")
    else:
        print("All is well: this computer can run the course.")
    return not problems


def main():
    """Print all checks; return the exit code, 0 if all is well and else 1."""
    return 0 if _print_lines(diagnose()) else 1


if __name__ == "__main__":
    # An error of the system may hold letters that a Windows console cannot show.
    sys.stdout.reconfigure(errors="replace")
    sys.exit(main())
