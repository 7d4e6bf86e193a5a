"""The public address of the course: one place holds it, and all files agree with that place."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import nbformat
import pytest

from helpers.course import NOTEBOOKS, ROOT
from helpers.maintain import publish, render_html

REPOSITORY = "someone/a-course"
GITHUB = f"https://github.com/{REPOSITORY}"

REPOSITORIES = ["someone/a-course", "a/b", "o" * 39 + "/" + "n" * 100, "someone/.a_course-1.0"]
NOT_REPOSITORIES = [
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
    "someone/$(ls)",
    "someone/{ls}",
    "someone/ćourse",
    "https://github.com/someone/course",
    "git@github.com:someone/course",
]
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


def put(repository, tag="v1.0.0"):
    publish.write(publish.changes(repository, tag if repository else ""))


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
    repository, tag = publish.recorded()
    assert list(publish.changes(repository, tag)) == []
    if repository or tag:
        publish.check_repository(repository)
        publish.check_tag(tag)


def test_colab_cell_is_the_same_in_every_lesson_and_short(course):
    for repository, tag in [("", ""), (REPOSITORY, "v1.0.0")]:
        put(repository, tag)
        assert cells("colab") == [publish.colab_cell(repository, tag)] * len(NOTEBOOKS)
        lines = [line for line in publish.colab_cell(repository, tag).splitlines() if line]
        assert len(lines) <= 8


def test_round_trip(course):
    before = content(course)
    put(REPOSITORY)
    first = content(course)
    put("other/course", "v2.0.0")
    assert publish.recorded() == ("other/course", "v2.0.0")
    put(REPOSITORY)
    assert content(course) == first
    assert publish.changes(REPOSITORY, "v1.0.0") == {}
    put("")
    assert content(course) == before


def test_everything_else_stays_as_it_was(course):
    readme = course / "README.md"
    before = [nbformat.read(path, nbformat.NO_CONVERT) for path in publish.NOTEBOOKS]
    start, end = re.split(r"(?s)(?<=<!-- ways -->).*(?=<!-- /ways -->)", readme.read_text("utf-8"))
    put(REPOSITORY)
    for path, old in zip(publish.NOTEBOOKS, before, strict=True):
        new = nbformat.read(path, nbformat.NO_CONVERT)
        for cell, old_cell in zip(new.cells, old.cells, strict=True):
            if cell.id in ("title", "colab"):
                cell.source = old_cell.source
            if cell.id == "set-up":
                assert cell.source.count("\n\n") == old_cell.source.count("\n\n")
                cell.source = old_cell.source
        assert new == old
    text = readme.read_text("utf-8")
    assert text.startswith(start)
    assert text.endswith(end)
    assert f"/github/{REPOSITORY}/blob/v1.0.0/notebooks/{NOTEBOOKS[0].name})" in text


def test_badges_lead_to_the_lesson_at_the_tag(course):
    put(REPOSITORY)
    for path, title in zip(NOTEBOOKS, cells("title"), strict=True):
        row = title.splitlines()[2]
        assert row.count("[![") == 2
        file = f"notebooks/{path.name}"
        colab = "https://colab.research.google.com/github/someone/a-course/blob/v1.0.0/"
        assert "[![Open in Colab](https://colab.research.google.com/assets/" in row
        assert f"]({colab}{file})" in row
        assert f"]({GITHUB}/blob/v1.0.0/{file})" in row


def test_page_to_read_has_the_badges(course):
    """As words: a page shows no picture from another host."""
    put(REPOSITORY)
    path = publish.NOTEBOOKS[-1]
    page = render_html.render(nbformat.read(path, as_version=4), "title", path.parent)
    for words in publish.BADGES:
        assert page.find("a", string=words)["href"].endswith(f"/v1.0.0/notebooks/{path.name}")


def test_nbgitpuller_opens_the_lesson():
    """`urlpath` begins with the folder that the repository is cloned into."""
    link = publish.links(REPOSITORY, "v1.0.0", "notebooks/a.ipynb")["nbgitpuller"]
    query = parse_qs(urlsplit(link).query)
    assert query["repo"] == [GITHUB]
    assert query["urlpath"] == ["lab/tree/a-course/notebooks/a.ipynb?autodecode"]


def test_repositories():
    for text in REPOSITORIES:
        publish.check_repository(text)
    for text in NOT_REPOSITORIES:
        with pytest.raises(ValueError, match="give OWNER/NAME"):
            print(repr(text), publish.check_repository(text))


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


def test_cells_pass_ruff(tmp_path):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks/.ruff.toml", tmp_path / "notebooks")
    for number, repository in enumerate(["", *REPOSITORIES]):
        new_cell = nbformat.v4.new_code_cell(publish.colab_cell(repository, "v1.0.0"))
        notebook = nbformat.v4.new_notebook(cells=[new_cell])
        nbformat.write(notebook, tmp_path / "notebooks" / f"{number}.ipynb")
    for command in (["format", "--check"], ["check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--no-cache", "."]
        result = subprocess.run(ruff, cwd=tmp_path, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout


def test_unusual_files_are_refused(course):
    path, readme = publish.NOTEBOOKS[-1], course / "README.md"
    text = path.read_text(encoding="utf-8")
    for broken, words in [
        (text.replace("\n ", "\n  "), "not as nbformat writes it"),
        (text.replace('"id": "colab"', '"id": "other"'), "the ids"),
        (text.replace("This lesson needs the other", "Other"), "it has to say"),
        (text.replace('"# ', '"'), "start with a heading"),
        ("[]", path.name),
        ("", path.name),
    ]:
        path.write_text(broken, encoding="utf-8", newline="\n")
        with pytest.raises(ValueError, match=words):
            publish.changes(REPOSITORY, "v1.0.0")
    path.write_bytes(text.encode("utf-16"))
    with pytest.raises(ValueError, match=path.name):
        publish.changes(REPOSITORY, "v1.0.0")
    path.write_text(text, encoding="utf-8", newline="\n")
    readme.write_text("# No ways\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"README\.md: it has to contain <!-- ways -->"):
        publish.changes(REPOSITORY, "v1.0.0")


def test_broken_record_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(publish, "RECORD", tmp_path / "address.json")
    for text in ("", "[]", "{}", '{"repository": ""}'):
        publish.RECORD.write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=r"address\.json has to hold a repository and a tag"):
            publish.recorded()


def test_failure_leaves_nothing_half_written(course, monkeypatch):
    before = content(course)
    write_bytes = Path.write_bytes

    def full_disk(path, data):
        write_bytes(path, data[:10])
        if path.name == "README.md.part":
            raise OSError("No space left on device")

    files = publish.changes(REPOSITORY, "v1.0.0")
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
    assert publish.recorded() == (REPOSITORY, "v1.0.0")
    assert publish.changes(REPOSITORY, "v1.0.0") == {}
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
