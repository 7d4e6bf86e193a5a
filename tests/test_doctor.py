import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from types import SimpleNamespace

import pytest

from helpers import datasets, doctor
from helpers.course import ROOT

WINDOWS = os.name == "nt"
PYTHON = "Scripts/python.exe" if WINDOWS else "bin/python"
PACKAGES = Path(pytest.__file__).parents[1]


def run_doctor(python):
    return subprocess.run(
        [python, "-m", "helpers.doctor"], cwd=ROOT, capture_output=True, text=True
    )


def only(checks):
    [check] = checks
    return check


def assert_problem(check, found, fix):
    assert not check.ok
    assert found in check.found
    assert fix in check.fix


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def shadow(tmp_path, monkeypatch):
    """Return a function that puts a module before the installed one of the same name."""
    folder = tmp_path / "shadow"
    monkeypatch.setenv("PYTHONPATH", str(folder))
    # Python may take a new file for the old one if its second and its size are the same.
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    return lambda name, code: write(folder / name, code)


@pytest.fixture(scope="module")
def empty_environment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("empty")
    venv.create(folder)
    return folder


# All at once


def test_this_machine_is_well():
    result = run_doctor(sys.executable)
    lines = result.stdout.splitlines()
    assert [line for line in lines[:-1] if not line.startswith("ok      ")] == []
    assert lines[-1] == "All is well: this computer can run the course."
    assert max(map(len, lines)) <= 100
    names = {line.split()[1] for line in lines[:-1]}
    assert {"Python", "numpy", "helpers", "TensorFlow", "mnist", "Jupyter", "disk"} < names
    assert result.returncode == 0


def test_environment_without_any_package(empty_environment):
    result = run_doctor(empty_environment / PYTHON)
    assert result.stderr == ""
    assert result.returncode == 1
    lines = result.stdout.splitlines()
    assert lines[0].startswith("ok      Python 3.")
    # What cannot be checked does not keep the checks after it from being made.
    for name in ("packages", "helpers", "TensorFlow", "data", "kernel"):
        assert any(line.startswith(f"PROBLEM {name} ") for line in lines)
    assert "ok      notebooks folder can be written" in lines
    assert [i for i, line in enumerate(lines) if line.startswith("        fix: ")] == [6]
    assert lines[-1].startswith("5 problems. Run the first fix in the folder ")


def test_lines_of_problems(capsys):
    many_words = "is wrong" + " and wrong" * 20
    checks = [
        doctor.Check("a", True, "is well", ""),
        doctor.Check("b", False, many_words, "fix both"),
        doctor.Check("c", False, "is wrong", "fix both"),
        doctor.Check("d", False, "is wrong", "fix d"),
    ]
    assert not doctor._print_lines(checks)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines[:-1])) <= 100
    assert " ".join(line.strip() for line in lines[1:-5]) == f"PROBLEM b {many_words}"
    assert [lines[0], *lines[-5:-1]] == [
        "ok      a is well",
        "PROBLEM c is wrong",
        "        fix: fix both",
        "PROBLEM d is wrong",
        "        fix: fix d",
    ]
    assert lines[-1].startswith("3 problems. ")


# Python and packages


def test_python_outside_of_the_range(tmp_path):
    version = "{}.{}.{}".format(*sys.version_info)
    for allowed, words in [
        (">=3.98,<3.100", "the course needs 3.98 to 3.99"),
        (">=3.8,<3.10", "the course needs 3.8 to 3.9"),
    ]:
        pyproject = write(tmp_path / "pyproject.toml", f'requires-python = "{allowed}"\n')
        check = only(doctor.check_python(pyproject))
        assert_problem(check, f"{version}: {words}", "-m venv --clear .venv")
        assert check.found.endswith(words)


def test_packages(tmp_path, monkeypatch):
    text = "numpy>=99,<100  # too new\n\n# nothing\nno_such_package>=1\npytest\n-e .\n"
    requirements = write(tmp_path / "requirements.txt", text)
    for _ in range(2):
        numpy, missing, well = doctor.check_packages(requirements)
        assert_problem(numpy, ": the course needs >=99,<100", doctor._install())
        assert_problem(missing, "is not installed: the course needs >=1", doctor._install())
        assert well == doctor.Check("pytest", True, pytest.__version__, "")
        # Before the packages are installed, there is only pip's copy of this one.
        monkeypatch.setitem(sys.modules, "packaging.requirements", None)


def test_command_that_brings_the_packages(tmp_path, monkeypatch, empty_environment):
    """It fits where the learner is: the next step is never one that cannot work yet."""
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    install = "-m pip install -r requirements.txt"

    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path))
    assert doctor._install().endswith(" -m venv .venv")
    (tmp_path / "conda-meta").mkdir()
    assert doctor._install().endswith(install)

    (tmp_path / ".venv").mkdir()
    assert "activate" in doctor._install().lower()
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    assert doctor._install() == f"{'python' if WINDOWS else 'python3'} {install}"
    # There, the short name would start another Python.
    monkeypatch.setenv("PATH", str((empty_environment / PYTHON).parent))
    assert sys.executable in doctor._install()

    monkeypatch.setitem(sys.modules, "pip", None)
    assert doctor._install().endswith(" -m ensurepip")


# Helpers and TensorFlow


def test_helpers_that_cannot_be_used(shadow):
    shadow("matplotlib.py", "raise ImportError('no fonts')")
    check = only(doctor.check_helpers())
    assert_problem(check, "ImportError: no fonts", doctor._install())
    other = shadow("helpers/__init__.py", "").parent
    assert_problem(only(doctor.check_helpers()), f"another folder, {other}", doctor._install())


REINSTALL = "--force-reinstall"
MISSING = "No module named 'tensorflow'"
TENSORFLOWS = [
    ("raise ImportError('wrong glibc')", "ImportError: wrong glibc", REINSTALL),
    ("keras = None", "AttributeError: 'NoneType' object has no", REINSTALL),
    ("import sys; sys.exit('stop')", "stop", REINSTALL),
    ("import sys; sys.exit(1)", "it gave no reason", REINSTALL),
    ("import os; os._exit(7)", "it crashed with code 7", REINSTALL),
    (
        "raise ImportError('Traceback\\nImportError: DLL load failed\\n\\nSee our page.')",
        "ImportError: DLL load failed",
        "vc_redist",
    ),
    (f"raise ImportError({MISSING!r})", f"ImportError: {MISSING}", doctor._install()),
    ("import time; time.sleep(60)", "it did not finish within 0.5 seconds", "other programs"),
]
if not WINDOWS:
    no_core = "import os, resource as r; r.setrlimit(r.RLIMIT_CORE, (0, 0)); "
    illegal = (no_core + "os.kill(os.getpid(), 4)", "it crashed with code -4", "another computer")
    TENSORFLOWS.append(illegal)


def test_tensorflow_that_cannot_train(shadow, monkeypatch):
    for code, found, fix in TENSORFLOWS:
        monkeypatch.setattr(doctor, "TIMEOUT_SECONDS", 0.5 if "sleep" in code else 60)
        shadow("tensorflow.py", code)
        assert_problem(only(doctor.check_tensorflow()), f"cannot train a model: {found}", fix)


# Data


def test_data_files_that_are_not_whole(tmp_path, monkeypatch):
    (tmp_path / "fashion_mnist.npz").write_bytes(b"PK")
    for name in ("fashion_mnist", "mnist"):
        broken = dataclasses.replace(getattr(datasets, name), folder=tmp_path)
        monkeypatch.setattr(datasets, name, broken)
    for check, found in zip(doctor.check_data(), ["cut off", "is missing"], strict=True):
        assert_problem(check, found, f"git checkout -- helpers/data/{check.name}.npz (")
        assert "git checkout" not in check.found


# The kernel


def write_kernel(jupyter_folder, python):
    spec = {"argv": [str(python), "-m", "ipykernel_launcher"], "display_name": "Python 3"}
    write(jupyter_folder / "kernels/python3/kernel.json", json.dumps(spec))


@pytest.fixture
def jupyter_path(tmp_path, monkeypatch):
    """Return the folder where Jupyter looks first."""
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    return tmp_path


INSTALL_KERNEL = " -m ipykernel install --sys-prefix"


def test_kernel_of_another_environment(jupyter_path, empty_environment):
    write_kernel(jupyter_path, empty_environment / PYTHON)
    check = only(doctor.check_kernel())
    assert_problem(check, f"another environment, {empty_environment}", INSTALL_KERNEL)


def test_kernel_that_cannot_start(jupyter_path):
    gone = jupyter_path / "gone/python"
    write_kernel(jupyter_path, gone)
    assert_problem(only(doctor.check_kernel()), f"{gone} cannot be run", INSTALL_KERNEL)
    write(jupyter_path / "kernels/python3/kernel.json", "{")
    assert_problem(only(doctor.check_kernel()), "does not work here: ", INSTALL_KERNEL)


def test_kernel_without_ipykernel(shadow, monkeypatch):
    shadow("ipykernel.py", "raise ImportError('no kernel')")
    assert_problem(only(doctor.check_kernel()), "ImportError: no kernel", doctor._install())
    monkeypatch.setattr("jupyter_client.kernelspec.KernelSpecManager.get_kernel_spec", None)
    monkeypatch.setattr(doctor.util, "find_spec", lambda name: name != "ipykernel" or None)
    assert_problem(only(doctor.check_kernel()), "does not work here: ", doctor._install())


def test_fix_of_the_kernel_fixes_it(tmp_path, empty_environment):
    environment = tmp_path / "environment"
    venv.create(environment)
    libraries = next(environment.rglob("site-packages"))
    write(libraries / "all.pth", f"{PACKAGES}\n")
    user = tmp_path / "user"
    variables = {**os.environ, "JUPYTER_DATA_DIR": str(user)}

    def run(*arguments):
        return subprocess.run(
            [environment / PYTHON, *arguments],
            cwd=ROOT,
            env=variables,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def check():
        code = "from helpers.doctor import *; import json; c, = check_kernel()"
        return doctor.Check(**json.loads(run("-c", f"{code}; print(json.dumps(vars(c)))")))

    write_kernel(user, empty_environment / PYTHON)
    write_kernel(environment / "share/jupyter", empty_environment / PYTHON)
    before = check()
    assert_problem(before, "another environment", INSTALL_KERNEL)
    run(*before.fix[before.fix.index("-m ipykernel") :].split())
    assert check().ok


def test_jupyter_lab_of_another_environment_is_a_warning(tmp_path, monkeypatch):
    assert doctor._jupyter_lab_note() == ""
    other = write(tmp_path / ("jupyter-lab.exe" if WINDOWS else "jupyter-lab"), "")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    note = doctor._jupyter_lab_note()
    # Windows looks for it with the ending .EXE.
    assert f"{other} belongs to another one: start ".lower() in note.lower()
    assert note.endswith(" -m jupyter lab")


# The machine


def test_folders_that_cannot_be_written(tmp_path, monkeypatch):
    assert all(check.ok for check in doctor.check_writing(tmp_path))
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(tempfile, "tempdir", str(write(tmp_path / "file", "") / "folder"))
    notebooks, temporary = doctor.check_writing(tmp_path / "missing")
    assert_problem(notebooks, "cannot be written: ", "copy the course")
    assert_problem(temporary, "cannot be written: ", "HOME")


def test_too_little_space(monkeypatch):
    check = only(doctor.check_memory(needed=1e18))
    assert_problem(check, "the course needs 1000000000.0 GB", "close other programs")
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=3e9))
    assert only(doctor.check_disk()).ok
    # The packages need space first.
    monkeypatch.setattr(doctor.util, "find_spec", lambda name: None)
    assert_problem(only(doctor.check_disk()), "the course needs 4.0 GB", "pip cache purge")


def test_unknown_memory_is_no_problem(monkeypatch):
    monkeypatch.setitem(sys.modules, "psutil", None)
    assert only(doctor.check_memory(needed=1e18)).ok
