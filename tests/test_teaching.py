"""The minutes of the plans in TEACHING.md add up."""

import re

from helpers.course import ROOT


def test_plans_add_up():
    text = (ROOT / "notebooks/TEACHING.md").read_text(encoding="utf-8")
    for plan, total in [("Half a day", 210), ("A full day", 435)]:
        section = re.search(rf"^## {plan}\n(.*?)^## ", text, re.MULTILINE | re.DOTALL)[1]
        rows = re.findall(r"^\| (\d+) \| (.*) \|$", section, re.MULTILINE)
        assert sum(int(minutes) for minutes, what in rows if not what.startswith("lunch")) == total
