r"""List the links that lead out of the course, for a weekly look.

``python3 -m helpers.maintain.links | xargs -n 1 curl --silent --output /dev/null --location
--write-out '%{http_code} %{url_effective}\n'``
"""

import json
import re

from helpers.course import NOTEBOOKS, ROOT

PAGES = [ROOT / name for name in (".github/CONTRIBUTING.md", "README.md", "helpers/data/README.md")]
PAGES += [*sorted(ROOT.glob("notebooks/*.md")), *NOTEBOOKS]
LINK = re.compile(r"\]\(([^()\s]+)\)|<(https?://[^>\s]+)>")


def text_of(page):
    """Return the Markdown of a page or of a notebook, without its code."""
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n\n".join(
            "".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"
        )
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def links(page):
    """Return the targets of all links of a page, and the addresses of its pictures."""
    targets = [a or b for a, b in LINK.findall(text_of(page))]
    return [target for target in targets if not target.startswith("data:")]


def anchors(page):
    """Return the anchors that GitHub makes from the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def main():
    """Print the links that lead out of the course, each once."""
    targets = {target for page in PAGES for target in links(page)}
    print("\n".join(sorted(target for target in targets if target.startswith("http"))))


if __name__ == "__main__":
    main()
