"""Write constraints for pip: ``python3 tests/pins.py 3.12-oldest FILE``.

A name that ends in ``oldest`` pins each package to the lowest version that
requirements.txt admits, and not to a later fix of it; one that ends in ``newest`` pins nothing.
"""

import re
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).parents[1] / "requirements.txt"


def pins(which):
    """Return the text of the constraints."""
    if which.endswith("newest"):
        return ""
    lowest = re.findall(r"^([\w-]+)>=([\d.]+)", REQUIREMENTS.read_text(encoding="utf-8"), re.M)
    return "".join(f"{name}=={version}\n" for name, version in lowest)


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(pins(sys.argv[1]), encoding="utf-8")
