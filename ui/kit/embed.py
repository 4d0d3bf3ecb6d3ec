"""A figure for somebody else's page: a static picture in the code itself, which becomes live when it is pressed."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from ui.kit.citation import Source, today, version
from ui.kit.export import FONT
from ui.kit.palette import Palette, weight_color

HEIGHT = 640  # pixels of the frame, until the figure says how tall it is

# The picture costs its reader nothing; the frame is made when it is pressed: by a click, Enter or the space bar.
SCRIPT = """(figure => {
  const picture = figure.querySelector("[role=button]");
  const open = () => {
    const frame = document.createElement("iframe");
    Object.assign(frame, { src: picture.dataset.live, title: figure.ariaLabel, height: HEIGHT });
    frame.style = "width: 100%; border: 0";
    addEventListener("message", event => {
      const tall = event.source === frame.contentWindow && event.data?.type === "attention-playground-height";
      if (tall) frame.height = event.data.height;
    });
    figure.querySelector("figcaption b").remove();
    picture.replaceWith(frame);
    frame.focus();
  };
  picture.onclick = open;
  picture.onkeydown = event => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    open();
  };
})(document.currentScript.parentElement);""".replace("HEIGHT", str(HEIGHT))


class Still(NamedTuple):
    """The static picture of a figure in another page, in whose place the live figure comes when it is pressed.

    Attributes:
        html: the picture itself.
        alt: what it shows, for those who cannot see it.
    """

    html: Markup
    alt: str


def still_of_chart(svg: str, alt: str) -> Still:
    """A chart; in a narrow page it shrinks."""
    return Still(Markup(svg.replace("<svg ", '<svg style="max-width:100%;height:auto" ', 1)), alt)


def still_of_parts(parts: Sequence[str | Markup], alt: str, colors: Palette) -> Still:
    """Lines of text and HTML, one below the other, in the colours of the theme."""
    style = f"background:{colors.background};color:{colors.text};padding:16px;font:16px/1.7 {FONT}"
    lines = Markup("").join(Markup('<div style="overflow-wrap:anywhere">{}</div>').format(part) for part in parts)
    return Still(Markup('<div style="{}">{}</div>').format(style, lines), alt)


def colored_words(tokens: Sequence[tuple[str, float | None]], chosen: int, colors: Palette) -> Markup:
    """The words of a sentence, each coloured by the weight it gets.

    Args:
        tokens: each with its weight, None if it was left out.
        chosen: the place of the word that looks, which is framed.
    """
    words = []
    for place, (text, weight) in enumerate(tokens):
        style = f"outline:2px solid {colors.query};" if place == chosen else ""
        if weight is not None and weight >= 0.005:  # a smaller one is hardly seen, and would make a long text too long
            ink = colors.on_strong if weight > colors.strong else colors.on_weak
            style += f"background:{weight_color(weight, colors)};color:{ink};"
        word = Markup('<span style="padding:2px 5px;border-radius:4px;{}">{}</span>').format(style, text)
        words.append(word if style else text)
    return Markup(" ").join(words)


def image_of_heads(picture: str, shape: tuple[int, int], chosen: tuple[int, int], colors: Palette) -> Markup:
    """All heads as one image, the chosen one framed; arguments as in `components.heads_grid`."""
    left, top, width, height = (
        f"{100 * part:.2f}%" for part in (chosen[1] / shape[1], chosen[0] / shape[0], 1 / shape[1], 1 / shape[0])
    )
    return Markup(
        '<div style="position:relative;max-width:560px">'
        '<img src="{}" alt="" style="display:block;width:100%;image-rendering:pixelated">'
        '<div style="position:absolute;left:{};top:{};width:{};height:{};outline:3px solid {}"></div></div>'
    ).format(picture, left, top, width, height, colors.output)


def figure_link(link: str, figure: str, theme: str) -> str:
    """The address of a figure alone.

    Args:
        link: to its page.
        theme: "light" or "dark".
    """
    return f"{link}{'&' if '?' in link else '?'}figure={figure}&embed=true&embed_options={theme}_theme"


def embed_code(still: Still, source: Source, figure: str, title: str, theme: str) -> str:
    """HTML to paste into a page.

    Args:
        still: the figure as it stands.
        source: the view of the page that has the figure.
        figure: its name there.
        title: its name for people.
        theme: "light" or "dark".
    """
    code = Markup(
        '<figure style="margin: 1em 0" aria-label="{title}">\n'
        '<div role="button" tabindex="0" aria-label="{title}. {alt} Press to try it." data-live="{live}" '
        'style="cursor: pointer; text-align: left">{still}</div>\n'
        '<figcaption><b>Press the picture to try it.</b> “{title}”, from <a href="{link}">“{page}”</a>. '
        "Attention Playground {version}, {today}.</figcaption>\n"
        "<script>{script}</script>\n"
        "</figure>\n"
    )
    return str(
        code.format(
            title=title,
            alt=still.alt,
            live=figure_link(source.link, figure, theme),
            still=still.html,
            link=source.link,
            page=source.title,
            version=version(),
            today=today(),
            script=Markup(SCRIPT),
        )
    )
