"""Words of a figure, as a reader of the report sees them."""

import re

from radioloom.figures.style import svg


def texts_of(figure) -> list[str]:
    """Texts that stand in a figure, in the order of its SVG."""
    drawn = re.findall(r"<text[^>]*>(.*?)</text>", svg(figure, "f", "t"), re.S)
    return [re.sub(r"<[^>]+>", "", text) for text in drawn]
