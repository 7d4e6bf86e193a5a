"""Make a copy of the lessons that any browser shows, without Jupyter and without a network.

Usage: ``python3 -m helpers.maintain.render_html FOLDER``. The pages show the saved outputs:
nothing is run. Open ``index.html`` in the folder.
"""

import re
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
from bs4 import BeautifulSoup
from nbconvert import HTMLExporter
from nbformat.v4 import new_markdown_cell, new_notebook

from helpers.course import NOTEBOOKS, ROOT

# Text and figures keep to the width of the page; code scrolls, as wide tables do anyway.
STYLE = """
body { max-width: 60rem; margin: 0 auto; padding: 1rem; overflow-wrap: break-word; }
img { max-width: 100%; height: auto; }
pre { max-width: 100%; overflow-x: auto; }
.jp-RenderedHTMLCommon table { table-layout: auto; margin-left: 0; }
.jp-RenderedHTMLCommon td, .jp-RenderedHTMLCommon th { text-align: left; }
@media (max-width: 50rem) {
    body { padding: 0.5rem; }
    .jp-Cell { padding: 0.4rem 0; }
    .jp-InputPrompt, .jp-OutputPrompt { display: none; }
}
"""


def remove_scripts(page):
    """Take out what nbconvert loads from other hosts: the lessons have no formulas or widgets."""
    for script in page("script"):
        script.decompose()


def fix_links(page):
    """Lead the links between lessons to their pages; of a link to anything else, keep the text."""
    pages = {path.name: f"{path.stem}.html" for path in NOTEBOOKS}
    for link in page("a", href=True):
        address = urlsplit(link["href"])
        name = Path(address.path).name
        if address.scheme:
            continue
        if name in pages:
            link["href"] = address._replace(path=pages[name]).geturl()
        # The first page has only two sections of the README.
        elif address.path or not page.find(id=unquote(address.fragment)):
            link.unwrap()


def fix_pictures(page):
    """Put words in the place of pictures from other hosts."""
    for picture in page("img"):
        if urlsplit(picture["src"]).scheme in ("http", "https"):
            picture.replace_with(picture["alt"])


def describe_figures(page, notebook):
    """Give each figure the text that is in the metadata of its cell."""
    for cell in notebook.cells:
        if "alt" in cell.metadata:
            for picture in page.find(id=f"cell-id={cell.id}")("img"):
                picture["alt"] = cell.metadata.alt


def add_way_back(page):
    """Lead from the beginning and from the end of a page to all lessons."""
    link = '<nav class="jp-RenderedHTMLCommon"><a href="index.html">All lessons</a></nav>'
    page.main.insert(0, BeautifulSoup(link, "html.parser"))
    page.main.append(BeautifulSoup(link, "html.parser"))


def render(notebook, title, folder):
    """Return the page of a notebook whose pictures are in ``folder``."""
    exporter = HTMLExporter(embed_images=True)
    resources = {"metadata": {"name": title, "path": str(folder)}}
    html, _ = exporter.from_notebook_node(notebook, resources)
    page = BeautifulSoup(html, "html.parser")
    remove_scripts(page)
    fix_links(page)
    fix_pictures(page)
    describe_figures(page, notebook)
    style = page.new_tag("style")
    style.string = STYLE
    page.head.append(style)
    return page


def first_page():
    """Return the beginning of the README and its table of lessons as a notebook."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    beginning, *sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    (lessons,) = [section for section in sections if section.startswith("## Lessons\n")]
    return new_notebook(cells=[new_markdown_cell(beginning + lessons)])


def render_lesson(path):
    """Return the page of a lesson."""
    notebook = nbformat.read(path, as_version=4)
    title = re.match(r"# (.*)", notebook.cells[0].source)[1]
    page = render(notebook, title, path.parent)
    add_way_back(page)
    return page


def render_course(folder):
    """Write a page for each lesson, and the page that leads to them."""
    pages = {path.stem: render_lesson(path) for path in NOTEBOOKS}
    pages["index"] = render(first_page(), "Deep learning, step by step", ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in pages.items():
        (folder / f"{name}.html").write_text(str(page), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    render_course(Path(sys.argv[1]))
    print(Path(sys.argv[1]) / "index.html")
