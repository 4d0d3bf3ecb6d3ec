"""Numbers and rows of weights in words: nothing expected that the numbers do not say."""

import html
import re

import altair as alt
import numpy as np
import pandas as pd
import pytest
import vl_convert

from ui.kit import glossary
from ui.kit.charts import rounded_in_words, share_in_words
from ui.kit.wording import listed, number, percent, rounded, weights_in_words
from ui.shell.pages import PAGES

WORDS = ["the", "bank₁", "and", "bank₂", "of"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            [0.1, 0.5, 0.05, 0.3, 0.05],
            "“bank₁” looks most at itself (50\u202f%), then “bank₂” (30\u202f%) and “the” (10\u202f%).",
        ),
        ([0, 1, 0, 0, 0], "“bank₁” looks only at itself (100\u202f%)."),
        ([0, 0.5, 0, 0, 0], "Of what is shown, “bank₁” looks only at itself (50\u202f%)."),
        ([0.2, 0.1, 0, 0, 0], "Of what is shown, “bank₁” looks most at “the” (20\u202f%), then itself (10\u202f%)."),
        ([0, 0, 0, 0, 0], "“bank₁” looks at nothing that is shown."),
        (
            [0.2, 0.35, 0.1, 0.35, 0],
            "“bank₁” looks equally at itself and “bank₂” (35\u202f% each), then “the” (20\u202f%).",
        ),
        ([0.2] * 5, "“bank₁” looks equally at “the”, itself, “and” and 2 more (20\u202f% each)."),
    ],
)
def test_a_row_is_told_as_it_is_and_a_tie_is_no_ranking(row, expected):
    assert weights_in_words(WORDS, np.array(row), 1) == expected


KINGS = ["the", "king", "queen", "crown"]


@pytest.mark.parametrize(
    ("row", "key", "skipped", "expected"),
    [
        (
            [0.2, 0.4, 0.3, 0.1],
            2,
            (),
            "most at “queen” (30\u202f%), besides itself (40\u202f%); then “the” (20\u202f%).",
        ),
        (
            [0.5, 0.3, 0.15, 0.05],
            2,
            (0,),
            "most at “queen” (15\u202f%), besides the first token “the” (50\u202f%) and itself (30\u202f%).",
        ),
        (
            [0.6, 0.1, 0.3, 0],
            2,
            (0,),
            "most at “queen” (30\u202f%), besides the first token “the” (60\u202f%); then itself (10\u202f%).",
        ),
        ([0, 0.6, 0.4, 0], 2, (), "only at “queen” (40\u202f%), besides itself (60\u202f%)."),
        (
            [0.2, 0.4, 0.2, 0.2],
            0,
            (),
            "equally at “the”, “queen” and “crown” (20\u202f% each), besides itself (40\u202f%).",
        ),
        # another key than the one that is marked by itself: the sentence is about the largest weights
        ([0.2, 0.4, 0.3, 0.1], 0, (), "most at itself (40\u202f%), then “queen” (30\u202f%) and “the” (20\u202f%)."),
        # what would be <0.1 % is no place that a word looks at
        ([1e-4, 0.9997, 2e-4, 0], 2, (), "most at itself (>99.9\u202f%)."),
    ],
)
def test_the_reading_starts_with_what_is_marked_and_names_what_is_larger_after_it(row, key, skipped, expected):
    assert weights_in_words(KINGS, np.array(row), 1, "", key, skipped) == f"“king” looks {expected}"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([0.0002, 0.0002, 0, 0], "“king” gives >99.9\u202f% of its weight to [CLS] and [SEP], which are left out."),
        ([0.01, 0.02, 0.019, 0], "“king” gives 95\u202f% of its weight to [CLS] and [SEP], which are left out."),
        ([0, 0, 0, 0], "“king” gives 100\u202f% of its weight to [CLS] and [SEP], which are left out."),
        (
            [0.01, 0, 0.051, 0],
            "Without [CLS] and [SEP] (94\u202f%), “king” looks most at “queen” (5.1\u202f%), then “the” (1.0\u202f%).",
        ),
    ],
)
def test_no_word_is_named_where_nearly_all_weight_goes_to_what_is_left_out(row, expected):
    assert weights_in_words(KINGS, np.array(row), 1, "[CLS] and [SEP]") == expected


def test_a_tie_is_one_even_when_rounding_parts_it():
    row = np.array([0.3, 0.35, 0, 0.35, 0], np.float32)
    row[3] = np.nextafter(row[3], np.float32(1))
    assert weights_in_words(WORDS, row, 1).startswith("“bank₁” looks equally at itself and “bank₂”")


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (601_500.3, 0, "601500"),
        (12_345.6, 0, "12346"),
        (4_317_000.0, 0, "4.317 × 10⁶"),
        (1234.5678, 0, "1235"),
        (43.1289, 0, "43.13"),
        (43.1289, 4, "43.1289"),
        (0.00090443, 0, "0.0009044"),
        (0.00090443, 4, "0.0009044"),
        (0.000090443, 0, "9.044 × 10⁻⁵"),
        (-0.0, 0, "0"),
        (9999.96, 0, "10000"),
        (2.0, 4, "2"),
        (-np.inf, 0, "−∞"),
        (-2.5, 0, "−2.5"),
    ],
)
def test_a_number_keeps_four_digits_and_no_needless_exponent(value, decimals, expected):
    assert number(value, decimals) == expected


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (1.0, "100\u202f%"),
        (1 - 1e-7, "100\u202f%"),
        (0.99997, ">99.9\u202f%"),
        (0.99859, "99.9\u202f%"),
        (0.9949, "99\u202f%"),
        (0.095, "10\u202f%"),
        (0.037, "3.7\u202f%"),
        (0.0004, "<0.1\u202f%"),
        (0.0, "0.0\u202f%"),
    ],
)
def test_all_and_nothing_are_said_of_all_and_nothing_alone(share, expected):
    assert rounded(share) == expected


def test_many_names_are_cut_and_the_last_of_them_counted():
    assert [listed(list("abcdef"[:n])) for n in (1, 2, 4, 6)] == ["a", "a and b", "a, b, c and d", "a, b, c and 3 more"]


@pytest.mark.parametrize("digits", [0, 1])
def test_a_chart_writes_a_share_as_the_page_does(digits):
    shares = [0, 2e-5, 4e-4, 0.0049, 0.0051, 0.0949, 0.1644, 0.4431, 0.9949, 0.9951, 0.9996, 1]
    text = alt.Chart(pd.DataFrame({"share": shares, "y": range(len(shares))})).mark_text()
    text = text.transform_calculate(shown=share_in_words("datum.share", digits)).encode(y="y:O", text="shown:N")
    drawn = vl_convert.vegalite_to_svg(text.to_json(), allowed_base_urls=[])
    written = [html.unescape(found) for found in re.findall(r">([^<]*%)</text>", drawn)]
    assert written == [percent(share, digits) for share in shares]


def test_a_bar_writes_a_share_as_the_sentence_above_it_does():
    shares = [0, 2e-5, 4e-4, 0.0049, 0.0949, 0.0951, 0.1644, 0.4431, 0.9949, 0.9951, 0.9996, 1 - 1e-7, 1]
    text = alt.Chart(pd.DataFrame({"share": shares, "y": range(len(shares))})).mark_text()
    text = text.transform_calculate(shown=rounded_in_words("datum.share")).encode(y="y:O", text="shown:N")
    drawn = vl_convert.vegalite_to_svg(text.to_json(), allowed_base_urls=[])
    written = [html.unescape(found) for found in re.findall(r">([^<]*%)</text>", drawn)]
    assert written == [rounded(share) for share in shares]


def test_terms_are_marked_once_with_their_entry_and_all_else_stays_text():
    text = "<b>Heads</b> of a head, the query’s W_K & a subheading"
    marked = glossary.with_terms(text, "head", "query", "W_K", "softmax")
    assert html.unescape(re.sub("<[^>]+>", "", marked)) == text
    entries = [html.unescape(entry) for entry in re.findall('data-tip="([^"]*)"', marked)]
    assert entries == [glossary.TERMS[term] for term in ("head", "query", "W_Q, W_K, W_V, W_O")]
    assert [html.unescape(word) for word in re.findall(r"<button[^>]*>([^<]*)<", marked)] == ["Heads", "query", "W_K"]


def test_a_lead_mentions_the_terms_it_introduces():
    for page in PAGES:
        assert glossary.with_terms(page.lead, *page.terms).count("<button") == len(page.terms), page.name
