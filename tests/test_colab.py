"""Run each lesson as one file in environments that are like Google Colab's: ``pytest -m colab``."""

import gzip
import json
import os
import shutil
import subprocess
import sys

import nbformat
import numpy as np
import pytest

from helpers import datasets
from helpers.course import NOTEBOOKS, ROOT
from helpers.maintain.convert_data import IDX_FILES
from helpers.maintain.light_copy import write_light_copy

pytestmark = pytest.mark.colab

REPOSITORY, TAG = "someone/a-course", "v0.0.0-test"

SHARED = [
    "matplotlib==3.10.0",
    "ipykernel==6.17.1",
    "ipython==7.34.0",
    "pillow==11.3.0",
    "anywidget==0.9.21",
    "ipywidgets==7.7.1",
    "notebook==6.5.7",
    "jupyter_client==7.4.9",
    "traitlets==5.7.1",
]
# What Colab had on 2026-08-19, and the older versions that a notebook can be pinned to. Of these,
# only Python, NumPy and TensorFlow are known; 3.10.0 is the Keras of 2026.01.
COLAB = {
    "2026.08": [
        "3.13",
        "tensorflow==2.20.0",
        "keras==3.13.2",
        "numpy==2.1.3",
        "h5py==3.16.0",
        "protobuf==5.29.6",
        "matplotlib-inline==0.2.2",
        "ml_dtypes==0.6.0",
    ],
    "2026.07": ["3.12", "tensorflow==2.20.0", "keras==3.10.0", "numpy==2.0.2"],
    "2026.04": ["3.12", "tensorflow==2.19.0", "keras==3.10.0", "numpy==2.0.2"],
}

# `upload` as in googlecolab/colabtools, google/colab/files.py; {} is what it returns if the dialog
# is cancelled. `google` has no __init__.py, or google.protobuf would disappear.
FILES = """
import os, shutil
from pathlib import Path

def upload():
    chosen = os.environ["CHOSEN"]
    if not chosen:
        return {}
    shutil.copy(chosen, Path(chosen).name)
    return {Path(chosen).name: Path(chosen).read_bytes()}
"""
# Colab's kernel has imported google.colab before the first cell runs. Elsewhere, there is none.
START = "import os; 'CHOSEN' in os.environ and __import__('google.colab')\n"
# Instead of a download.
GET_FILE = """

def get_file(fname, **kwargs):
    import os
    return os.path.join(os.environ["DOWNLOADS"], fname)
"""


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


def find_python(version):
    """Return a Python that runs: a version manager can put a name on the path only."""
    name = os.environ.get("COLAB_PYTHON", f"python{version}")
    check = f"import sys, venv, ensurepip; sys.exit('%d.%d' % sys.version_info[:2] != '{version}')"
    program = shutil.which(name)
    if program and subprocess.run([program, "-c", check], capture_output=True).returncode == 0:
        return program
    # Whoever sets the variable wants the test, not a skip that nobody reads.
    report = pytest.fail if "COLAB_PYTHON" in os.environ else pytest.skip
    report(f"{name} is not a Python {version} that runs; COLAB_PYTHON can name one")


@pytest.fixture(scope="module", params=COLAB)
def colab(request, tmp_path_factory):
    """Return the folder of an environment: Colab's packages, `google.colab`, a kernel ``colab``."""
    version, *packages = COLAB[request.param]
    program = find_python(version)
    folder = tmp_path_factory.mktemp("environment")
    run(program, "-m", "venv", "venv", cwd=folder)
    python = folder / "venv/bin/python"
    run(python, "-m", "pip", "install", "--quiet", *packages, *SHARED, cwd=folder)
    (installed,) = folder.glob("venv/lib/python3*/site-packages")
    (installed / "google/colab").mkdir()
    (installed / "google/colab/__init__.py").write_text("from google.colab import files\n")
    (installed / "google/colab/files.py").write_text(FILES)
    (installed / "google_colab.pth").write_text(START)
    for name in ("fashion_mnist", "mnist"):
        with (installed / f"keras/src/datasets/{name}.py").open("a") as module:
            module.write(GET_FILE)
    (folder / "kernels/colab").mkdir(parents=True)
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "Colab", "language": "python"}
    (folder / "kernels/colab/kernel.json").write_text(json.dumps(spec))
    yield folder
    # pytest keeps the temporary folders of three runs, and this one is large.
    shutil.rmtree(folder / "venv")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return a folder with the course: as it is, published, as ZIP files, and its data alone."""
    folder = tmp_path_factory.mktemp("files")
    course, published = folder / "course", folder / "published"
    names = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in names.split("\0"):
        # A file that was removed, and not yet from git, is listed too.
        if (ROOT / name).is_file():
            (course / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, course / name)
    program = [sys.executable, "-m", "helpers.maintain.publish"]
    run(*program, "--unpublish", cwd=course)
    shutil.copytree(course, published)
    run(*program, REPOSITORY, "--tag", TAG, cwd=published)
    git("init", "--quiet", cwd=published)
    git("add", ".", cwd=published)
    git("commit", "--quiet", "--message=Publish", cwd=published)
    archive = folder / f"site/{REPOSITORY}/archive/refs/tags/{TAG}.zip"
    archive.parent.mkdir(parents=True)
    for prefix, path in {"a-course-main": "a-course-main.zip", "a-course-0": archive}.items():
        options = ["--format=zip", f"--prefix={prefix}/", f"--output={folder / path}"]
        git("archive", *options, "HEAD", cwd=published)
    write_light_copy(folder / "course.zip")
    write_downloads(folder / "downloads")
    return folder


def write_downloads(folder):
    """Write the files that `keras.datasets` would download."""
    folder.mkdir()
    shutil.copy(datasets.mnist.path, folder)
    with np.load(datasets.fashion_mnist.path) as arrays:
        for key, name in IDX_FILES.items():
            header = bytes(16 if key.startswith("x") else 8)
            content = gzip.compress(header + arrays[key].tobytes(), compresslevel=1)
            (folder / f"{name}.gz").write_bytes(content)


@pytest.fixture
def open_lesson(colab, files, tmp_path, monkeypatch):
    """Return a function that runs a lesson alone in an empty folder, and returns its code cells."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # With it, ipykernel handles output in another way.

    def run_lesson(path, **environment):
        text = path.read_text(encoding="utf-8")
        site = (files / "site").as_uri()
        text = text.replace("install -q https://github.com", f"install -q {site}")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
        program = [sys.executable, "-m", "papermill", path.name, "out.ipynb", "--kernel", "colab"]
        size = ["-p", "EPOCHS", "1", "-p", "TRAIN_SIZE", "2000"]
        places = {"JUPYTER_PATH": str(colab), "DOWNLOADS": str(files / "downloads")}
        run(*program, *size, cwd=tmp_path, **places, **environment)
        cells = nbformat.read(tmp_path / "out.ipynb", as_version=4).cells
        return [cell for cell in cells if cell.cell_type == "code"]

    return run_lesson


def assert_complete(cells):
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []


@pytest.mark.parametrize("name", [path.name for path in NOTEBOOKS])
def test_lesson_with_the_light_copy(open_lesson, files, name):
    cells = open_lesson(files / "course/notebooks" / name, CHOSEN=str(files / "course.zip"))
    assert_complete(cells)
    shown = str([cell.outputs for cell in cells])
    assert "Downloading the data set" in shown


def test_lesson_with_the_whole_course(open_lesson, files):
    chosen = str(files / "a-course-main.zip")
    cells = open_lesson(files / "course/notebooks" / NOTEBOOKS[0].name, CHOSEN=chosen)
    assert_complete(cells)
    assert "Downloading" not in str([cell.outputs for cell in cells])


@pytest.mark.parametrize("name", [path.name for path in NOTEBOOKS])
def test_published_lesson(open_lesson, colab, files, name):
    """pip installs the course, and nothing else changes."""
    pip = [colab / "venv/bin/python", "-m", "pip"]
    before = run(*pip, "freeze", cwd=colab)
    cells = open_lesson(files / "published/notebooks" / name)
    after = run(*pip, "freeze", cwd=colab)
    run(*pip, "uninstall", "--yes", "deep-learning-notebooks", cwd=colab)
    assert_complete(cells)
    assert {line.split(" @ ")[0] for line in after.splitlines()} == {
        *before.splitlines(),
        "deep-learning-notebooks",
    }
