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

COURSE = Path(__file__).resolve().parents[1]
PYTHON = "Scripts/python.exe" if os.name == "nt" else "bin/python"
PACKAGES = Path(pytest.__file__).parents[1]


def run_doctor(python, *arguments):
    return subprocess.run(
        [python, "-m", "helpers.doctor", *arguments], cwd=COURSE, capture_output=True, text=True
    )


def only(checks):
    [check] = checks
    return check


def assert_problem(check, found, mend):
    assert not check.ok
    assert found in check.found
    assert mend in check.mend


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def shadow(tmp_path, monkeypatch):
    """Return a function that puts a module before the installed one of the same name."""
    folder = tmp_path / "shadow"
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return lambda name, code: write(folder / name, code)


@pytest.fixture(scope="module")
def empty_environment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("empty")
    venv.create(folder)
    return folder


# All at once


def test_this_machine_is_well(capsys):
    result = run_doctor(sys.executable, "--json")
    report = json.loads(result.stdout)
    assert [check for check in report["checks"] if not check["ok"] or check["mend"]] == []
    assert report["ok"] is True
    assert result.returncode == 0
    names = [check["name"] for check in report["checks"]]
    assert len(set(names)) == len(names)
    assert {"Python", "numpy", "helpers", "TensorFlow", "mnist", "Jupyter kernel"} < set(names)

    assert doctor._print_lines(doctor.Check(**check) for check in report["checks"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 100
    assert lines[-1] == "All is well: this machine can take the course."


def test_environment_without_any_package(empty_environment):
    result = run_doctor(empty_environment / PYTHON)
    assert result.stderr == ""
    assert result.returncode == 1
    lines = result.stdout.splitlines()
    assert lines[0].startswith("ok      Python 3.")
    for name in ("packages", "helpers", "TensorFlow", "data", "kernel"):
        assert any(line.startswith(f"PROBLEM {name} ") for line in lines)
    assert "ok      notebooks folder can be written" in lines
    assert [i for i, line in enumerate(lines) if line.startswith("        mend: ")] == [6]
    assert lines[-1].startswith("5 problems. Run the first mend in the folder ")


def test_numpy_that_cannot_be_imported(shadow):
    shadow("numpy.py", "raise ImportError('libopenblas.so is missing')\n\n")
    result = run_doctor(sys.executable, "--json")
    assert result.returncode == 1
    report = json.loads(result.stdout)
    assert report["ok"] is False
    problems = {check["name"]: check["found"] for check in report["checks"] if not check["ok"]}
    assert set(problems) == {"helpers", "TensorFlow", "data"}
    assert all("ImportError: libopenblas.so is missing" in found for found in problems.values())


def test_lines_of_problems(capsys):
    many_words = "is wrong" + " and wrong" * 20
    checks = [
        doctor.Check("a", True, "is well", ""),
        doctor.Check("b", False, many_words, "mend both"),
        doctor.Check("c", False, "is wrong", "mend both"),
        doctor.Check("d", False, "is wrong", "mend d"),
    ]
    assert not doctor._print_lines(checks)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines[:-1])) <= 100
    assert " ".join(line.strip() for line in lines[1:-5]) == f"PROBLEM b {many_words}"
    assert [lines[0], *lines[-5:-1]] == [
        "ok      a is well",
        "PROBLEM c is wrong",
        "        mend: mend both",
        "PROBLEM d is wrong",
        "        mend: mend d",
    ]
    assert lines[-1].startswith("3 problems. ")


# Python and packages


@pytest.mark.parametrize(
    ("allowed", "found"),
    [
        (">=3.98,<3.100", ": the course needs 3.98 to 3.99"),
        (">=3.8,<3.10", ": the course needs 3.8 to 3.9"),
    ],
)
def test_python_outside_of_the_range(tmp_path, allowed, found):
    pyproject = write(tmp_path / "pyproject.toml", f'requires-python = "{allowed}"\n')
    check = only(doctor.check_python(pyproject))
    assert_problem(check, found, "-m venv --clear .venv")
    assert check.found.endswith(found)
    assert check.found.startswith("{}.{}.".format(*sys.version_info))


def check_packages(folder, text):
    return list(doctor.check_packages(write(folder / "requirements.txt", text)))


def test_packages_missing_and_outside_of_the_range(tmp_path):
    text = "numpy>=99,<100  # too new\n\n# nothing\nno_such_package>=1\npytest\n-e .\n"
    numpy, missing, well = check_packages(tmp_path, text)
    assert_problem(numpy, ": the course needs >=99,<100", "")
    assert_problem(missing, "is not installed: the course needs >=1", "")
    assert well == doctor.Check("pytest", True, pytest.__version__, "")


def test_packages_are_compared_without_packaging(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "packaging.requirements", None)
    assert_problem(only(check_packages(tmp_path, "numpy>=99")), "the course needs >=99", "")


def test_install_command_is_for_this_environment(tmp_path, monkeypatch, empty_environment):
    monkeypatch.setattr(doctor, "COURSE", tmp_path)
    monkeypatch.setattr(sys, "base_prefix", "another folder")
    word = "python" if os.name == "nt" else "python3"
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    assert doctor._install() == f"{word} -m pip install -r requirements.txt"
    monkeypatch.setenv("PATH", str((empty_environment / PYTHON).parent))
    assert sys.executable in doctor._install()


def test_pip_is_brought_first(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "COURSE", tmp_path)
    monkeypatch.setattr(sys, "base_prefix", "another folder")
    monkeypatch.setitem(sys.modules, "pip", None)
    assert doctor._install().endswith(" -m ensurepip")


def test_install_command_comes_after_activation(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "COURSE", tmp_path)
    (tmp_path / ".venv").mkdir()
    assert "activate" in doctor._install().lower()
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    assert "-m pip install" in doctor._install()


def test_system_python_gets_an_environment_first(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "COURSE", tmp_path)
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    assert doctor._install().endswith("-m venv .venv")


def test_environment_of_conda_is_enough(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "COURSE", tmp_path)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path))
    (tmp_path / "conda-meta").mkdir()
    assert doctor._install().endswith("-m pip install -r requirements.txt")


# Helpers and TensorFlow


def test_helpers_of_another_copy(shadow):
    path = shadow("helpers/__init__.py", "")
    assert_problem(only(doctor.check_helpers()), str(path.parent), "")


def test_helpers_that_cannot_be_imported(shadow):
    shadow("matplotlib.py", "raise ImportError('no fonts')")
    assert_problem(only(doctor.check_helpers()), "ImportError: no fonts", "")


@pytest.mark.parametrize(
    ("code", "found", "mend"),
    [
        ("raise ImportError('wrong glibc')", "ImportError: wrong glibc", "--force-reinstall"),
        (
            "raise ImportError('Traceback\\nImportError: DLL load failed\\n\\nSee our page.')",
            "ImportError: DLL load failed",
            "vc_redist",
        ),
        ("keras = None", "AttributeError: 'NoneType' object has no", "--force-reinstall"),
        ("import sys; sys.exit('stop')", "stop", "--force-reinstall"),
        ("import sys; sys.exit(1)", "it gave no reason", "--force-reinstall"),
        ("import time; time.sleep(60)", "it had not ended after 0.5 seconds", "other programs"),
        ("import os; os._exit(7)", "it crashed with code 7", "--force-reinstall"),
        pytest.param(
            "import os, resource as r; r.setrlimit(r.RLIMIT_CORE, (0, 0)); os.kill(os.getpid(), 4)",
            "it crashed with code -4",
            "use another machine",
            marks=pytest.mark.skipif(os.name == "nt", reason="has no such signal"),
        ),
    ],
)
def test_tensorflow_that_does_not_train(shadow, monkeypatch, code, found, mend):
    if "sleep" in code:
        monkeypatch.setattr(doctor, "TIMEOUT_SECONDS", 0.5)
    shadow("tensorflow.py", code)
    assert_problem(only(doctor.check_tensorflow()), f"does not train: {found}", mend)


# Data


@pytest.mark.parametrize(
    ("damage", "found"), [(lambda data: data[:1000], "cut off"), (None, "No such file")]
)
def test_data_file_is_not_whole(tmp_path, monkeypatch, damage, found):
    if damage:
        (tmp_path / "mnist.npz").write_bytes(damage(datasets.mnist.path.read_bytes()))
    broken = dataclasses.replace(datasets.mnist, folder=tmp_path)
    monkeypatch.setattr(datasets, "mnist", broken)
    fashion_mnist, mnist = doctor.check_data()
    assert fashion_mnist.ok
    assert_problem(mnist, found, "git checkout -- helpers/data/mnist.npz (")


# The kernel


def write_kernel(jupyter_folder, python):
    spec = {"argv": [str(python), "-m", "ipykernel_launcher"], "display_name": "Python 3"}
    write(jupyter_folder / "kernels/python3/kernel.json", json.dumps(spec))


@pytest.fixture
def jupyter_path(tmp_path, monkeypatch):
    """Return the folder where Jupyter looks first."""
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("python", ["python", sys.executable])
def test_kernel_of_this_environment(jupyter_path, python):
    write_kernel(jupyter_path, python)
    assert only(doctor.check_kernel()).ok


def test_kernel_of_another_environment(jupyter_path, empty_environment):
    write_kernel(jupyter_path, empty_environment / PYTHON)
    check = only(doctor.check_kernel())
    assert_problem(check, f"another environment, {empty_environment}", "JUPYTER_PATH")


def test_kernel_whose_python_is_gone(jupyter_path):
    gone = jupyter_path / "gone/python"
    write_kernel(jupyter_path, gone)
    assert_problem(only(doctor.check_kernel()), f"{gone} cannot be run", "JUPYTER_PATH")


def test_kernel_that_cannot_be_read(jupyter_path):
    write(jupyter_path / "kernels/python3/kernel.json", "{")
    assert_problem(only(doctor.check_kernel()), "is not right: ", "JUPYTER_PATH")


def test_kernel_without_ipykernel(shadow):
    shadow("ipykernel.py", "raise ImportError('no kernel')")
    assert_problem(only(doctor.check_kernel()), "ImportError: no kernel", doctor._install())


@pytest.mark.parametrize("option", ["--sys-prefix", "--user"])
def test_mend_of_the_kernel_mends_it(tmp_path, empty_environment, option):
    environment = tmp_path / "environment"
    venv.create(environment)
    python = environment / PYTHON
    libraries = next(environment.rglob("site-packages"))
    write(libraries / "all.pth", f"{PACKAGES}\n")
    user = tmp_path / "user"
    # 0 is how it is outside of a virtual environment: the learner's own folder comes first.
    prefer = "1" if option == "--sys-prefix" else "0"
    variables = {**os.environ, "JUPYTER_DATA_DIR": str(user), "JUPYTER_PREFER_ENV_PATH": prefer}

    def run(*arguments):
        return subprocess.run(
            [python, *arguments],
            cwd=COURSE,
            env=variables,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def check():
        code = "from helpers.doctor import *; print(json.dumps(asdict(*check_kernel())))"
        return doctor.Check(**json.loads(run("-c", code)))

    write_kernel(user, empty_environment / PYTHON)
    write_kernel(environment / "share/jupyter", empty_environment / PYTHON)
    before = check()
    assert_problem(before, "another environment", f"-m ipykernel install {option}")
    run(*before.mend[before.mend.index("-m ipykernel") :].split())
    assert check().ok


def test_jupyter_lab_of_another_environment_is_a_warning(tmp_path, monkeypatch):
    name = "jupyter-lab.exe" if os.name == "nt" else "jupyter-lab"
    other = write(tmp_path / name, "")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    check = only(doctor.check_kernel())
    assert check.ok
    # Windows looks for it with the ending .EXE.
    assert f"{other} is not: start with ".lower() in check.found.lower()
    assert check.found.endswith(" -m jupyter lab")


# The machine


def test_folders_that_cannot_be_written(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(write(tmp_path / "file", "") / "folder"))
    notebooks, temporary = doctor.check_writing(tmp_path / "missing")
    assert_problem(notebooks, "cannot be written: ", "copy the course")
    assert_problem(temporary, "cannot be written: ", "HOME")


def test_writing_leaves_nothing(tmp_path):
    assert all(check.ok for check in doctor.check_writing(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("check", [doctor.check_memory, doctor.check_disk])
def test_too_little_space(check):
    assert_problem(only(check(needed=1e18)), "the course needs 1000000000.0 GB", " ")


def test_packages_need_space_first(monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=3e9))
    assert only(doctor.check_disk()).ok
    monkeypatch.setattr(doctor.util, "find_spec", lambda name: None)
    assert_problem(only(doctor.check_disk()), "the course needs 4.0 GB", "pip cache purge")


def test_unknown_memory_is_no_problem(monkeypatch):
    monkeypatch.setitem(sys.modules, "psutil", None)
    assert only(doctor.check_memory(needed=1e18)).ok
