"""Where the course is on this disk, and which lessons it has."""

# Only the standard library here: helpers.doctor needs it where packages are missing.
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
