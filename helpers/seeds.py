"""What each lesson reaches with other seeds, from the runs that are kept in ``data/seeds``.

The files are the ``results.csv`` of ``python3 -m helpers.sweep``.
"""

import csv
from importlib.resources import files

import numpy as np

# Not Path(__file__): Python can import the course from a ZIP file.
FOLDER = files("helpers") / "data" / "seeds"


def seed_accuracies(lesson):
    """Return the test accuracy of a lesson with eight seeds other than its own.

    Parameters
    ----------
    lesson : int
        The number of the lesson.

    Returns
    -------
    numpy.ndarray of float, shape (8,)
        Fractions of correct predictions, in the order of the seeds 1 to 8.

    Raises
    ------
    ValueError
        No runs of this lesson are kept.

    Examples
    --------
    >>> len(seed_accuracies(2))
    8
    """
    kept = {int(file.name[:2]): file for file in FOLDER.iterdir() if file.name.endswith(".csv")}
    if lesson not in kept:
        numbers = ", ".join(map(str, sorted(kept)))
        raise ValueError(f"there are no runs of lesson {lesson!r}, only of the lessons {numbers}")
    rows = csv.DictReader(kept[lesson].read_text(encoding="utf-8").splitlines())
    runs = sorted((int(row["SEED"]), float(row["test_accuracy"])) for row in rows)
    return np.array([accuracy for _, accuracy in runs])
