"""HTML that is safe by its type: whatever is put into it is escaped, unless it is Markup already."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

Cell = str | Markup | tuple[str | Markup, str]  # the text, or the text and the class of its cell


def table(
    head: Sequence[Cell], rows: Iterable[Sequence[Cell]], css_class: str = "", *, named_rows: bool = False
) -> Markup:
    """A table; plain text in it is escaped.

    Args:
        head: of each column; none for a table without a heading.
        css_class: of the table.
        named_rows: whether the first cell of a row is its heading.
    """
    heading = Markup("<thead><tr>{}</tr></thead>").format(_cells("col", head)) if head else Markup("")
    names = int(named_rows)
    body = "".join(f"<tr>{_cells('row', row[:names])}{_cells('', row[names:])}</tr>" for row in rows)
    opening = Markup('<table class="{}">').format(css_class) if css_class else Markup("<table>")
    return opening + heading + Markup(f"<tbody>{body}</tbody></table>")


def wide(table: Markup, css_class: str = "") -> Markup:
    """A table that scrolls sideways where it has no room.

    Args:
        css_class: of what it stands in, beside "wide".
    """
    return Markup('<div class="{}" tabindex="0">{}</div>').format(f"wide {css_class}".strip(), table)


def _cells(heading_of: str, cells: Sequence[Cell]) -> Markup:
    """The cells of a row.

    Args:
        heading_of: what they are headings of, "col" or "row"; "" of nothing. An empty heading is a plain cell: a
            heading must say something.
    """
    parts = []
    for cell in cells:
        text, css_class = cell if isinstance(cell, tuple) else (cell, "")
        tag = "th" if heading_of and text else "td"
        scope = f' scope="{heading_of}"' if tag == "th" else ""
        named = f' class="{escape(css_class)}"' if css_class else ""
        parts.append(f"<{tag}{scope}{named}>{escape(text)}</{tag}>")  # in a third of the time of Markup.format
    return Markup("".join(parts))
