"""A figure for somebody else's page: a static picture in the code itself, which becomes live when it is pressed."""

from markupsafe import Markup

from ui.kit.citation import version

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
    figure.querySelector("b").remove();
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


def figure_link(link: str, figure: str, theme: str) -> str:
    """The address of a figure alone.

    Args:
        link: to its page.
        theme: "light" or "dark".
    """
    return f"{link}{'&' if '?' in link else '?'}figure={figure}&embed=true&embed_options={theme}_theme"


def embed_code(still: str, link: str, figure: str, caption: str, theme: str) -> str:
    """HTML to paste into a page.

    Args:
        still: the picture as it stands, SVG; "" for a box with the caption.
        link: to the view, on the page that has the figure.
        figure: its name there.
        caption: what it shows, in a sentence of plain text.
        theme: "light" or "dark".
    """
    box = Markup('<div style="border: 1px solid; padding: 3em 1em; text-align: center">{}</div>').format(caption)
    code = Markup(
        '<figure style="margin: 1em 0" aria-label="{caption}">\n'
        '<div role="button" tabindex="0" aria-label="{caption} Press to try it." data-live="{live}" '
        'style="cursor: pointer; overflow-x: auto">{still}</div>\n'
        "<figcaption><b>Press the picture to try it.</b> {caption} "
        '<a href="{link}">Attention Playground {version}</a>.</figcaption>\n'
        "<script>{script}</script>\n"
        "</figure>\n"
    )
    return str(
        code.format(
            caption=caption,
            live=figure_link(link, figure, theme),
            link=link,
            still=Markup(still) if still else box,
            version=version(),
            script=Markup(SCRIPT),
        )
    )
