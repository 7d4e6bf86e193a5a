"""The public address of the course: one place holds it, and all files agree with that place."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from helpers.course import NOTEBOOKS, ROOT
from helpers.maintain import publish

GITHUB = "https://github.com/someone/a-course"
needs_sh = pytest.mark.skipif(os.name == "nt", reason="the cell is for Colab, a Linux machine")

ADDRESSES = {
    "someone/a-course": GITHUB,
    "a/b": "https://github.com/a/b",
    "o" * 39 + "/" + "n" * 100: "https://github.com/" + "o" * 39 + "/" + "n" * 100,
    "someone/.a_course-1.0": "https://github.com/someone/.a_course-1.0",
    "https://github.com/someone/a-course": GITHUB,
    "https://www.GitHub.com/someone/a-course.git": GITHUB,
    "https://gitlab.com/group/sub/course.git": "https://gitlab.com/group/sub/course.git",
    "https://git.sr.ht/~someone/course": "https://git.sr.ht/~someone/course",
    "https://git.example.org:8443/course": "https://git.example.org:8443/course",
    "file:///srv/git/course.git": "file:///srv/git/course.git",
}
NOT_ADDRESSES = [
    "",
    "course",
    "someone/",
    "/course",
    "some/one/course",
    "-someone/course",
    "someone-/course",
    "some--one/course",
    "some_one/course",
    "o" * 40 + "/course",
    "someone/" + "n" * 101,
    "someone/.",
    "someone/..",
    "someone/course.git",
    "someone/course.wiki",
    "someone/a course",
    "someone/course\n",
    "someone/course;ls",
    "someone/ćourse",
    "https://github.com/someone",
    "https://github.com/someone/course/",
    "https://github.com/someone/course/tree/main",
    "https://github.com/some--one/course",
    "https://example.org",
    "https://example.org/",
    "https://localhost/course",
    "https://example.org/a/../course",
    "https://example.org/course?x=1",
    "https://example.org/course#x",
    "https://example.org/$(ls)",
    "https://example.org/`ls`",
    "https://example.org/a'b",
    'https://example.org/a"b',
    "https://example.org/a\\b",
    "https://example.org/{src}",
    "https://example.org/a b",
    "https://example.org/a%20b",
    "https://example.org/course\n",
    "https://example.org/course --upload-pack=ls",
    "https://-example.org/course",
    "https://example.org.evil@/course",
    "file://server/course",
    "file://",
    "file:///srv/../course",
    "file:///srv/a b",
    "--upload-pack=ls",
    "ext::sh -c ls",
    "/srv/git/course",
]
REASONS = {
    "git@github.com:someone/course": "no key",
    "ssh://git@github.com/someone/course": "no key",
    "http://github.com/someone/course": "others could change the code",
    "git://example.org/course": "others could change the code",
    "https://me:secret@github.com/someone/course": "would be public",
    "https://token@example.org/course": "would be public",
    "-someone/course": "dash",
    "file://course": "absolute path",
}
NOT_TAGS = [
    "",
    "-v1",
    "v1 0",
    "v1\n",
    "v1..0",
    "v1.",
    "v1.lock",
    ".v1",
    "v1/0",
    "v1~1",
    "v1^",
    "v1:0",
    "v1@{0}",
    "$(ls)",
    "v1'",
    'v1"',
    "ṽ1",
]


def git(*arguments, cwd):
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    command = ["git", *identity, "-c", "commit.gpgsign=false", "-c", "tag.gpgsign=false"]
    subprocess.run([*command, *arguments], cwd=cwd, check=True, capture_output=True)


def content(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def put(address, tag="v1.0.0"):
    publish.write(publish.changes(address, tag if address else ""))


def cells(key):
    read = [nbformat.read(path, as_version=nbformat.NO_CONVERT) for path in publish.NOTEBOOKS]
    return [cell.source for notebook in read for cell in notebook.cells if cell.id == key]


def copy_course(folder):
    """Copy what `publish` reads and writes, and the modules that it needs."""
    files = [*ROOT.glob("helpers/*.py"), *ROOT.glob("helpers/maintain/*.py"), publish.RECORD]
    for path in [*NOTEBOOKS, *files, ROOT / "README.md"]:
        (folder / path.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / path.relative_to(ROOT))


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Let `publish` work on a copy of the course, without an address."""
    folder = tmp_path / "original"
    copy_course(folder)
    monkeypatch.setattr(publish, "ROOT", folder)
    monkeypatch.setattr(publish, "NOTEBOOKS", [folder / p.relative_to(ROOT) for p in NOTEBOOKS])
    monkeypatch.setattr(publish, "RECORD", folder / publish.RECORD.relative_to(ROOT))
    put("")
    return folder


def test_all_files_agree_with_the_recorded_address():
    address, tag = publish.recorded()
    assert list(publish.changes(address, tag)) == []
    if address or tag:
        assert publish.clean_address(address) == address
        publish.check_tag(tag)


def test_colab_cell_is_the_same_in_every_lesson_and_short(course):
    for address, tag in [("", ""), (GITHUB, "v1.0.0")]:
        put(address, tag)
        assert cells("colab") == [publish.colab_cell(address, tag)] * len(NOTEBOOKS)
        lines = [line for line in publish.colab_cell(address, tag).splitlines() if line]
        assert len(lines) <= 6
        assert max(map(len, lines)) <= 88


def test_round_trip(course):
    before = content(course)
    put(GITHUB)
    first = content(course)
    for other in ("https://gitlab.com/group/course.git", "https://github.com/other/course"):
        put(other, "v2.0.0")
        assert publish.recorded() == (other, "v2.0.0")
    put(GITHUB)
    assert content(course) == first
    assert publish.changes(GITHUB, "v1.0.0") == {}
    put("")
    assert content(course) == before


def test_everything_else_stays_as_it_was(course):
    readme = course / "README.md"
    before = [nbformat.read(path, nbformat.NO_CONVERT) for path in publish.NOTEBOOKS]
    lines = readme.read_text(encoding="utf-8").splitlines()
    put(GITHUB)
    for path, old in zip(publish.NOTEBOOKS, before, strict=True):
        new = nbformat.read(path, nbformat.NO_CONVERT)
        for cell, old_cell in zip(new.cells, old.cells, strict=True):
            if cell.id in ("title", "colab"):
                cell.source = old_cell.source
        assert new == old
    row = publish.badges(GITHUB, "v1.0.0", f"notebooks/{NOTEBOOKS[0].name}")
    assert readme.read_text(encoding="utf-8").splitlines() == [lines[0], "", row, *lines[1:]]


def test_badges_lead_to_the_lesson_at_the_tag(course):
    put(GITHUB)
    for path, title in zip(NOTEBOOKS, cells("title"), strict=True):
        row = title.splitlines()[2]
        assert row.count("[![") == 3
        file = f"notebooks/{path.name}"
        colab = "https://colab.research.google.com/github/someone/a-course/blob/v1.0.0/"
        assert "[![Open in Colab](https://colab.research.google.com/assets/" in row
        assert f"]({colab}{file})" in row
        binder = "https://mybinder.org/v2/gh/someone/a-course/v1.0.0?labpath="
        assert f"]({binder}{file})" in row
        assert f"]({GITHUB}/blob/v1.0.0/{file})" in row


def test_no_badge_that_leads_nowhere():
    for address in ("", "https://gitlab.com/group/course", "file:///srv/course"):
        assert publish.badges(address, "v1.0.0", "notebooks/a.ipynb") == ""


def test_addresses():
    for text, address in ADDRESSES.items():
        assert publish.clean_address(text) == address
        assert publish.clean_address(address) == address
    for text in [*NOT_ADDRESSES, *REASONS]:
        reason = REASONS.get(text, "give OWNER/NAME|file:///|dash|public")
        with pytest.raises(ValueError, match=reason):
            print(repr(text), publish.clean_address(text))


def test_tags():
    for tag in ("v1.0.0", "1", "v1.0.0-beta.1", "2026_08"):
        publish.check_tag(tag)
    for tag in NOT_TAGS:
        with pytest.raises(ValueError, match="not a name for a tag"):
            print(repr(tag), publish.check_tag(tag))


def test_branch_is_refused_as_tag(tmp_path, monkeypatch):
    monkeypatch.setattr(publish, "ROOT", tmp_path)
    git("init", "--initial-branch=stable", cwd=tmp_path)
    git("commit", "--allow-empty", "--message=x", cwd=tmp_path)
    git("tag", "v1.0.0", cwd=tmp_path)
    git("update-ref", "refs/remotes/origin/next", "HEAD", cwd=tmp_path)
    publish.check_tag("v1.0.0")
    for branch in ("stable", "next", "HEAD"):
        with pytest.raises(ValueError, match="a branch moves"):
            publish.check_tag(branch)


def test_cell_passes_ruff_for_addresses_of_every_length(tmp_path):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks/.ruff.toml", tmp_path / "notebooks")
    for length in range(1, 101):
        address = "https://github.com/a/" + "n" * length
        new_cell = nbformat.v4.new_code_cell(publish.colab_cell(address, "v1.0.0"))
        notebook = nbformat.v4.new_notebook(cells=[new_cell])
        nbformat.write(notebook, tmp_path / "notebooks" / f"{length}.ipynb")
    for command in (["format", "--check"], ["check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--no-cache", "."]
        result = subprocess.run(ruff, cwd=tmp_path, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout


def test_unusual_files_are_refused(course):
    path, readme = publish.NOTEBOOKS[-1], course / "README.md"
    text = path.read_text(encoding="utf-8")
    for broken, words in [
        (text.replace("\n ", "\n  "), "not as nbformat writes it"),
        (text.replace('"id": "colab"', '"id": "other"'), "id colab"),
        (text.replace('"# ', '"'), "start with a heading"),
        ("[]", path.name),
        ("", path.name),
    ]:
        path.write_text(broken, encoding="utf-8", newline="\n")
        with pytest.raises(ValueError, match=words):
            publish.changes(GITHUB, "v1.0.0")
    path.write_bytes(text.encode("utf-16"))
    with pytest.raises(ValueError, match=path.name):
        publish.changes(GITHUB, "v1.0.0")
    path.write_text(text, encoding="utf-8", newline="\n")
    readme.write_text("No heading\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"README\.md: it has to start with a heading"):
        publish.changes(GITHUB, "v1.0.0")


def test_broken_record_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(publish, "RECORD", tmp_path / "address.json")
    for text in ("", "[]", "{}", '{"address": ""}'):
        publish.RECORD.write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=r"address\.json has to hold an address and a tag"):
            publish.recorded()


def test_failure_leaves_nothing_half_written(course, monkeypatch):
    before = content(course)
    write_bytes = Path.write_bytes

    def full_disk(path, data):
        write_bytes(path, data[:10])
        if path.name == "README.md.part":
            raise OSError("No space left on device")

    files = publish.changes(GITHUB, "v1.0.0")
    monkeypatch.setattr(Path, "write_bytes", full_disk)
    with pytest.raises(OSError, match="No space"):
        publish.write(files)
    assert content(course) == before


def test_command(course, monkeypatch, capsys):
    before = content(course)
    monkeypatch.setattr(sys, "argv", ["publish", "someone/a-course", "--tag", "v1.0.0"])
    publish.main()
    text = capsys.readouterr().out
    assert text.count("changed: ") == len(NOTEBOOKS) + 2
    assert "git tag v1.0.0" in text
    assert publish.recorded() == (GITHUB, "v1.0.0")
    assert publish.changes(GITHUB, "v1.0.0") == {}
    monkeypatch.setattr(sys, "argv", ["publish", "--unpublish"])
    publish.main()
    assert content(course) == before


def test_command_refuses(course, monkeypatch, capsys):
    before = content(course)
    for arguments in [
        [],
        ["someone/a-course"],
        ["--tag", "v1.0.0"],
        ["someone/a-course", "--tag", ""],
        ["someone/a-course", "--tag", "v1 0"],
        ["someone/a course", "--tag", "v1.0.0"],
        ["-someone/a-course", "--tag", "v1.0.0"],
        ["someone/a-course", "--tag", "v1.0.0", "--unpublish"],
        ["--unpublish", "--tag", "v1.0.0"],
    ]:
        monkeypatch.setattr(sys, "argv", ["publish", *arguments])
        with pytest.raises(SystemExit, match="2"):
            publish.main()
        assert "error: " in capsys.readouterr().err, arguments
    assert content(course) == before


RUN_CELL = """
import os, sys, types
sys.path = [path for path in sys.path if path != {root!r}]
if {colab}:
    sys.modules["google.colab"] = types.ModuleType("google.colab")
folder = os.getcwd()
exec({cell!r})
assert os.getcwd() == folder
import helpers
os.chdir("/")
print(os.path.realpath(helpers.__file__))
"""


@pytest.fixture
def run_cell(tmp_path):
    """Return a function that runs a Colab cell in a new Python, in an empty folder."""
    folder = tmp_path / "learner"
    folder.mkdir()

    def run(cell, colab=True):
        program = RUN_CELL.format(root=str(ROOT), colab=colab, cell=cell)
        # -S: without the packages, and so without the installed `helpers` of this course.
        line = [sys.executable, "-B", "-S", "-c", program]
        environment = {**os.environ, "LC_ALL": "C"}
        environment.pop("PYTHONPATH", None)
        return subprocess.run(
            line, cwd=folder, env=environment, capture_output=True, text=True, timeout=60
        )

    return run, folder


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """Return the address of a bare repository in which the course is published as v1.0.0."""
    folder = tmp_path_factory.mktemp("published")
    course, address = folder / "course", (folder / "bare.git").as_uri()
    copy_course(course)
    command = [sys.executable, "-B", "-m", "helpers.maintain.publish", address, "--tag", "v1.0.0"]
    subprocess.run(command, cwd=course, check=True)
    git("init", "--initial-branch=main", cwd=course)
    git("add", ".", cwd=course)
    git("commit", "--message=First", cwd=course)
    git("tag", "v1.0.0", cwd=course)
    git("commit", "--allow-empty", "--message=Later", cwd=course)
    git("clone", "--bare", "course", "bare.git", cwd=folder)
    return address


@needs_sh
def test_published_cell_clones_the_tag(bare, run_cell):
    run, folder = run_cell
    # An empty folder may be there already.
    (folder / "course").mkdir()
    result = run(publish.colab_cell(bare, "v1.0.0"))
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == os.path.realpath(folder / "course/helpers/__init__.py")
    assert result.stderr == ""
    assert (folder / "course/.git/shallow").exists()
    log = ["git", "log", "-1", "--format=%s %D"]
    head = subprocess.run(log, cwd=folder / "course", capture_output=True, text=True).stdout
    assert head.startswith("First ")
    assert "tag: v1.0.0" in head


@needs_sh
def test_published_cell_does_not_touch_a_folder_that_is_there(bare, run_cell):
    run, folder = run_cell
    (folder / "course").mkdir()
    (folder / "course/homework.txt").write_text("", encoding="utf-8")
    result = run(publish.colab_cell(bare, "v1.0.0"))
    assert result.returncode == 1
    assert "'course' already exists and is not an empty directory" in result.stderr
    (folder / "course/helpers").mkdir()
    (folder / "course/helpers/__init__.py").write_text("", encoding="utf-8")
    result = run(publish.colab_cell(bare, "v1.0.0"))
    assert result.returncode == 0, result.stderr
    assert len(content(folder)) == 2


@needs_sh
def test_published_cell_shows_what_git_says(bare, run_cell):
    run, folder = run_cell
    result = run(publish.colab_cell(bare, "v9.9.9"))
    assert result.returncode == 1
    assert "Remote branch v9.9.9 not found" in result.stderr
    assert list(folder.iterdir()) == []


def test_unpublished_cell_stops_in_colab_with_one_line(run_cell):
    run, _ = run_cell
    result = run(publish.colab_cell("", ""))
    assert result.returncode == 1
    assert result.stderr.startswith("Colab is not supported yet. ")
    assert result.stderr.count("\n") == 1


def test_cell_does_nothing_outside_colab(run_cell):
    run, folder = run_cell
    for address in ("", GITHUB):
        result = run(publish.colab_cell(address, "v1.0.0"), colab=False)
        assert "No module named 'helpers'" in result.stderr
        assert list(folder.iterdir()) == []
