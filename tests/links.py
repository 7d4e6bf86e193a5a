"""Find the links of the course. Run it to list those that lead out, for a weekly look:

``python3 tests/links.py | xargs -n 1 curl --silent --output /dev/null --location
--write-out '%{http_code} %{url_effective}\\n'``
"""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "helpers/data/README.md", *ROOT.glob("notebooks/*.md")])
PAGES += sorted(ROOT.glob("notebooks/*.ipynb"))
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
    """Return the targets of all links and pictures of a page."""
    return [a or b for a, b in LINK.findall(text_of(page))]


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
