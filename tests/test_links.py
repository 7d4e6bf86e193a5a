import json

from helpers.course import NOTEBOOKS, ROOT
from helpers.maintain.links import PAGES, anchors, links


def test_links_lead_somewhere():
    """Each relative link leads to a file of the course, and to a heading in it."""
    found = [(page, link) for page in PAGES for link in links(page)]
    assert len(found) > 40
    for page, link in found:
        if link.startswith("https:"):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.is_file(), (page, link)
        assert ROOT in target.parents, (page, link)
        assert not anchor or anchor in anchors(target), (page, link)


def test_codespace_opens_the_first_lesson():
    settings = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
    names = settings["customizations"]["codespaces"]["openFiles"]
    assert [ROOT / name for name in names] == NOTEBOOKS[:1]
