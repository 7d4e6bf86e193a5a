"""The cell `colab` in a real kernel without `helpers`, as for a lesson that is one file alone."""

import sys
import sysconfig
from http.server import HTTPServer, SimpleHTTPRequestHandler
from threading import Thread
from zipfile import ZipFile

import nbformat
import pytest
from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpec

from helpers.course import NOTEBOOKS, ROOT
from helpers.maintain import publish
from helpers.maintain.light_copy import write_light_copy

CELL = publish.colab_cell("", "")
# -S, and the packages by hand: this environment has the course installed, and the kernel must not.
START = f"""
import sys
sys.path.append({sysconfig.get_path("purelib")!r})
from ipykernel.kernelapp import launch_new_instance
launch_new_instance()
"""
# What `upload` does in googlecolab/colabtools, google/colab/files.py. The name under which a file
# is saved differs from the key if there is a file with this name.
COLAB = """
import shutil, sys, types
from pathlib import Path
def upload():
    assert CHOSEN is not None, "it asked for a file"
    if not CHOSEN:
        return {}
    print("Saving", shutil.copy(CHOSEN, Path(CHOSEN).name))
    return {Path(CHOSEN).name: Path(CHOSEN).read_bytes()}
sys.modules["google.colab"] = types.SimpleNamespace(files=types.SimpleNamespace(upload=upload))
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that runs a cell in the kernel and returns what it shows, and its error."""
    folder = tmp_path / "learner"
    folder.mkdir()
    monkeypatch.delenv("PYTHONPATH", raising=False)
    manager = KernelManager()
    argv = [sys.executable, "-S", "-c", START, "-f", "{connection_file}"]
    manager._kernel_spec = KernelSpec(argv=argv, display_name="empty", language="python")
    manager.start_kernel(cwd=folder)
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=120)

    def run_cell(source):
        shown, errors = [], []

        def collect(message):
            content = message["content"]
            if message["msg_type"] == "stream":
                shown.append(content["text"])
            if message["msg_type"] == "error":
                errors.append((content["ename"], content["evalue"]))

        client.execute_interactive(source, output_hook=collect, timeout=120)
        return "".join(shown), *errors

    yield run_cell
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_outside_colab_one_sentence(run):
    shown, (name, sentence) = run(CELL)
    assert shown == ""
    assert name == "ModuleNotFoundError"
    assert sentence.count(".") == 2  # course.zip, and the end
    assert "open the course folder" in sentence


def test_light_copy_is_enough(run, tmp_path):
    write_light_copy(tmp_path / "course.zip")
    assert (tmp_path / "course.zip").stat().st_size < 1_000_000
    run(COLAB + f"CHOSEN = {str(tmp_path / 'course.zip')!r}")
    assert run(CELL) == ("Saving course.zip\n",)
    for path in NOTEBOOKS:
        (imports,) = [
            cell.source for cell in nbformat.read(path, as_version=4).cells if cell.id == "imports"
        ]
        assert run(imports) == ("",), path.name
    count = "sum(len(own_digits.load_pictures(kind)[0]) for kind in own_digits.KINDS)"
    assert run(f"from helpers import own_digits\nprint({count})") == ("60\n",)
    assert run("from helpers.seeds import seed_accuracies\nprint(len(seed_accuracies(2)))") == (
        "8\n",
    )
    # Again, it asks for nothing.
    run("CHOSEN = None")
    assert run(CELL) == ("",)


def test_other_files_and_no_file(run, tmp_path):
    """After each of them, running the cell again asks again; at last, the whole course comes."""
    (tmp_path / "text.zip").write_text("no archive", encoding="utf-8")
    with ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("photos/one.png", b"")
    run(COLAB)
    for name in ("", "text.zip", "other.zip"):
        run(f"CHOSEN = {name and str(tmp_path / name)!r}")
        shown, (error, sentence) = run(CELL)
        assert shown == (name and f"Saving {name}\n")
        assert error == "ModuleNotFoundError"
        assert "Choose course.zip in Colab" in sentence
    # The second download of a-course-main.zip, with a file first and no entry for the folder.
    whole = tmp_path / "a-course-main (1).zip"
    with ZipFile(whole, "w") as archive:
        for file in [
            ROOT / "README.md",
            *ROOT.glob("helpers/*.py"),
            ROOT / "helpers/data/mnist.npz",
        ]:
            archive.write(file, f"a-course-main/{file.relative_to(ROOT).as_posix()}")
    run(f"CHOSEN = {str(whole)!r}")
    assert run(CELL) == (f"Saving {whole.name}\n",)
    data = "from helpers.datasets import mnist\nprint(mnist.path, mnist.load_data()[1][1].shape)"
    assert run(data) == (f"{whole.name}/a-course-main/helpers/data/mnist.npz (10000,)\n",)


def test_published_cell_says_that_the_address_is_wrong(run, tmp_path):
    """A private repository answers 404, too."""
    server = HTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler)
    Thread(target=server.serve_forever, daemon=True).start()
    cell = publish.colab_cell("someone/a-course", "v1.0.0")
    here = f"http://127.0.0.1:{server.server_port}/"
    shown, (name, sentence) = run(cell.replace("https://github.com/", here))
    server.shutdown()
    server.server_close()
    assert "404" in shown
    assert f"{here}someone/a-course/archive/refs/tags/v1.0.0.zip" in shown
    assert name == "ModuleNotFoundError"
    assert "pip could not install the course" in sentence


def test_nothing_happens_in_a_folder_of_the_course(run):
    run(f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nCHOSEN = None\n" + COLAB)
    assert run(CELL) == ("",)
    assert run(publish.colab_cell("someone/a-course", "v1.0.0")) == ("",)
