"""A figure for somebody else's page: a static picture in the code itself, which becomes live when it is clicked."""

from markupsafe import Markup

HEIGHT = 640  # pixels of the frame, until the figure says how tall it is

# The picture costs its reader nothing; the frame is made at the first click, or at Enter.
SCRIPT = """(figure => {
  const picture = figure.querySelector("[role=button]");
  const open = () => {
    const frame = document.createElement("iframe");
    Object.assign(frame, { src: picture.dataset.live, title: picture.ariaLabel, height: HEIGHT });
    frame.style = "width: 100%; border: 0";
    addEventListener("message", event => {
      const tall = event.source === frame.contentWindow && event.data?.type === "attention-playground-height";
      if (tall) frame.height = event.data.height;
    });
    picture.replaceWith(frame);
  };
  picture.onclick = open;
  picture.onkeydown = event => event.key === "Enter" && open();
})(document.currentScript.parentElement);""".replace("HEIGHT", str(HEIGHT))


def figure_link(link: str, figure: str) -> str:
    """The address of a figure alone, from the link to its page."""
    return f"{link}{'&' if '?' in link else '?'}figure={figure}&embed=true"


def embed_code(svg: str, link: str, figure: str, caption: str) -> str:
    """HTML to paste into a page.

    Args:
        svg: the picture as it stands.
        link: to the view, on the page that has the figure.
        figure: its name there.
        caption: what it shows, in a sentence of plain text.
    """
    code = Markup(
        '<figure style="margin: 1em 0">\n'
        '<div role="button" tabindex="0" aria-label="{caption} Press to make it live." data-live="{live}" '
        'style="cursor: pointer; overflow-x: auto">{svg}</div>\n'
        '<figcaption>{caption} <a href="{link}">Open it</a> in Attention Playground.</figcaption>\n'
        "<script>{script}</script>\n"
        "</figure>\n"
    )
    return str(
        code.format(
            caption=caption,
            live=figure_link(link, figure),
            link=link,
            svg=Markup(svg),
            script=Markup(SCRIPT),
        )
    )
