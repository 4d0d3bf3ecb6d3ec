"""The pretrained transformer's heads on the page: all at a glance, one large, ranked, and set beside each other."""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import streamlit as st

from attention_core import inside
from attention_core.alignment import align_to_pieces
from attention_core.bert import Reading, UnfitSentence
from attention_core.examples import PRESETS
from attention_core.files import DamagedData
from attention_core.inside import Taming
from attention_core.maps import by_words, favourite
from attention_core.ranking import rank
from attention_core.steps import Walk, walk
from attention_core.text import number_repeats
from ui import state
from ui.kit import components, export, figures
from ui.kit.palette import Palette, along
from ui.kit.wording import listed, percent, quoted, rounded
from ui.map import cell as cells
from ui.map import compare, files, panel
from ui.map.view import Choice, View, choose, chosen, in_words, raw_view
from ui.models import loaders
from ui.shell import errors, pages, sentence_input

MODEL = "MiniLM-L6 (all-MiniLM-L6-v2)"
ONE, MEAN, ROLLOUT = "One head", "Mean of a layer", "Rollout"
MOST_PIXELS = 64  # of a map in the picture of all heads, which shows it about so large
CAT = "The cat sat on the mat because it was tired"
PARTNERS = {preset.sentence: preset.partner for preset in PRESETS}

_grid = st.components.v2.component("heads", js=components.source("heads.js"), css=components.source("heads.css"))


@dataclass(frozen=True)
class Inside:
    """What the page shows.

    Attributes:
        text: the sentence.
        reading: what the model made of it.
        layer, head: the chosen one, from 0.
        of: one of ONE, MEAN, ROLLOUT.
        taming: what is hidden.
        view: the map shown, of word pieces.
        choice: the chosen query and key in it.
        left: (n,) how much of each row was left when the hidden tokens were taken out.
    """

    text: str
    reading: Reading
    layer: int
    head: int
    of: str
    taming: Taming
    view: View
    choice: Choice
    left: np.ndarray

    @property
    def name(self) -> str:
        """What the map shows, for headings."""
        return map_name(self.of, self.layer, self.head)


def map_name(of: str, layer: int, head: int) -> str:
    """What a map shows."""
    if of == ROLLOUT:
        return "Rollout through all layers"
    return f"Mean of the 12 heads of layer {layer + 1}" if of == MEAN else head_name(layer, head)


def head_name(layer: int, head: int) -> str:
    """A head as people count it, from 1."""
    return f"Layer {layer + 1}, head {head + 1}"


def choose_head(layer: int, head: int, of: str = ONE) -> None:
    """Choose a head, or with MEAN its layer; for callbacks."""
    state.set_values({"l": layer + 1, "h": head + 1, "of": of})


def controls() -> None:
    """What is shown and what is hidden."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.segmented_control(
            "Show", [ONE, MEAN, ROLLOUT], default=state.default("of"), required=True, **state.widget_args("of")
        )
        st.toggle("Hide [CLS]", **state.widget_args("nocls"))
        st.toggle("Hide [SEP]", **state.widget_args("nosep"))
        st.toggle("Hide self", **state.widget_args("noself"))
        st.slider("Top share of each row", 5, 100, 100, 5, format="%d %%", width=220, **state.widget_args("top"))


def subject() -> Inside:
    """The shared sentence inside the model, as the controls say.

    Raises:
        UnfitSentence: there is no word in it, or it is too long.
    """
    text = state.sentence()
    try:
        reading = loaders.reading(text)
    except UnfitSentence:
        raise
    layer, head = state.index_of("l", len(reading.layers)), state.index_of("h", len(reading.layers[0].q))
    taming = Taming(state.get("nocls"), state.get("nosep"), state.get("noself"), int(state.get("top")) / 100)
    view, left = view_of(text, reading, state.get("of"), layer, head, taming)
    return Inside(text, reading, layer, head, state.get("of"), taming, view, chosen(view), left)


def view_of(text: str, reading: Reading, of: str, layer: int, head: int, taming: Taming) -> tuple[View, np.ndarray]:
    """One map of the model, and how much of each row was left after hiding."""
    tokens = [readable(piece) for piece in reading.tokens.pieces]
    n = len(tokens)
    settings = {
        "sentence": text,
        "model": MODEL,
        "shows": map_name(of, layer, head).lower(),
        "hidden": f"{listed(hidden(taming))} (the rest renormalised)" if taming.hides else "nothing",
        "top_share_of_each_row": percent(taming.share),
    }
    common = {
        "tokens": tokens,
        "words": list(zip(tokens, range(n), strict=True)),
        "settings": settings,
        "numbers": numbers(text),
        "aside": (0, n - 1),
    }
    if of != ONE:
        whole = inside.mean_of_layer(reading, layer) if of == MEAN else inside.rolled_out(reading)
        weights, left = taming.of(whole)
        return View(weights=weights, **common), left
    did = reading.layers[layer]
    attention, left = inside.one_head(did, head, taming)
    q, k, v = did.q[head], did.k[head], did.v[head]
    visible = np.isfinite(attention.masked)

    def walk_from(row: int) -> Walk:
        return walk(q[row], k, v, visible[row])  # of every weight, drawn or cut off

    return View(
        weights=attention.weights,
        visible=visible,
        stages=attention,
        walk=walk_from,
        code=lambda: export.head_code(tokens, q, k, v, visible, settings, taming.share),
        **common,
    ), left


def readable(piece: str) -> str:
    """A word piece for people: a dot in front of one that goes on with the word before it."""
    return "·" + piece[2:] if piece.startswith("##") else piece


@lru_cache(maxsize=8)
def numbers(text: str) -> list[int]:
    """The number that stands for each word piece in q and k of the link.

    A word that GloVe knows has the number it has on the pages about GloVe, so that a chosen word stays chosen from page
    to page. The highest are [SEP] and [CLS], and below them what GloVe does not know.
    """
    sentence, tokens = loaders.taken_apart(text), loaders.minilm().tokens(text)
    n, top = len(tokens.ids), state.MAX_TOKENS
    known: dict[int, int] = {0: top - 1, n - 1: top}
    for ours, pieces in align_to_pieces(sentence.tokens, text, tokens):
        for place, token in enumerate(ours):
            if sentence.places[token] is not None:
                known.setdefault(pieces[min(place, len(pieces) - 1)], sentence.places[token] + 1)
    rest = [piece for piece in range(n) if piece not in known]
    known.update({piece: top - 1 - len(rest) + place for place, piece in enumerate(rest)})
    return [known[piece] for piece in range(n)]


@lru_cache(maxsize=16)
def glance(text: str, taming: Taming, colors: Palette) -> str:
    """The picture of all heads, as an address."""
    pixels = inside.all_heads(loaders.reading(text), taming, MOST_PIXELS)
    return figures.address_of(pixels, [colors.background] + [along(colors.weights, i / 254) for i in range(255)])


def at_a_glance(shown: Inside) -> None:
    """All heads in one picture to choose from, and beside it those worth a look."""
    labels, n_heads = shown.view.labels, len(shown.reading.layers[0].q)

    def choose(place: int) -> None:
        choose_head(*divmod(place, n_heads), MEAN if shown.of == MEAN else ONE)

    left, right = st.columns([8, 5], gap="medium")
    with left:
        components.text("All 72 heads: a row is a layer, a column a head", "heading")
        titles = [
            f"{head_name(layer, head)}: most weight goes to {labels[place]}"
            for (layer, head), place in np.ndenumerate(inside.strongest(shown.reading))
        ]
        data = {
            "layers": len(shown.reading.layers),
            "heads": n_heads,
            "chosen": [shown.layer, shown.head],
            "rows": {MEAN: [shown.layer], ROLLOUT: list(range(len(shown.reading.layers)))}.get(shown.of, []),
            "picture": glance(shown.text, shown.taming, components.palette()),
            "titles": titles,
            "label": "All heads: choose one. Arrow keys move between heads and layers",
            "mark": components.palette().output,
        }
        _grid(key="heads", data=data, on_pick_change=components.pick_callback("heads", choose))
        components.text(
            "Each small map is the sentence looking at itself: a row for each token that looks, a column for each that "
            f"is looked at, all on one scale. Choose {'a layer' if shown.of == MEAN else 'one'} by click or arrow key. "
            "A stripe down the left edge is weight that goes to [CLS], a slanting line goes to a neighbour.",
            "small",
        )
    with right:
        worth_a_look(shown)


def pick_from(
    shown: Inside,
    lines: Sequence[tuple[str, str, tuple[int, int, float]]],
    key: str,
    label: str,
    keep: Callable[[], None] | None = None,
) -> None:
    """A list of heads to choose from.

    Args:
        lines: of each a name, a value, and layer, head (from 0) and share.
        keep: called before another head is shown, to hold fast what may not change with it.
    """

    def choose(place: int) -> None:
        if keep:
            keep()
        choose_head(*lines[place][2][:2])

    chosen = (shown.layer, shown.head) if shown.of == ONE else None
    rows = [(name, value, share, (layer, head) == chosen) for name, value, (layer, head, share) in lines]
    components.radio_list(rows, key=key, on_pick=choose, label=label, role="output")


def worth_a_look(shown: Inside) -> None:
    """The heads whose use was measured."""
    try:
        found = loaders.heads_worth_a_look()
    except DamagedData as error:
        components.text(str(error), "notice")
        return
    components.text("What single heads look at", "heading")
    lines = [
        (
            one.name,
            f"L{one.layer + 1} H{one.head + 1}: {percent(one.share)} (others {percent(one.others)})",
            (one.layer, one.head, one.share),
        )
        for one in found
    ]
    pick_from(shown, lines, "named", "Heads whose use was measured: choose one")
    counts = [one.count for one in found]
    components.text(
        f"Measured: the mean weight that the head sends there, and that the other heads send there, over {min(counts)} "
        f"to {max(counts):,} cases in sentences that took no part in choosing it.",
        "small",
    )


def large(shown: Inside) -> None:
    """The chosen map, with everything that a map can be asked."""
    st.header(shown.name, anchor=False)
    if shown.text != CAT:
        label = "The case that raw vectors fail: it → cat"
        st.button(label, on_click=show_cat, key="show-it", type="tertiary", icon=":material/arrow_forward:")
    renormalised(shown)
    panel.look(shown.view, shown.choice, "head", opens="icell")
    aside(shown)


def renormalised(shown: Inside) -> None:
    """Say what is hidden, and how much of the chosen row that was."""
    taming, query = shown.taming, shown.choice.query
    if taming.hides:
        left = float(shown.left[query])
        components.text(
            f"Renormalised: {listed(hidden(taming))} hidden. {percent(1 - left, 1)} of the weight of "
            f"{quoted(shown.view.labels[query])} went there; the other {percent(left, 1)} are divided by "
            "their sum. The model itself saw everything.",
            "notice",
        )
    if taming.share < 1:
        weights = shown.view.weights
        components.text(
            f"Of each row only the largest weights, as many as it takes to make up {percent(taming.share)} of it: "
            f"{np.count_nonzero(weights):,} of {weights.size:,}. The others are drawn as 0.",
            "notice",
        )


def marked(shown: Inside) -> None:
    """Say once more, beside other maps of the same head, what is hidden in them."""
    if shown.taming.hides:
        components.text(f"Renormalised: {listed(hidden(shown.taming))} hidden here too.", "notice")


def hidden(taming: Taming) -> list[str]:
    """What is hidden, in words."""
    every = (("[CLS]", taming.start), ("[SEP]", taming.end), ("each token itself", taming.itself))
    return [name for name, is_hidden in every if is_hidden]


def aside(shown: Inside) -> None:
    """What has to be known to read the map."""
    view, (query, key) = shown.view, shown.choice
    labels = view.labels
    if shown.of == ROLLOUT:
        components.text(
            "Rollout multiplies the layers’ mean maps, half of each replaced by “stays where it is” for the residual "
            "connection. It says how much of each column’s token would be in the row’s token at the end, if attention "
            "were all that mixes them (Abnar & Zuidema 2020).",
            "small",
        )
    elif len(labels) > 3 and not shown.taming.hides and shown.taming.share == 1:
        looking = quoted(labels[query])
        others, most = inside.sent_by_others(view.weights, query, key)
        components.text(
            f"{labels[query]} → {labels[key]}: {rounded(float(view.weights[query, key]))}. The other tokens of the "
            f"sentence send {rounded(others)} there on average"
            + (
                f", {most} of {len(labels) - 2} more than anywhere else: not only {looking} looks there."
                if most
                else "."
            ),
            "small",
        )
    pieces = shown.reading.tokens.pieces
    start, end = (np.mean([layer.weights[:, :, at].mean() for layer in shown.reading.layers]) for at in (0, -1))
    said = (
        "[CLS] and [SEP] are the model’s own marks for start and end; heads with nothing to find tend to park their "
        f"weight on such marks (Clark et al. 2019). Here all 72 send {rounded(float(start))} to [CLS] and "
        f"{rounded(float(end))} to [SEP] on average."
    )
    if any(piece.startswith("##") for piece in pieces):
        said += " A word the model does not know whole comes in pieces; a dot marks one that goes on."
    if "[UNK]" in pieces:
        said += " [UNK] stands for what it does not know even in pieces, such as an emoji."
    components.text(said, "small")


def note() -> None:
    """What attention weights do not say."""
    st.markdown(
        "A map shows where a head looks, not why the model answers as it does. Whether weights explain an answer is "
        "disputed: [Jain & Wallace 2019](https://arxiv.org/abs/1902.10186) found very different weights that give the "
        "same one; [Wiegreffe & Pinter 2019](https://arxiv.org/abs/1908.04626) ask for a fairer test."
    )


def cell(shown: Inside) -> None:
    """The arithmetic of the chosen weight."""
    if shown.of != ONE:
        components.text("A blend of several heads has no arithmetic of its own. Choose one head above.")
        return
    if not shown.left[shown.choice.query]:
        components.text("Everything this token could look at is hidden.")
        return
    components.text(
        "The first token gives this head’s query, the second its key, 32 numbers each; the next part shows how they "
        f"come from what layer {shown.layer + 1} was given.",
        "small",
    )
    cells.cell(shown.view, shown.choice, "head")
    view, (query, key) = shown.view, shown.choice
    if view.weights[query, key] == 0 < view.walk(query).weights[key]:
        components.text(
            f"The map draws it as 0: it is not among the largest weights that make up {percent(shown.taming.share)} of "
            "the row.",
            "small",
        )


def beside_raw(shown: Inside) -> dict[str, figures.Picture]:
    """The same words on raw vectors and here, and the difference: the pictures to take away, if there are any."""
    components.text("These switches act on the raw vectors only:", "small")
    sentence_input.draw_switches()
    try:
        raw = raw_view(state.switches())
    except errors.VISITOR_ERRORS as error:
        components.text(errors.message_for(error), "notice")
        return {}
    pairs = loaders.known_to_both(shown.text, shown.reading.tokens)
    if not pairs:
        components.text("No word of this sentence is known to both.", "notice")
        return {}
    places, pieces, words = zip(*pairs, strict=True)
    query, key = (next((i for i, group in enumerate(pieces) if token in group), -1) for token in shown.choice)
    missing = [token for token, word in ((shown.choice.query, query), (shown.choice.key, key)) if word < 0]
    first, second = (in_words(view, list(groups), words) for view, groups in ((raw, places), (shown.view, pieces)))
    marked(shown)
    if shown.taming.share < 1:
        components.text(
            f"As above, only what makes up {percent(shown.taming.share)} of each row; what is cut off counts as 0.",
            "small",
        )
    if not missing:
        components.text(
            f"{first.labels[query]} → {first.labels[key]}: {rounded(first.weights[query, key])} raw, "
            f"{rounded(second.weights[query, key])} here."
        )
    else:
        missing = listed([quoted(shown.view.labels[at]) for at in missing])
        components.text(f"Raw vectors have nothing for {missing}: choose a word that GloVe knows for a comparison.")
    pictures = compare.compare(
        first, second, Choice(query, key), "raw", ("Raw GloVe", shown.name, "This minus raw, in points")
    )
    components.text(
        "Both by words, in GloVe’s spelling. A word that the model reads in pieces looks as its pieces do on average, "
        "and is looked at as much as they are together."
        + (f" {sent_elsewhere(shown, first.labels[query], query, list(pieces))}" if query >= 0 else ""),
        "small",
    )
    if unknown := sentence_input.unknown_words():
        components.text(unknown, "notice")
    return {"words": pictures["second"], "difference": pictures["difference"]} if pictures else {}


def sent_elsewhere(shown: Inside, word: str, query: int, pieces: list[list[int]]) -> str:
    """What a word sends to where raw vectors cannot follow, in a sentence; nothing if that is nothing.

    Args:
        word, query: the word, and its position among those that both models know.
        pieces: of each of these.
    """
    whole = shown.view
    if shown.taming.share < 1:  # what that cuts off went to words as well
        taming = replace(shown.taming, share=1)
        whole, _ = view_of(shown.text, shown.reading, shown.of, shown.layer, shown.head, taming)
    rest = float(1 - by_words(whole.weights, pieces)[query].sum())
    where = [name for name, hidden in (("[CLS]", shown.taming.start), ("[SEP]", shown.taming.end)) if not hidden]
    if sum(map(len, pieces)) < len(whole.labels) - 2:
        where.append("what raw vectors do not know")
    return f"{quoted(word)} sends {rounded(rest)} to {listed(where)}." if rest > 5e-4 and where else ""


def find(shown: Inside) -> None:
    """All heads, ranked by the weight they give the chosen pair."""
    view = shown.view
    query, key = (view.labels[place] for place in shown.choice)
    cells.choose_key(view, shown.choice, "find")
    ranked = inside.heads_for_pair(shown.reading, *shown.choice)
    components.text(
        f"{query} → {key}: {head_name(*ranked[0][:2]).lower()} sends most, {percent(ranked[0][2], 1)}"
        f"{rank_of_shown(ranked, shown)}"
    )
    ranked_list(ranked, shown, "found", "weight", lambda: choose(view, *shown.choice))


def rank_of_shown(ranked: Sequence[tuple[int, int, float]], shown: Inside) -> str:
    """Which place of a ranking the head shown has, as the end of a sentence about the first."""
    if shown.of != ONE:  # the map above is a blend of several
        return "."
    place = next(i for i, (layer, head, _) in enumerate(ranked) if (layer, head) == (shown.layer, shown.head))
    if not place:
        return ". It is the head shown above."
    here = head_name(shown.layer, shown.head).lower()
    return f"; {here} is number {place + 1} of {len(ranked)} with {percent(ranked[place][2], 1)}."


def ranked_list(
    ranked: Sequence[tuple[int, int, float]],
    shown: Inside,
    key: str,
    what: str,
    keep: Callable[[], None] | None = None,
) -> None:
    """A ranking, to choose from."""
    lines = [(head_name(layer, head), percent(share, 1), (layer, head, share)) for layer, head, share in ranked]
    with st.container(height=330, border=False):
        pick_from(shown, lines, key, f"Heads ranked by {what}: choose one", keep)
    components.text("By the weights that the model computed, nothing hidden.", "small")


def show_cat() -> None:
    """The article's hard case: where does "it" look? For callbacks."""
    state.set_values({"s": CAT, "s2": "", "q": 8, "k": 2, "self": False, "of": ONE})


def two_sentences(shown: Inside) -> None:
    """The same head on two sentences that differ in a word."""
    suggestion = PARTNERS.get(shown.text, shown.text)
    field, button = st.columns([3, 1], vertical_alignment="bottom")
    with field:
        typed = st.text_input(
            "The other sentence", placeholder=suggestion, live="300ms", autocomplete="off", **state.widget_args("s2")
        )
    with button:
        st.button("Show me tired and soft", on_click=show_cat, key="show-cat")
    text = str(typed or "").strip()[: state.MAX_CHARACTERS] or suggestion
    if text == shown.text:
        if typed:
            components.text("Both sentences are the same: change a word in the field above.")
        else:
            write = {"on_click": state.set_values, "args": ({"s2": shown.text},), "key": "start-from-mine"}
            st.button("Start from my sentence, and change a word in it", **write)
        return
    if not typed:
        components.text("Compared with the sentence in grey: type over it, or change a word.", "small")
    with errors.show_errors():
        beside(shown, text, loaders.reading(text))


def beside(shown: Inside, text: str, other: Reading) -> None:
    """Two sentences of equally many words, the same map of both, and what differs."""
    words = [one.tokens.labels for one in (shown.reading, other)]
    if words[0] == words[1]:
        components.text("To the model both sentences are the same: change a word in the field above.")
        return
    if len(words[0]) != len(words[1]):
        components.text(
            f"The sentences have {len(words[0]) - 2} and {len(words[1]) - 2} words, punctuation marks counted. With "
            "equally many, their maps can be laid over each other."
        )
        return
    marked(shown)
    groups = [one.tokens.groups for one in (shown.reading, other)]
    query, key = (next(i for i, group in enumerate(groups[0]) if token in group) for token in shown.choice)
    second_view, _ = view_of(text, other, shown.of, shown.layer, shown.head, shown.taming)
    labels = [a if a == b else f"{a} / {b}" for a, b in zip(*words, strict=True)]
    first, second = (
        in_words(view, group, labels) for view, group in zip((shown.view, second_view), groups, strict=True)
    )
    mine, theirs = words
    names = [" ".join(a for a, b in zip(*pair, strict=True) if a != b) for pair in ((mine, theirs), (theirs, mine))]
    looking = first.labels[query]
    favourites = [
        number_repeats(words)[favourite(one.weights[query], [query, 0, len(labels) - 1])]
        for one, words in ((first, mine), (second, theirs))
    ]
    told = (
        f"most at {quoted(favourites[0])} with “{names[0]}”, most at {quoted(favourites[1])} with “{names[1]}”"
        if favourites[0] != favourites[1]
        else f"most at {quoted(favourites[0])}, with “{names[0]}” as with “{names[1]}”"
    )
    components.text(f"{shown.name}. Of all words, {quoted(looking)} looks {told}:")
    most = rank(np.maximum(first.weights[query], second.weights[query]))[:4]
    rows = "".join(
        f"<tr><td>{html.escape(looking)} → {html.escape(first.labels[place])}</td>"
        + "".join(f"<td>{html.escape(rounded(one.weights[query, place]))}</td>" for one in (first, second))
        + f"<td>{points(second.weights[query, place] - first.weights[query, place])}</td></tr>"
        for place in most
    )
    heads = "".join(f"<th>{html.escape(name)}</th>" for name in (*names, "change, in points"))
    components.show_html(f"<table class=chain><thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table>")
    compare.compare(
        first, second, Choice(query, key), "two", (f"… {names[0]}", f"… {names[1]}", "Second minus first, in points")
    )
    ranked = inside.heads_that_notice(shown.reading, other, query, (groups[0], groups[1]))
    components.text("Which heads notice the change?", "heading")
    components.text(
        f"In the other sentence {head_name(*ranked[0][:2]).lower()} sends {percent(ranked[0][2], 1)} of the weight of "
        f"{quoted(looking)} elsewhere, more than any other head{rank_of_shown(ranked, shown)}"
    )
    ranked_list(ranked, shown, "noticed", "how much of the row moves")


def points(difference: float) -> str:
    """A difference of two shares in points, with its sign: −3.8."""
    return f"{round(100 * difference, 1) or 0.0:+.1f}".replace("-", "−").replace("+0.0", "0.0")


def take_away(shown: Inside, compared: dict[str, figures.Picture]) -> None:
    """Pictures, numbers, code and link of the map shown, and the pictures beside raw vectors."""
    files.take_away(shown.view, shown.choice, pages.link("inside_a_transformer"), "head", compared)
