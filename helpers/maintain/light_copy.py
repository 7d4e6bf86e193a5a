"""Write the light copy of the course: what a lesson imports, without the data sets.

Usage: ``python3 -m helpers.maintain.light_copy course.zip``. Whoever has this file and a lesson can
run the lesson in Google Colab; ``helpers.datasets`` then downloads the data.
"""

import sys
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from helpers.course import ROOT

LEFT_OUT = {"maintain", "room", "__pycache__"}


def write_light_copy(path):
    """Write the ZIP file; Python imports `helpers` from it if it is on ``sys.path``.

    Parameters
    ----------
    path : str or path
        The file to write.
    """
    helpers = ROOT / "helpers"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for file in [ROOT / "LICENSE", *sorted(helpers.rglob("*"))]:
            name = file.relative_to(ROOT)
            wanted = file.suffix != ".npz" and not LEFT_OUT.intersection(name.parts)
            if file.is_file() and wanted:
                archive.write(file, name)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write_light_copy(Path(sys.argv[1]))
    print(f"{sys.argv[1]}: {Path(sys.argv[1]).stat().st_size:,} bytes")
