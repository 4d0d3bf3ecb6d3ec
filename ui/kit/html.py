"""HTML that is safe by its type: whatever is put into it is escaped, unless it is Markup already."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

Cell = str | Markup | tuple[str | Markup, str]  # the text, or the text and the class of its cell


def table(head: Sequence[Cell], rows: Iterable[Sequence[Cell]], css_class: str = "") -> Markup:
    """A table; plain text in it is escaped.

    Args:
        head: of each column; none for a table without a heading.
        css_class: of the table.
    """
    heading = Markup("<thead><tr>{}</tr></thead>").format(_cells("th", head)) if head else Markup("")
    body = Markup("").join(Markup("<tr>{}</tr>").format(_cells("td", row)) for row in rows)
    opening = Markup('<table class="{}">').format(css_class) if css_class else Markup("<table>")
    return opening + heading + Markup("<tbody>{}</tbody></table>").format(body)


def _cells(tag: str, cells: Sequence[Cell]) -> Markup:
    """The cells of a row. An empty heading is a plain cell: a heading must say something."""
    parts = []
    for cell in cells:
        text, css_class = cell if isinstance(cell, tuple) else (cell, "")
        name = "td" if tag == "th" and not text else tag
        opening = Markup('<{} class="{}">').format(name, css_class) if css_class else Markup("<{}>").format(name)
        parts.append(opening + escape(text) + Markup("</{}>").format(name))
    return Markup("").join(parts)
