import pytest
from links import PAGES, ROOT, anchors, links


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_inside_the_course(page):
    """Each relative link leads to a file of the course, and to a heading in it."""
    for link in links(page):
        if link.startswith(("http", "attachment:")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.is_file(), link
        assert ROOT in target.parents, link
        if anchor:
            assert anchor in anchors(target), link


def test_links_are_found():
    assert sum(len(links(page)) for page in PAGES) > 40


def test_links_out_are_secure():
    for page in PAGES:
        assert [link for link in links(page) if link.startswith("http:")] == []
