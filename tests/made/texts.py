"""Words of a figure, as a reader of the report sees them."""

import re

from radioloom.figures.style import svg


def texts_of(figure) -> list[str]:
    """Texts that stand in a figure, in the order of its SVG."""
    drawn = re.findall(r"<text[^>]*>(.*?)</text>", svg(figure, "f", "t"), re.S)
    return [re.sub(r"<[^>]+>", "", text) for text in drawn]


def untidy(message: str) -> str:
    """What an optional part of a message leaves behind where it is empty: blanks, two signs; "" where nothing is.

    Blanks in what is quoted are the user's, those at the begin of a line set it in.
    """
    plain = re.sub(r"(?<!\w)('[^'\n]*'|\"[^\"\n]*\"|`[^`\n]*`)", "Q", message)
    found = re.search(r"^\s|\s$|\S  |,,|;;|[;,:] ?\.(\s|$)", plain)
    return plain[max(found.start() - 30, 0) : found.end()] if found else ""
