"""Write the public address of the course into its notebooks and its README.

``python3 -m helpers.maintain.publish OWNER/NAME --tag v1.0.0`` takes a repository on GitHub: only
from there can Colab, Kaggle, Binder and Codespaces open a lesson.
Run again with another address, it replaces the first one. ``--unpublish`` takes
everything out again.

The repository and the tag are kept in ``address.json`` beside this module, and nowhere else by
hand: the cell ``colab`` and all links are made from that file.
"""

import argparse
import json
import re
import subprocess
from pathlib import Path
from urllib.parse import urlencode

import nbformat

from helpers.course import NOTEBOOKS, ROOT

RECORD = Path(__file__).with_name("address.json")

# The learner's machine runs what is installed from here, and the address goes through a shell.
# So each pattern lists what may stand in it, and leaves out quotes, spaces, "$" and "@".
OWNER = r"(?=[^/]{1,39}/)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*"
NAME = r"(?!\.{1,2}$)(?!.*\.(?:git|wiki)$)[A-Za-z0-9._-]{1,100}"
REPOSITORY = re.compile(f"{OWNER}/{NAME}")
TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

BADGES = {
    "Open in Colab": (
        "https://colab.research.google.com/assets/colab-badge.svg",
        "https://colab.research.google.com/github/{repository}/blob/{tag}/{path}",
    ),
    "View on GitHub": (
        "https://img.shields.io/badge/View_on-GitHub-blue?logo=github",
        "https://github.com/{repository}/blob/{tag}/{path}",
    ),
}
HEADING = re.compile(r"(# [^\n]*\n)(?:\n\[!\[Open in Colab\][^\n]*\n)?(?=\n)")
SET_UP = re.compile(r"(?<=## Set up\n\n)This lesson needs the other course files\.[^\n]*")
WAYS = re.compile(r"(?<=<!-- ways -->\n).*?(?=<!-- /ways -->)", re.DOTALL)

PUBLISHED_SET_UP = (
    "This lesson needs the other course files. If they are not there, as in Google Colab, "
    "the next cell installs them. In the folder of the course, it does nothing."
)
# What pip says stands above the error: IPython does not stop a cell when pip fails.
PUBLISHED_CELL = """\
from importlib.util import find_spec

if find_spec("helpers") is None:
    %pip install -q https://github.com/{repository}/archive/refs/tags/{tag}.zip
if find_spec("helpers") is None:
    raise ModuleNotFoundError("pip could not install the course: see above.")"""
PUBLISHED_WAYS = """\
| In Google Colab | To read | On your computer |
| --- | --- | --- |
| [Open lesson 1]({colab}). You do not need to install anything. | \
[Read the lessons]({pages}) with all their outputs, also on a phone. | \
[Install the course](https://github.com/{repository}#start) and work without an internet \
connection. |

You can also open lesson 1 in [Codespaces]({codespaces}), on [Kaggle]({kaggle}) or on \
[Binder]({binder}). Binder stops a lesson when all open lessons together use more than 2 GB of \
memory, and one lesson uses up to 1.6 GB: shut down each lesson before you open the next one.
"""

UNPUBLISHED_SET_UP = (
    "This lesson needs the other course files. If you opened only this lesson in Google Colab, the "
    "next cell asks for them: choose `course.zip`, or the ZIP file of the whole course. In the "
    "course folder, it does nothing."
)
# Python imports from a ZIP file. In that of the whole course, all names start with one folder.
UNPUBLISHED_CELL = """\
import sys
from importlib.util import find_spec
from zipfile import ZipFile, is_zipfile

if find_spec("helpers") is None and "google.colab" in sys.modules:
    for name in filter(is_zipfile, sys.modules["google.colab"].files.upload()):
        sys.path += [name, f"{name}/{ZipFile(name).namelist()[0].split('/')[0]}"]
if find_spec("helpers") is None:
    raise ModuleNotFoundError("Choose course.zip in Colab, or open the course folder.")"""
UNPUBLISHED_WAYS = """\
| In Google Colab | To read | On your computer |
| --- | --- | --- |
| Make `course.zip` with `python3 -m helpers.maintain.light_copy course.zip`. Upload a lesson to \
Colab, run its first cell, and choose `course.zip`. | \
Open [lesson 1](notebooks/01_basic_classification.ipynb) here: its outputs are saved in it. | \
[Install the course](#start) and work without an internet connection. |
"""


def links(repository, tag, path):
    """Return where the file ``path`` of the published course can be opened, and the pages.

    Codespaces and nbgitpuller take a branch, not a tag, and Kaggle takes the file alone.
    """
    owner, name = repository.split("/")
    github = f"https://github.com/{repository}"
    pull = {"repo": github, "branch": "main", "urlpath": f"lab/tree/{name}/{path}?autodecode"}
    return {
        "colab": BADGES["Open in Colab"][1].format(repository=repository, tag=tag, path=path),
        "codespaces": f"https://codespaces.new/{repository}?quickstart=1",
        "kaggle": f"https://kaggle.com/kernels/welcome?src={github}/blob/{tag}/{path}",
        "binder": f"https://mybinder.org/v2/gh/{repository}/{tag}?labpath={path}",
        "nbgitpuller": f"https://YOUR-HUB/hub/user-redirect/git-pull?{urlencode(pull)}",
        "pages": f"https://{owner.lower()}.github.io/{name}/",
    }


def check_repository(repository):
    """Raise a ``ValueError`` if GitHub would not take the name."""
    if not REPOSITORY.fullmatch(repository):
        raise ValueError(
            f"{repository!r} is not a repository on GitHub: give OWNER/NAME, as in someone/course"
        )


def check_tag(tag):
    """Raise a ``ValueError`` if git would not take the name, or if it is a branch."""
    reference = ["git", "check-ref-format", f"refs/tags/{tag}"]
    if not TAG.fullmatch(tag) or subprocess.run(reference).returncode:
        raise ValueError(
            f"{tag!r} is not a name for a tag: give letters, digits, dots, dashes and "
            "underscores, as in v1.0.0"
        )
    patterns = [f"refs/heads/{tag}", f"refs/remotes/*/{tag}"]
    branches = ["git", "-C", ROOT, "for-each-ref", *patterns]
    # Where there is no repository, there is no branch either.
    if subprocess.run(branches, capture_output=True).stdout or tag == "HEAD":
        raise ValueError(f"{tag!r} is a branch, and a branch moves: give the name of a tag")


def colab_cell(repository, tag):
    """Return the source of the cell ``colab``; ``repository`` is ``""`` if there is none."""
    if not repository:
        return UNPUBLISHED_CELL
    return PUBLISHED_CELL.format(repository=repository, tag=tag)


def badges(repository, tag, path):
    """Return the row of badges for a notebook; it is empty if there is no repository."""
    row = []
    for words, (picture, link) in BADGES.items():
        link = link.format(repository=repository, tag=tag, path=path)
        row.append(f"[![{words}]({picture})]({link})")
    return " ".join(row) if repository else ""


def ways(repository, tag):
    """Return the beginning of the README: where a learner can start."""
    if not repository:
        return UNPUBLISHED_WAYS
    path = f"notebooks/{NOTEBOOKS[0].name}"
    return PUBLISHED_WAYS.format(repository=repository, **links(repository, tag, path))


def replace_once(pattern, new, text, words):
    """Replace what a pattern finds; a ``ValueError`` with these words if it finds nothing."""
    text, count = pattern.subn(lambda _: new, text, count=1)
    if not count:
        raise ValueError(words)
    return text


def with_badges(text, row):
    """Return Markdown with this row under its heading, instead of the one that was there."""
    heading = HEADING.match(text)
    if not heading:
        raise ValueError("it has to start with a heading (# ...) and an empty line")
    return heading[1] + (f"\n{row}\n" if row else "") + text[heading.end() :]


def with_address(text, repository, tag, path):
    """Return the JSON of a notebook with this address in the cells that depend on it."""
    notebook = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
    if nbformat.writes(notebook) + "\n" != text:
        raise ValueError("it is not as nbformat writes it: run helpers.maintain.save_outputs first")
    cells = {cell.get("id"): cell for cell in notebook.cells}
    if not {"title", "set-up", "colab"} <= set(cells):
        raise ValueError("it needs cells with the ids title, set-up and colab")
    cells["title"].source = with_badges(cells["title"].source, badges(repository, tag, path))
    set_up = PUBLISHED_SET_UP if repository else UNPUBLISHED_SET_UP
    words = "after '## Set up', it has to say: This lesson needs the other course files."
    cells["set-up"].source = replace_once(SET_UP, set_up, cells["set-up"].source, words)
    cells["colab"].source = colab_cell(repository, tag)
    return nbformat.writes(notebook) + "\n"


def recorded():
    """Return the repository and the tag that the course is published under, or two ``""``."""
    try:
        values = json.loads(RECORD.read_text(encoding="utf-8"))
        return values["repository"], values["tag"]
    except (ValueError, LookupError, TypeError) as error:
        raise ValueError(f"{RECORD} has to hold a repository and a tag: {error!r}") from error


def changes(repository, tag):
    """Return ``{path: text}`` of the files that do not yet agree with an address.

    Nothing is written. For the recorded address, the result is empty.
    """
    files = {}
    for path in [*NOTEBOOKS, ROOT / "README.md"]:
        try:
            old = path.read_bytes().decode()
            if path.suffix == ".md":
                words = "it has to contain <!-- ways --> and <!-- /ways -->"
                new = replace_once(WAYS, ways(repository, tag), old, words)
            else:
                new = with_address(old, repository, tag, f"notebooks/{path.name}")
        # nbformat looks for the parts of a notebook before it knows that it is one.
        except (ValueError, AttributeError) as error:
            raise ValueError(f"{path}: {error}") from error
        if new != old:
            files[path] = new
    if recorded() != (repository, tag):
        values = json.dumps({"repository": repository, "tag": tag}, indent=1)
        files[RECORD] = f"{values}\n"
    return files


def write(files):
    """Write ``{path: text}``: all beside the old files first, and only then in their place."""
    parts = {path: path.with_name(f"{path.name}.part") for path in files}
    try:
        for path, part in parts.items():
            part.write_bytes(files[path].encode())
        for path, part in parts.items():
            part.replace(path)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def main():
    """Read the command line, write the files and name them."""
    parser = argparse.ArgumentParser(
        prog="python3 -m helpers.maintain.publish",
        description="Write the public address of the course into its notebooks and its README.",
    )
    parser.add_argument("repository", nargs="?", help="OWNER/NAME on GitHub")
    parser.add_argument("--tag", help="the tag to install, as v1.0.0")
    parser.add_argument("--unpublish", action="store_true", help="take the address out again")
    given = parser.parse_args()
    if given.unpublish == bool(given.repository) or bool(given.tag) != bool(given.repository):
        parser.error("give OWNER/NAME and its --tag, or --unpublish alone")
    repository, tag = given.repository or "", given.tag or ""
    try:
        if repository:
            check_repository(repository)
            check_tag(tag)
        files = changes(repository, tag)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    write(files)
    for path in files:
        print(f"changed: {path.relative_to(ROOT)}")
    if repository:
        print(f"Commit this, then: git tag {tag}, and push the commit and the tag to {repository}")
        print("After that, these links lead to lesson 1, and the last one to the pages:")
        for place, link in links(repository, tag, f"notebooks/{NOTEBOOKS[0].name}").items():
            print(f"{place}: {link}")


if __name__ == "__main__":
    main()
