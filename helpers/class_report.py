"""See how a class did in the exercises: ``python3 -m helpers.class_report FOLDER_OR_ZIP``.

It reads the notebooks that learners hand in and runs nothing: what ``exercise_1.check()``
printed is in their saved outputs. Saved outputs can be edited, so the report is for
helping, not for marks.
"""

import argparse
import csv
import io
import json
import pkgutil
import re
import stat
import sys
import zipfile
from collections import Counter, defaultdict
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path, PurePosixPath

from helpers import exercises

LARGEST_NOTEBOOK = 30_000_000  # bytes; a lesson with all its figures has less than one million
LARGEST_ZIP = 500_000_000
DEEPEST_ZIP = 3
IGNORED = {".ipynb_checkpoints", "__MACOSX"}

SIGNS = {"right": "✓", "not yet": "✗", "waiting": "·", "not run": "–", "missing": " "}
LEGEND = "✓ right   ✗ not yet   · waiting for an answer   – not run   (empty) missing"
VERDICTS = {"Right.": "right", "Not yet:": "not yet", "Waiting": "waiting"}
LESSON = re.compile(r"^\s*from helpers\.exercises\.lesson_(\d+) import", re.MULTILINE)
CHECK = re.compile(r"^\s*exercise_(\d+)\.check\(", re.MULTILINE)


class Unreadable(Exception):
    """Why a file cannot be in the report, in words for the teacher."""


@dataclass(frozen=True)
class Result:
    """What one learner has reached in one exercise."""

    learner: str
    file: str
    lesson: int
    exercise: int
    state: str
    message: str


def known_exercises():
    """Return the numbers of the exercises of each lesson, ``{lesson: [1, 2, ...]}``."""
    lessons = {}
    for module in pkgutil.iter_modules(exercises.__path__):
        if match := re.fullmatch(r"lesson_(\d+)", module.name):
            names = vars(import_module(f"{exercises.__name__}.{module.name}"))
            numbers = [re.fullmatch(r"exercise_(\d+)", name) for name in names]
            lessons[int(match[1])] = sorted(int(number[1]) for number in numbers if number)
    return lessons


def printable(text, length=200):
    """Return text on one line, without what could steer a terminal."""
    text = "".join(letter if letter.isprintable() else " " for letter in str(text))
    text = " ".join(text.split())
    return text if len(text) <= length else f"{text[: length - 3]}..."


# Find the notebooks


def notebooks_in_folder(folder):
    """Yield the path and the content of each notebook; an ``Unreadable`` where there is none."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if IGNORED & set(name.parts):
            continue
        try:
            if path.is_symlink():
                if path.suffix in (".ipynb", ".zip"):
                    raise Unreadable("it is a link to another place: links are not followed")
            elif path.is_file() and path.suffix == ".ipynb":
                if path.stat().st_size > LARGEST_NOTEBOOK:
                    raise Unreadable(too_large(path.stat().st_size))
                yield str(name), path.read_bytes()
            elif path.is_file() and path.suffix == ".zip":
                yield from notebooks_in_zip(path, str(name))
        except (Unreadable, OSError) as error:
            yield str(name), as_unreadable(error)


def notebooks_in_zip(file, place="", depth=1):
    """Yield the same for what is in a zip file. Everything stays in memory."""
    try:
        archive = zipfile.ZipFile(file)
        members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        yield place or str(file), Unreadable(f"it is not a zip file that can be read ({error})")
        return
    with archive:
        if sum(member.file_size for member in members) > LARGEST_ZIP:
            yield place or str(file), Unreadable("unpacked, it would be too large: a zip bomb?")
            return
        for member in sorted(members, key=lambda member: member.filename):
            path = PurePosixPath(member.filename)
            if member.is_dir() or IGNORED & set(path.parts):
                continue
            if path.suffix not in (".ipynb", ".zip"):
                continue
            name = str(PurePosixPath(place) / path) if place else str(path)
            try:
                content = read_member(archive, member)
            except Exception as error:  # A zip file can be broken, or locked, in many ways.
                yield name, as_unreadable(error)
                continue
            if path.suffix == ".ipynb":
                yield name, content
            elif depth < DEEPEST_ZIP:
                yield from notebooks_in_zip(io.BytesIO(content), name, depth + 1)
            else:
                yield name, Unreadable("it is a zip file in a zip file in a zip file")


def read_member(archive, member):
    """Return the content of one file of a zip file, at most as much as a notebook may have."""
    if stat.S_ISLNK(member.external_attr >> 16):
        raise Unreadable("it is a link to another place: links are not followed")
    limit = LARGEST_NOTEBOOK if member.filename.endswith(".ipynb") else LARGEST_ZIP
    with archive.open(member) as file:
        # The size that the zip file names need not be the true one.
        content = file.read(limit + 1)
    if len(content) > limit:
        raise Unreadable(too_large(len(content)))
    return content


def too_large(size):
    """Say that a file is too large for a notebook; ``size`` in bytes."""
    return f"it has {size / 1e6:.0f} MB or more; a lesson has less than 1 MB"


def as_unreadable(error):
    """Return any error as an ``Unreadable``."""
    if isinstance(error, Unreadable):
        return error
    return Unreadable(f"it cannot be read ({type(error).__name__}: {printable(error, 80)})")


# Read one notebook


def read_cells(content):
    """Return the code cells of a notebook, a list of dict."""
    if not content.strip():
        raise Unreadable("it is empty")
    try:
        notebook = json.loads(content)
    except (ValueError, RecursionError):
        raise Unreadable("it is not a notebook, or is cut off (no valid JSON)") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        if isinstance(notebook, dict) and "worksheets" in notebook:
            raise Unreadable("its format is too old: open it in JupyterLab and save it")
        raise Unreadable("it is not a notebook: it has no cells")
    cells = [cell for cell in notebook["cells"] if isinstance(cell, dict)]
    return [cell for cell in cells if cell.get("cell_type") == "code"]


def joined(text):
    """Return a string that a notebook keeps whole or as a list of lines."""
    if isinstance(text, list):
        return "".join(part for part in text if isinstance(part, str))
    return text if isinstance(text, str) else ""


def printed(cell):
    """Return all that a cell has printed."""
    outputs = cell.get("outputs")
    outputs = outputs if isinstance(outputs, list) else []
    return "".join(joined(output.get("text")) for output in outputs if isinstance(output, dict))


def verdict(cell):
    """Return the state that the check of a cell has printed, and its message."""
    text = printed(cell).strip()
    for beginning, state in VERDICTS.items():
        if text.startswith(beginning):
            # Learners may print more; the check's own text ends with a full stop.
            message = text.removeprefix(beginning).strip() if state == "not yet" else ""
            return state, printable(message)
    return "not run", ""


def results_of(content, learner, file, lessons):
    """Return a ``Result`` for each exercise of the lesson that a notebook belongs to."""
    cells = read_cells(content)
    sources = [joined(cell.get("source")) for cell in cells]
    numbers = [int(number[:9]) for source in sources for number in LESSON.findall(source)]
    numbers = [number for number in numbers if number in lessons]
    if not numbers:
        raise Unreadable("no cell imports the exercises of a lesson of this course")
    lesson = numbers[-1]
    found = {}
    for position, (cell, source) in enumerate(zip(cells, sources, strict=True)):
        count = cell.get("execution_count")
        run = count if isinstance(count, int) else -1
        for exercise in {int(number[:9]) for number in CHECK.findall(source)}:
            state = verdict(cell)
            # Where a cell was copied, the one that ran last counts.
            order = (state[0] != "not run", run, position)
            if exercise not in found or order >= found[exercise][0]:
                found[exercise] = order, state
    results = []
    for exercise in lessons[lesson]:
        state, message = found[exercise][1] if exercise in found else ("missing", "")
        results.append(Result(learner, file, lesson, exercise, state, message))
    return results


def learner_of(file):
    """Return who a file belongs to: its outermost folder or zip file, else its own name."""
    parts = PurePosixPath(Path(file).as_posix()).parts
    return printable(parts[0].removesuffix(".zip").removesuffix(".ipynb"), 40)


def read_class(place):
    """Read all notebooks of a folder or zip file.

    Parameters
    ----------
    place : pathlib.Path
        What the learners have handed in. Folders and zip files in it are read, too.

    Returns
    -------
    results : list of Result
        In the order of the learners.
    problems : list of tuple of two str
        Each file that is not in the report, and why.
    """
    lessons = known_exercises()
    results, problems = [], []
    inside = notebooks_in_zip(place) if place.is_file() else notebooks_in_folder(place)
    for file, content in inside:
        try:
            if isinstance(content, Unreadable):
                raise content
            results += results_of(content, learner_of(file), printable(file), lessons)
        except Exception as error:  # Whatever a file holds, the others are reported.
            problems.append((printable(file), str(as_unreadable(error))))
    return results, problems


# Write the report


def table(results):
    """Return the lines of one lesson: learners by exercises."""
    rows = defaultdict(dict)
    for result in results:
        rows[result.learner, result.file][result.exercise] = SIGNS[result.state]
    learners = Counter(learner for learner, _ in rows)
    numbers = sorted({result.exercise for result in results})
    names = {
        key: key[0] if learners[key[0]] == 1 else f"{key[0]} ({Path(key[1]).name})" for key in rows
    }
    width = max(map(len, names.values()))
    lines = [f"{'':{width}}  {'  '.join(map(str, numbers))}"]
    for key, signs in rows.items():
        lines.append(f"{names[key]:{width}}  {'  '.join(signs.get(n, ' ') for n in numbers)}")
    return [line.rstrip() for line in lines]


def summary(results):
    """Return the lines that say how each exercise went, and who is stuck in it."""
    lines = []
    for number in sorted({result.exercise for result in results}):
        here = [result for result in results if result.exercise == number]
        right = sum(result.state == "right" for result in here)
        lines.append(f"exercise {number}: {right} of {len(here)} right ({right / len(here):.0%})")
        stuck = [result for result in here if result.state == "not yet"]
        for message, count in Counter(result.message for result in stuck).most_common(3):
            lines.append(f"    {count} x {message}")
        if stuck:
            lines.append(f"    stuck: {', '.join(dict.fromkeys(r.learner for r in stuck))}")
    return lines


def report(results, problems):
    """Return the whole report as text."""
    lines = []
    for lesson in sorted({result.lesson for result in results}):
        here = [result for result in results if result.lesson == lesson]
        lines += [f"Lesson {lesson}", "", *table(here), "", *summary(here), ""]
    if results:
        lines += [LEGEND, ""]
    if problems:
        lines.append("Not in the report:")
        lines += [f"    {file}: {why}" for file, why in problems]
        lines.append("")
    lines.append("Saved outputs can be edited: use this to help, not for marks.")
    return "\n".join(lines)


def safe_cell(value):
    """Return a value that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def write_csv(path, results):
    """Write a row for each learner and exercise."""
    part = path.with_name(f"{path.name}.part")
    # With this mark at the beginning, Excel reads the letters as UTF-8.
    with open(part, "w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["learner", "file", "lesson", "exercise", "state", "message"])
        for r in results:
            row = [r.learner, r.file, r.lesson, r.exercise, r.state, r.message]
            writer.writerow(map(safe_cell, row))
    part.replace(path)


def main():
    """Print the report; the exit code is 0 if there is at least one notebook in it."""
    parser = argparse.ArgumentParser(
        prog="python3 -m helpers.class_report", description=__doc__.splitlines()[0]
    )
    parser.add_argument("place", type=Path, help="a folder or a zip file with notebooks")
    parser.add_argument("--csv", type=Path, help="write the results to this file, too")
    given = parser.parse_args()
    if not given.place.exists():
        parser.error(f"there is no folder and no file {given.place}")
    results, problems = read_class(given.place)
    print(report(results, problems))
    if not results:
        print(f"There is no notebook of this course in {given.place}.")
    if given.csv and results:
        try:
            write_csv(given.csv, results)
        except OSError as error:
            parser.error(f"{given.csv} cannot be written ({error.strerror})")
        print(f"Written: {given.csv}")
    return 0 if results else 1


if __name__ == "__main__":
    # A Windows console may not have all letters.
    sys.stdout.reconfigure(errors="replace")
    sys.exit(main())
