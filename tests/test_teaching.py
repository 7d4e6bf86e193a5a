"""The minutes of the plans in TEACHING.md fit together."""

import re
from pathlib import Path

import pytest

TEXT = (Path(__file__).parents[1] / "notebooks/TEACHING.md").read_text(encoding="utf-8")
MINUTES_OF_AN_EXERCISE = 5


def rows(heading):
    """Return the rows of the first table under a heading: a list of cells for each."""
    part = re.split(rf"^#+ {heading}$", TEXT, flags=re.MULTILINE)[1]
    table = re.search(r"(?:^\|.*\n)+", part, re.MULTILINE)[0]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]


def minutes(heading):
    return {section: int(time) for section, time, *_ in rows(f"Lesson {heading}")}


@pytest.mark.parametrize(("plan", "total"), [("Half a day", 210), ("A full day", 420)])
def test_plan_adds_up(plan, total):
    assert sum(int(time) for time, what in rows(plan) if not what.startswith("lunch")) == total


def test_full_day_takes_what_the_sections_take():
    first, _, begin, end, _, third, _, fourth, last, _ = [
        int(time) for time, what in rows("A full day")[1:]
    ]
    sections = {lesson: sum(minutes(lesson).values()) for lesson in "1234"}
    # "Set up" comes before the first lesson.
    assert first == sections["1"] - minutes("1")["Set up"] + 4 * MINUTES_OF_AN_EXERCISE
    assert begin + end == sections["2"] + 3 * MINUTES_OF_AN_EXERCISE
    assert third == sections["3"] + 3 * MINUTES_OF_AN_EXERCISE
    assert (fourth, last) == (sections["4"], 2 * MINUTES_OF_AN_EXERCISE)
