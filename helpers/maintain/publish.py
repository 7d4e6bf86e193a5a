"""Write the public address of the course into its notebooks and its README.

``python3 -m helpers.maintain.publish OWNER/NAME --tag v1.0.0`` takes a repository on GitHub;
a git URL that starts with ``https://`` or ``file:///`` can stand for ``OWNER/NAME``.
Run again with another address, it replaces the first one. ``--unpublish`` takes
everything out again.

The address and the tag are kept in ``address.json`` beside this module, and nowhere else by hand:
the Colab cell and the badges are made from that file.
"""

import argparse
import json
import re
import subprocess
from pathlib import Path

import nbformat

from helpers.course import NOTEBOOKS, ROOT

RECORD = Path(__file__).with_name("address.json")

# The learner's machine runs what is cloned from here, and the address goes through a shell.
# So each pattern lists what may stand in an address, and leaves out quotes, spaces, "$" and "@".
OWNER = r"(?=[^/]{1,39}/)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*"
NAME = r"(?!\.{1,2}$)(?!.*\.(?:git|wiki)$)[A-Za-z0-9._-]{1,100}"
FOLDERS = r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~+-]+)+"
LABEL = r"[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*"
GITHUB = re.compile(f"{OWNER}/{NAME}")
OTHER = re.compile(rf"(?:https://{LABEL}(?:\.{LABEL})+(?::\d{{1,5}})?|file://){FOLDERS}")
TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

REASONS = {
    r"-": "an address cannot start with a dash",
    r"git@|ssh:": "Colab has no key for it: give the address that starts with https://",
    r"http:|git:": "on the way, others could change the code: it has to start with https://",
    r"https://[^/]*@": "a user name or a password in it would be public",
    r"file:": "it has to be file:/// and an absolute path, of letters, digits and . _ ~ + -",
}

WIDTH = 88
BADGES = {
    "Open in Colab": (
        "https://colab.research.google.com/assets/colab-badge.svg",
        "https://colab.research.google.com/github/{repository}/blob/{tag}/{path}",
    ),
    "Open in Binder": (
        "https://mybinder.org/badge_logo.svg",
        "https://mybinder.org/v2/gh/{repository}/{tag}?labpath={path}",
    ),
    "View on GitHub": (
        "https://img.shields.io/badge/View_on-GitHub-blue?logo=github",
        "https://github.com/{repository}/blob/{tag}/{path}",
    ),
}
HEADING = re.compile(r"(# [^\n]*\n)(?:\n\[!\[Open in Colab\][^\n]*\n)?(?=\n)")

UNPUBLISHED_CELL = """\
import sys

if "google.colab" in sys.modules:
    sys.exit("Colab is not supported yet. Open this lesson in JupyterLab instead.")"""

# Colab may not show what a subprocess writes (googlecolab/colabtools, issue 5484), so the words
# of git have to be in the error.
PUBLISHED_CELL = """\
import sys
from subprocess import getstatusoutput

if "google.colab" in sys.modules:
    {src}
    error, text = getstatusoutput(f"test -d course/helpers || git clone {{src}} course")
    sys.exit(text) if error else sys.path.insert(0, "course")"""


def clean_address(text):
    """Return a repository as the URL that git clones.

    Parameters
    ----------
    text : str
        ``OWNER/NAME`` on GitHub, or a URL that starts with ``https://`` or ``file:///``.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If the address is not well formed, or cannot be cloned in Colab.

    Examples
    --------
    >>> clean_address("someone/a-course")
    'https://github.com/someone/a-course'
    """
    prefix = re.match(r"https://(www\.)?github\.com/", text, re.IGNORECASE)
    repository = text[prefix.end() :].removesuffix(".git") if prefix else text
    if GITHUB.fullmatch(repository):
        return f"https://github.com/{repository}"
    if OTHER.fullmatch(text) and not prefix:
        return text
    for pattern, reason in REASONS.items():
        if re.match(pattern, text):
            raise ValueError(f"{text!r} is not an address for the course: {reason}")
    raise ValueError(
        f"{text!r} is not an address for the course: give OWNER/NAME on GitHub, or a git URL "
        "such as https://HOST/PATH or file:///PATH"
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


def colab_cell(address, tag):
    """Return the source of the cell ``colab``; ``address`` is ``""`` if there is none."""
    if not address:
        return UNPUBLISHED_CELL
    src = f'src = "--depth 1 --branch {tag} {address}"'
    # Of a line that is too wide by one or two characters, `ruff format` makes three lines.
    if WIDTH < len(f"    {src}") <= WIDTH + 2:
        src = src.replace("--branch", "-b", 1)
    return PUBLISHED_CELL.format(src=src)


def badges(address, tag, path):
    """Return the row of badges for a notebook; it is empty if GitHub does not have it."""
    repository = address.removeprefix("https://github.com/")
    if repository == address:
        return ""
    row = []
    for words, (picture, link) in BADGES.items():
        link = link.format(repository=repository, tag=tag, path=path)
        row.append(f"[![{words}]({picture})]({link})")
    return " ".join(row)


def with_badges(text, row):
    """Return Markdown with this row under its heading, instead of the one that was there."""
    heading = HEADING.match(text)
    if not heading:
        raise ValueError("it has to start with a heading (# ...) and an empty line")
    return heading[1] + (f"\n{row}\n" if row else "") + text[heading.end() :]


def with_address(text, address, tag, path):
    """Return the JSON of a notebook with this address in the cells ``title`` and ``colab``."""
    notebook = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
    if nbformat.writes(notebook) + "\n" != text:
        raise ValueError("it is not as nbformat writes it: run helpers.maintain.save_outputs first")
    cells = {cell.get("id"): cell for cell in notebook.cells}
    if not {"title", "colab"} <= set(cells):
        raise ValueError("it needs a cell with the id title and one with the id colab")
    cells["title"].source = with_badges(cells["title"].source, badges(address, tag, path))
    cells["colab"].source = colab_cell(address, tag)
    return nbformat.writes(notebook) + "\n"


def recorded():
    """Return the address and the tag that the course is published under, or two ``""``."""
    try:
        values = json.loads(RECORD.read_text(encoding="utf-8"))
        return values["address"], values["tag"]
    except (ValueError, LookupError, TypeError) as error:
        raise ValueError(f"{RECORD} has to hold an address and a tag: {error!r}") from error


def changes(address, tag):
    """Return ``{path: text}`` of the files that do not yet agree with an address.

    Nothing is written. For the recorded address, the result is empty.
    """
    row = badges(address, tag, f"notebooks/{NOTEBOOKS[0].name}")
    files = {}
    for path in [*NOTEBOOKS, ROOT / "README.md"]:
        try:
            old = path.read_bytes().decode()
            if path.suffix == ".md":
                new = with_badges(old, row)
            else:
                new = with_address(old, address, tag, f"notebooks/{path.name}")
        # nbformat looks for the parts of a notebook before it knows that it is one.
        except (ValueError, AttributeError) as error:
            raise ValueError(f"{path}: {error}") from error
        if new != old:
            files[path] = new
    if recorded() != (address, tag):
        values = json.dumps({"address": address, "tag": tag}, indent=1)
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
    parser.add_argument("address", nargs="?", help="OWNER/NAME on GitHub, or a git URL")
    parser.add_argument("--tag", help="the tag to clone, as v1.0.0")
    parser.add_argument("--unpublish", action="store_true", help="take the address out again")
    given = parser.parse_args()
    if given.unpublish == bool(given.address) or bool(given.tag) != bool(given.address):
        parser.error("give an address and its --tag, or --unpublish alone")
    address, tag = "", ""
    try:
        if given.address:
            address, tag = clean_address(given.address), given.tag
            check_tag(tag)
        files = changes(address, tag)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    write(files)
    for path in files:
        print(f"changed: {path.relative_to(ROOT)}")
    if address:
        print(f"Commit this, then: git tag {tag}, and push the commit and the tag to {address}")


if __name__ == "__main__":
    main()
