"""Run each lesson in an environment that is like Google Colab's: ``pytest -m colab``."""

import json
import os
import shutil
import subprocess
import sys

import nbformat
import pytest

from helpers.course import NOTEBOOKS, ROOT

pytestmark = pytest.mark.colab

TAG = "v0.0.0-test"

# What Colab had on 2026-08-19, with Python 3.13.
COLAB = [
    "tensorflow==2.20.0",
    "keras==3.13.2",
    "numpy==2.1.3",
    "matplotlib==3.10.0",
    "ipykernel==6.17.1",
    "ipython==7.34.0",
    "h5py==3.16.0",
    "protobuf==5.29.6",
    "pillow==11.3.0",
    "anywidget==0.9.21",
    "ipywidgets==7.7.1",
    "jupyter_client==7.4.9",
    "traitlets==5.7.1",
    "matplotlib-inline==0.2.2",
    "ml_dtypes==0.6.0",
]
CHECK = "import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 13))"


def run(*command, cwd, **environment):
    result = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    assert result.returncode == 0, result.stdout
    return result.stdout


def git(*arguments, cwd):
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    return run("git", *identity, "-c", "commit.gpgsign=false", *arguments, cwd=cwd)


@pytest.fixture(scope="module")
def python313():
    """Return a Python 3.13 that runs: a version manager can put a name on the path only."""
    name = os.environ.get("COLAB_PYTHON", "python3.13")
    program = shutil.which(name)
    if program and subprocess.run([program, "-c", CHECK], capture_output=True).returncode == 0:
        return program
    # Whoever sets the variable wants the test, not a skip that nobody reads.
    report = pytest.fail if "COLAB_PYTHON" in os.environ else pytest.skip
    report(f"{name} is not a Python 3.13 that runs; COLAB_PYTHON can name one")


@pytest.fixture(scope="module")
def kernels(python313, tmp_path_factory):
    """Return a folder with the kernel ``colab``: Colab's packages, and `google.colab`."""
    folder = tmp_path_factory.mktemp("environment")
    run(python313, "-m", "venv", "venv", cwd=folder)
    python = folder / "venv/bin/python"
    run(python, "-m", "pip", "install", "--quiet", *COLAB, cwd=folder)
    (packages,) = folder.glob("venv/lib/python3.13/site-packages")
    (packages / "google/colab").mkdir()
    (packages / "google/colab/__init__.py").write_text("")
    # Colab's kernel has imported it before the first cell runs.
    (packages / "google_colab.pth").write_text("import google.colab\n")
    (folder / "kernels/colab").mkdir(parents=True)
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "Colab", "language": "python"}
    (folder / "kernels/colab/kernel.json").write_text(json.dumps(spec))
    yield folder
    # pytest keeps the temporary folders of three runs, and this one is large.
    shutil.rmtree(folder / "venv")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return the folder of the course, published in a bare repository beside it."""
    folder = tmp_path_factory.mktemp("published")
    course = folder / "course"
    files = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in files.split("\0"):
        # A file that was removed, and not yet from git, is listed too.
        if (ROOT / name).is_file():
            (course / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, course / name)
    address = (folder / "bare.git").as_uri()
    run(sys.executable, "-m", "helpers.maintain.publish", address, "--tag", TAG, cwd=course)
    git("init", cwd=course)
    git("add", ".", cwd=course)
    git("commit", "--quiet", "--message=Publish", cwd=course)
    git("tag", TAG, cwd=course)
    git("clone", "--bare", "--quiet", "course", "bare.git", cwd=folder)
    return course


@pytest.mark.parametrize("name", [path.name for path in NOTEBOOKS])
def test_lesson_runs_in_colab(kernels, course, tmp_path, monkeypatch, name):
    shutil.copy(course / "notebooks" / name, tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # With it, ipykernel handles output in another way.
    papermill = [sys.executable, "-m", "papermill", name, "out.ipynb", "--kernel", "colab"]
    size = ["-p", "EPOCHS", "1", "-p", "TRAIN_SIZE", "2000"]
    run(*papermill, *size, cwd=tmp_path, JUPYTER_PATH=str(kernels))
    assert (tmp_path / "course/helpers/__init__.py").is_file()
    cells = nbformat.read(tmp_path / "out.ipynb", as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    text = str([output for cell in code for output in cell.outputs])
    assert "TensorFlow 2.20.0 with Keras 3.13.2" in text
