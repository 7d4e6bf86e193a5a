"""The report on a class reads what learners hand in, and nothing that they hand in can harm."""

import csv
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from helpers import class_report

ROOT = Path(__file__).parents[1]
LESSON = {"source": "from helpers.exercises.lesson_1 import exercise_1, exercise_2"}
RIGHT = "Right. Each unit has one weight for each of its inputs.\n"
WRONG = "Not yet: that is only the hidden layer. Add the\nparameters of the output layer.\n"
WAITING = "Waiting for your answer. Write it in the cell above, instead of the ...\n"


def cell(source, text=None, count=1):
    outputs = [] if text is None else [{"output_type": "stream", "name": "stdout", "text": text}]
    return {"cell_type": "code", "source": source, "outputs": outputs, "execution_count": count}


def check(number, text, count=1):
    return cell([f"exercise_{number}.check(answer_{number})\n", "# a hint"], text, count)


def content(*cells):
    """Return a notebook without ids and tags, as Colab may save it."""
    first = {"cell_type": "code", "outputs": [], "execution_count": 1, **LESSON}
    return json.dumps({"cells": [first, *cells], "metadata": {}, "nbformat": 4}).encode()


def save(path, *cells):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content(*cells))


def states(results):
    return {(result.learner, result.exercise): result.state for result in results}


@pytest.fixture
def handed_in(tmp_path):
    folder = tmp_path / "class"
    save(folder / "Anna/01.ipynb", check(1, RIGHT), check(2, WAITING), cell("1", "Right."))
    save(folder / "Ben/renamed copy.ipynb", check(2, WRONG.splitlines(True)), check(1, WRONG))
    save(folder / "Carla.ipynb", check(1, None, None))
    save(folder / "Carla/.ipynb_checkpoints/01.ipynb", check(1, RIGHT))
    return folder


def test_states(handed_in):
    results, problems = class_report.read_class(handed_in)
    assert problems == []
    assert states(results) == {
        **{("Anna", 1): "right", ("Anna", 2): "waiting", ("Anna", 3): "missing"},
        **{("Ben", 1): "not yet", ("Ben", 2): "not yet", ("Ben", 3): "missing"},
        **{("Carla", 1): "not run", ("Carla", 2): "missing", ("Carla", 3): "missing"},
        **{(name, 4): "missing" for name in ("Anna", "Ben", "Carla")},
    }


def test_last_run_of_a_copied_cell_counts(tmp_path):
    save(tmp_path / "a.ipynb", check(1, RIGHT, 9), check(1, WRONG, 5), check(1, None, None))
    results, _ = class_report.read_class(tmp_path)
    assert states(results)["a", 1] == "right"


def test_report_names_mistakes_and_who_is_stuck(handed_in):
    text = class_report.report(*class_report.read_class(handed_in))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "Anna ✓ ·" in lines
    assert "Ben ✗ ✗" in lines
    assert "exercise 1: 1 of 3 right (33%)" in lines
    assert "1 x that is only the hidden layer. Add the parameters of the output layer." in lines
    assert "stuck: Ben" in lines
    assert "not for marks" in lines[-1]


def test_zip_in_a_zip_is_the_same_as_its_folder(handed_in, tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.write(handed_in / "Anna/01.ipynb", "deep/01.ipynb")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("Anna/work.zip", inner.getvalue())
        archive.write(handed_in / "Ben/renamed copy.ipynb", "Ben/renamed copy.ipynb")
        archive.write(handed_in / "Carla.ipynb", "Carla.ipynb")
        archive.writestr("../../escaped.txt", "text")
    expected, _ = class_report.read_class(handed_in)
    results, problems = class_report.read_class(tmp_path / "all.zip")
    assert (states(results), problems) == (states(expected), [])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.zip", "class"]


def bomb():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.ipynb", b" " * 40_000_000)
    return file.getvalue()


BROKEN = {
    "empty.ipynb": (b" \n", "it is empty"),
    "cut.ipynb": (content(check(1, RIGHT))[:-20], "cut off"),
    "list.ipynb": (b"[1, 2]", "it has no cells"),
    "deep.ipynb": (b"[" * 200_000, "no valid JSON"),
    "old.ipynb": (b'{"worksheets": [], "nbformat": 3}', "too old"),
    "large.ipynb": (b" " * 40_000_000, "a lesson has less than 1 MB"),
    "other.ipynb": (b'{"cells": []}', "no cell imports the exercises"),
    "no.zip": (b"PK text", "not a zip file"),
    "bomb.zip": (bomb(), "a lesson has less than 1 MB"),
}


def test_broken_files_are_named_and_the_rest_is_reported(handed_in):
    for name, (data, _) in BROKEN.items():
        (handed_in / name).write_bytes(data)
    results, problems = class_report.read_class(handed_in)
    assert len(results) == 12
    reasons = {Path(file).parts[0]: why for file, why in problems}
    expected = {name: words for name, (_, words) in BROKEN.items()}
    assert set(reasons) == set(expected)
    assert {name for name, words in expected.items() if words not in reasons[name]} == set()


@pytest.mark.skipif(os.name == "nt", reason="Windows lets only some users make links")
def test_links_are_not_followed(handed_in):
    (handed_in / "link.ipynb").symlink_to(handed_in / "Carla.ipynb")
    (handed_in / "Dora").symlink_to(handed_in / "Anna", target_is_directory=True)
    results, problems = class_report.read_class(handed_in)
    assert {result.learner for result in results} == {"Anna", "Ben", "Carla"}
    assert [file for file, _ in problems] == ["link.ipynb"]


ODD_CELLS = [
    7,
    {"cell_type": "code"},
    {"cell_type": "code", "source": [1, None], "outputs": 5},
    {"cell_type": "code", "source": "exercise_1.check(a)", "outputs": [None, {"text": {"a": 1}}]},
    {"cell_type": "code", "source": "exercise_99999999999999.check(a)", "execution_count": "x"},
]


def test_hostile_notebook_only_prints_text(tmp_path, capsys):
    wrong = "Not yet: =cmd|' /C calc'!A0 \x1b[31m\x07<b>red</b>\n"
    save(tmp_path / "=HYPERLINK(1)\x1b[2J.ipynb", check(1, wrong), *ODD_CELLS[1:3])
    save(tmp_path / "odd.ipynb", *ODD_CELLS)
    results, problems = class_report.read_class(tmp_path)
    assert problems == []
    text = class_report.report(results, problems)
    assert "\x1b" not in text
    assert "\x07" not in text
    class_report.write_csv(tmp_path / "class.csv", results)
    with open(tmp_path / "class.csv", newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["learner", "file", "lesson", "exercise", "state", "message"]
    assert len(rows) == 9
    assert not [value for row in rows for value in row if value.startswith(("=", "+", "-", "@"))]


def test_as_a_teacher_calls_it(handed_in, tmp_path):
    command = [sys.executable, "-m", "helpers.class_report"]
    file = tmp_path / "class.csv"
    done = subprocess.run(
        [*command, handed_in, "--csv", file],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Lesson 1" in done.stdout
    assert file.is_file()
    (tmp_path / "nothing").mkdir()
    done = subprocess.run(
        [*command, tmp_path / "nothing"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "There is no notebook of this course" in done.stdout
