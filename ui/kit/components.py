"""The parts of a page that Streamlit does not have: words to choose from, a link to copy, plain text."""

from collections.abc import Callable, Sequence
from pathlib import Path

import segno
import streamlit as st
from markupsafe import Markup

from ui.kit.palette import DARK, LIGHT, Palette, weight_color
from ui.kit.wording import percent

UI = Path(__file__).resolve().parents[1]
BROWSER = UI / "kit/browser"
ICON = BROWSER / "icon.png"
MAX_QR = 600  # characters; beyond, the squares are too small to be read from the back of a hall


def theme() -> str:
    """The theme that the visitor sees, "light" or "dark"."""
    return "dark" if st.context.theme.type == "dark" else "light"


def palette() -> Palette:
    """The palette of the theme the visitor sees."""
    return DARK if theme() == "dark" else LIGHT


def read_files(*names: str, folder: Path = BROWSER) -> str:
    """The texts of files in a folder, joined."""
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in names)


# They get tuples: of each list Streamlit would try, for a tenth of a millisecond, whether it is a table.
_words = st.components.v2.component("words", js=read_files("radio.js", "words.js"), css=read_files("words.css"))
_list = st.components.v2.component("list", js=read_files("radio.js", "list.js"), css=read_files("list.css"))
_heads = st.components.v2.component("all_heads", js=read_files("heads.js"), css=read_files("heads.css"))
_copy = st.components.v2.component(
    "copy_link", html=read_files("copy.html"), js=read_files("copy.js"), css=read_files("copy.css")
)


def pick_callback(key: str, count: int, on_pick: Callable[[int], None], trigger: str = "pick") -> Callable[[], None]:
    """The callback of a component of ours: it calls on_pick with the position picked in it, counted from 0.

    What is none of its positions is passed over: a click may come from a page that was drawn before.

    Args:
        count: how many positions it has.
        trigger: the name under which the component sends the position.
    """

    def changed() -> None:
        place = st.session_state[key][trigger]
        if isinstance(place, int) and 0 <= place < count:
            on_pick(place)

    return changed


def words(
    tokens: Sequence[tuple[str, int | None]],
    weights: Sequence[float],
    chosen: int,
    seen: int,
    colors: Palette,
    *,
    key: str,
    on_pick: Callable[[int], None],
    label: str = "Words of the sentence: choose the one to look from",
    role: str = "query",
    colored: bool = True,
) -> None:
    """The sentence, each word coloured by the weight it gets; a click or an arrow key chooses the word to look from.

    Args:
        tokens: the words of the sentence in order, each with its position among the known ones, None if it has none.
        weights: (n,) what the chosen word gives to each known word.
        chosen, seen: positions of the query and of the marked key.
        on_pick: called with the position picked.
        label: what is chosen, for those who cannot see it.
        role: "query" or "key", the colour of the chosen word's frame.
        colored: whether the weights mean anything; else the words have no colours.
    """
    shades = weights if colored else [0.0] * len(weights)
    row = tuple(
        {"text": text, "index": None, "title": "no vector: left out"}
        if index is None
        else {
            "text": text,
            "index": index,
            "title": f"{weights[index]:.1%}" if colored else "drawn in grey",
            "color": weight_color(shades[index], colors),
            "ink": colors.on_strong if shades[index] > colors.strong else colors.on_weak,
        }
        for text, index in tokens
    )
    data = {
        "label": label,
        "words": row,
        "chosen": chosen,
        "seen": seen,
        "query": getattr(colors, role),
        "key": colors.key,
    }
    _words(key=key, data=data, on_pick_change=pick_callback(key, len(weights), on_pick))


def radio_list(
    lines: Sequence[tuple[str, str, float, bool]],
    *,
    key: str,
    on_pick: Callable[[int], None],
    label: str,
    role: str = "query",
    buttons: bool = False,
) -> None:
    """A list to choose from by click or arrow key, each line with a bar.

    Args:
        lines: of each its name, its value, its share (the bar's length, cut to 0 … 1), and whether it is chosen.
        on_pick: called with the position picked.
        label: what is chosen, for those who cannot see it.
        role: the colour of the chosen line's frame.
        buttons: the lines are buttons: arrow keys only move, for a press does something more than to choose.
    """
    data = {
        "label": label,
        "buttons": buttons,
        "lines": tuple(
            {"name": name, "value": value, "share": min(max(share, 0), 1), "chosen": chosen}
            for name, value, share, chosen in lines
        ),
        "bar": palette().weights[3],
        "mark": getattr(palette(), role),
    }
    _list(key=key, data=data, on_pick_change=pick_callback(key, len(lines), on_pick))


def heads_grid(
    picture: str,
    shape: tuple[int, int],
    chosen: tuple[int, int],
    titles: Sequence[str],
    *,
    key: str,
    on_pick: Callable[[int], None],
    on_move: Callable[[int], None] | None = None,
    rows: Sequence[int] = (),
) -> None:
    """All heads of a model as one picture, a row a layer, a column a head; a click or an arrow key chooses one.

    Args:
        picture: its address, of `maps.grid`.
        shape: the numbers of layers and heads.
        chosen: layer and head, from 0.
        titles: of the heads, layer by layer.
        on_pick: called with the number of the head picked, counted through all layers.
        on_move: the same for a head reached by an arrow key, whose frame must stay in sight; None: as on_pick.
        rows: layers to mark, from 0.
    """
    data = {
        "layers": shape[0],
        "heads": shape[1],
        "chosen": chosen,
        "rows": tuple(rows),
        "picture": picture,
        "titles": tuple(titles),
        "label": "All heads: choose one. Arrow keys move between heads and layers",
        "mark": palette().output,
    }
    picked = pick_callback(key, len(titles), on_pick)
    moved = pick_callback(key, len(titles), on_move or on_pick, "move")
    _heads(key=key, data=data, on_pick_change=picked, on_move_change=moved)


def qr_code(link: str) -> None:
    """The link as a QR code, large enough for a projector; a notice where the link is too long for that."""
    if len(link) > MAX_QR:
        text(f"The link has {len(link)} characters; a QR code holds {MAX_QR} so that a phone can read it.", "notice")
        return
    picture = segno.make(link, error="l", micro=False).png_data_uri(scale=8, border=3)  # Streamlit strips SVG
    st.html(Markup('<img class="qr" alt="QR code of the link to this view" src="{}">').format(picture))


def copy_link(key: str, *, with_field: bool = True) -> None:
    """A button that copies the link to the view as it is now.

    Args:
        with_field: whether the link stands in a field beside it from the start, or only where it could not be copied.
    """
    _copy(key=key, data={"withField": with_field})


def show_html(body: Markup) -> None:
    """Our own HTML; a string that is not Markup would be shown as it is spelt."""
    st.html(Markup('<div class="own">{}</div>').format(body))


def style(*files: str) -> None:
    """Draw style sheets, and the palette of the theme for them.

    Args:
        files: their paths in ui/.
    """
    colors = {name: getattr(palette(), name) for name in ("background", "line", "query", "key", "value", "output")}
    colors["strong"] = palette().weights[4]
    variables = "".join(f"--{name}:{color};" for name, color in colors.items())
    st.html(
        Markup("<style>:root{{{}}}{}</style>").format(
            variables, Markup("\n".join((UI / file).read_text(encoding="utf-8") for file in files))
        )
    )


def legend(highest: float, note: str = "") -> None:
    """What the colours of a map of weights mean.

    Args:
        highest: the weight at the dark end of the scale.
        note: a sentence beside it.
    """
    digits = 0 if highest == 1 else 1
    step = Markup('<span><span class="swatch" style="background:{}"></span>{}</span>')
    steps = [
        step.format(weight_color(share, palette()), percent(share * highest, digits))
        for share in (0, 0.05, 0.25, 0.5, 1)
    ]
    steps += [Markup("<span>{}</span>").format(note)] if note else []
    st.html(Markup('<div class="legend">{}</div>').format(Markup("").join(steps)))


def signed_legend(end: str, unit: str = "") -> None:
    """What the colours of a map of signed numbers mean; they end at plus and minus `end`."""
    colors = ", ".join(palette().signed)
    st.html(
        Markup(
            '<div class="legend"><span>−{}</span><i style="background:linear-gradient(to right, {})"></i>'
            "<span>+{}{}</span></div>"
        ).format(end, colors, end, unit)
    )


def text(text: str, kind: str = "reading", *, status: bool = False) -> None:
    """A sentence that may hold the visitor's words, shown as text whatever is in it.

    Args:
        kind: "headline" for what a page teaches, "reading" for what a picture says, "plain" for text, "heading" for a
            small one, "notice" for what was left out or went wrong, "small" for an aside; "question" for a guess.
        status: whether it is read aloud when it appears, as a notice always is.
    """
    role = Markup(" role=status") if status or kind == "notice" else ""
    st.html(Markup('<p class="say {}"{}>{}</p>').format(kind, role, text))
