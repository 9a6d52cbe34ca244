import re
import xml.etree.ElementTree as ET

import numpy as np

from radioloom.figures import style


@style.drawn
def example(points=20):
    figure, axes = style.canvas(4, 3)
    x = np.linspace(0, 1, points)
    axes.fill_between(x, x, x + 1, alpha=0.3)
    axes.plot(x, x**2, "o", label="a < b & c")
    axes.legend()
    axes.set(xlim=(0.2, 0.8), xlabel="per cent")
    return figure


def test_two_drawings_are_the_same_bytes():
    assert style.svg(example(), "a", "t") == style.svg(example(), "a", "t")


def test_it_is_one_element_with_a_title_and_text_that_can_be_searched():
    text = style.svg(example(), "a", "what <is> seen")
    root = ET.fromstring(text)
    assert root.tag.endswith("svg")
    assert root[0].text == "what <is> seen"
    assert "per cent" in "".join(root.itertext())
    assert root.get("width") is None  # it scales with its box
    assert "max-width:384px" in root.get("style")  # 4 inches of 96 CSS pixels


def test_ids_of_two_figures_in_one_page_do_not_meet():
    page = style.svg(example(), "a", "t") + style.svg(example(), "b", "t")
    ids = re.findall(r' id="([^"]+)"', page)
    assert ids
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", page)) | set(re.findall(r'href="#([^"]+)"', page)) == set(ids)


def test_no_date_no_program_and_no_address_to_load():
    text = style.svg(example(), "a", "t")
    assert "metadata" not in text
    assert not re.search(r'(src|href)="(?!#)', text)


def test_drawing_leaves_the_settings_of_others_alone():
    import matplotlib

    before = matplotlib.rcParams["font.size"]
    example()
    assert matplotlib.rcParams["font.size"] == before


def test_a_matplotlibrc_of_the_user_changes_no_figure():
    from matplotlib import rc_context

    plain = style.svg(example(), "a", "t")
    with rc_context({"axes.facecolor": "red", "axes.grid": True, "text.usetex": True, "savefig.facecolor": "red"}):
        assert style.svg(example(), "a", "t") == plain


def test_every_model_has_a_colour_and_a_marker_of_its_own():
    baselines = ["suvmax", "volume", "clinical", "clinical+signature", "size"]
    kinds = [(kind, kind) for kind in style.LOOKS] + [("baseline", name) for name in baselines]
    looks = [style.look(kind, model, baselines) for kind, model in kinds]
    assert len({colour for colour, _ in looks}) == len(looks)
    assert len({marker for _, marker in looks}) == len(looks)


def test_two_dollars_in_a_label_are_two_dollars():
    """Names of cases, models, structures and features are the user's: none is a formula, least of all a broken one."""
    for label in ("GTV $1 and $2", "$x^{$", r"a $\\frac{1}$ b"):

        @style.drawn
        def figure(label=label):
            made, axes = style.canvas(2, 2)
            axes.plot([1, 10, 1000], [1, 2, 3], label=label)
            axes.set(xscale="log", xlabel=label, ylabel=label, title=label)
            axes.set_yticks([1, 2], [label, label])
            axes.legend(title=label)
            axes.annotate(label, (1, 1))
            return made

        drawn = style.svg(figure(), "x", label)
        assert drawn.count(label) >= 7
