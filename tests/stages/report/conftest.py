"""Reports whose figures are not drawn, which takes most of the time: tests that are of figures are marked `drawn`."""

import pytest

from made.synthetic_study import html
from radioloom.figures import contact, style

PLACEHOLDER = (
    '<svg class="figure" role="img" viewBox="0 0 1 1" xmlns="http://www.w3.org/2000/svg"><title>{}</title></svg>'
)


@pytest.fixture(scope="session", autouse=True)
def _whole_reports():
    """Reports that many tests share, made with their figures before any test that draws none asks for them."""
    for kind in ("survival", "binary"):
        html(kind)


@pytest.fixture(autouse=True)
def _not_drawn(request, monkeypatch):
    """Placeholders in the place of figures and of pages of pictures."""
    if not request.node.get_closest_marker("drawn"):
        page = contact.Page
        monkeypatch.setattr(style, "svg", lambda _figure, _name, title: PLACEHOLDER.format(style._escaped(title)))
        monkeypatch.setattr(
            contact, "_page", lambda tiles: page(b"", tuple(label for label, _ in tiles), 1, max(len(tiles), 1))
        )
