"""Numbers and rows of weights in words: nothing said that the numbers do not say."""

import html
import re

import altair as alt
import numpy as np
import pandas as pd
import pytest
import vl_convert

from ui.kit.charts import share_in_words
from ui.kit.wording import listed, number, percent, rounded, weights_in_words

WORDS = ["the", "bank₁", "and", "bank₂", "of"]


@pytest.mark.parametrize(
    ("row", "said"),
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
def test_a_row_is_told_as_it_is_and_a_tie_is_no_ranking(row, said):
    assert weights_in_words(WORDS, np.array(row), 1) == said


def test_a_tie_is_one_even_when_rounding_parts_it():
    row = np.array([0.3, 0.35, 0, 0.35, 0], np.float32)
    row[3] = np.nextafter(row[3], np.float32(1))
    assert weights_in_words(WORDS, row, 1).startswith("“bank₁” looks equally at itself and “bank₂”")


@pytest.mark.parametrize(
    ("value", "decimals", "said"),
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
def test_a_number_keeps_four_digits_and_no_needless_exponent(value, decimals, said):
    assert number(value, decimals) == said


@pytest.mark.parametrize(
    ("share", "said"),
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
def test_all_and_nothing_are_said_of_all_and_nothing_alone(share, said):
    assert rounded(share) == said


def test_many_names_are_cut_and_the_last_of_them_counted():
    assert [listed(list("abcdef"[:n])) for n in (1, 2, 4, 6)] == ["a", "a and b", "a, b, c and d", "a, b, c and 3 more"]


@pytest.mark.parametrize("digits", [0, 1])
def test_a_chart_writes_a_share_as_the_page_does(digits):
    shares = [0, 2e-5, 4e-4, 0.0049, 0.0051, 0.0949, 0.1644, 0.4431, 0.9949, 0.9951, 0.9996, 1]
    text = alt.Chart(pd.DataFrame({"share": shares, "y": range(len(shares))})).mark_text()
    text = text.transform_calculate(said=share_in_words("datum.share", digits)).encode(y="y:O", text="said:N")
    drawn = vl_convert.vegalite_to_svg(text.to_json(), allowed_base_urls=[])
    written = [html.unescape(found) for found in re.findall(r">([^<]*%)</text>", drawn)]
    assert written == [percent(share, digits) for share in shares]
