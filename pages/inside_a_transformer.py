"""A pretrained transformer on the shared sentence: its 72 heads, and what each of them looks at."""

from ui.shell.pages import guard

guard()

from ui.inside_a_transformer import compared, downloads, grid, head_map, measured_heads, trace
from ui.inside_a_transformer.selection import Selection, read_selection
from ui.kit import components
from ui.shell import body, presentation, sentence_input
from ui.state import controls


def page() -> None:
    """Draw the page."""
    sentence_input.ask_for_sentence(raw=False)
    with presentation.figure_container("heads", "headline"):  # both figures have it
        headline = presentation.figure_container("head-map", "headline")
    shown = read_selection()
    with presentation.figure_container("heads"), grid.draw_overview(shown):
        heads = measured_heads.lay_out_list()
    place = head_map.lay_out(shown)

    def part() -> None:
        shown = read_selection()
        if not presentation.is_alone("head-map"):
            with headline:
                measured_heads.draw_headline(shown)
        with heads:
            measured_heads.draw_measured_heads(shown)
        head_map.draw_map(shown, place)
        draw_folds(shown)

    body.draw_part(part)


def draw_folds(shown: Selection) -> None:
    """Draw the folds below the map."""
    controls.fold("itwo", "What if one word changes? Two sentences, one head", compared.draw_two_sentences, shown)
    pictures = controls.fold(
        "iraw", "Similarity or relationship? Raw word vectors beside this map", compared.draw_beside_raw, shown
    )
    controls.fold("icell", "Where does this number come from? One cell, step by step", head_map.draw_cell, shown)
    controls.fold("iway", "How does a head get from x to a weight? Its matrices at work", trace.draw_trace, shown)
    controls.fold("ifind", "Which head gives this weight? All 72, ranked", head_map.draw_heads_for_pair, shown)
    controls.fold("itake", "Take it away: pictures, numbers, code, link", downloads.draw_downloads, shown, pictures)


components.style("kit/browser/matrices.css", "inside_a_transformer/inside_a_transformer.css")
body.draw("inside_a_transformer", page)
