"""The arithmetic of one cell, on every page that shows it: the printed numbers give the printed weight."""

import html
import re

import numpy as np
import pytest

from tests.support.page import html_of
from ui.models import loaders
from ui.state.table import FINISHED

pytestmark = pytest.mark.xdist_group("next_word")  # the language model is opened once

CAT = "The cat sat on the mat because it was tired"
IT = {"s": CAT, "self": "false", "q": "8"}
MORE_PLACES = ((1, 3, 2), (5, 6, 1), (6, 12, 6))
RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def value(printed: str) -> float:
    """A number as a page prints it: 22.064, −1.5, 9.172 × 10⁻⁹."""
    mantissa, _, power = printed.replace("−", "-").partition(" × 10")
    return float(mantissa) * 10.0 ** int(power.translate(RAISED) or 0)


def chain(test) -> tuple[float, float, float, float]:
    """The exponential, the sum over the row, the weight, and the weight in percent, as the page prints them."""
    assert not test.exception
    table = next(part for part in html_of(test).split('<table class="chain numbers">') if "the weight<" in part)
    lines = [tuple(map(html.unescape, row)) for row in re.findall("<tr><td>(.*?)</td><td>(.*?)</td></tr>", table)]
    power = next(right for left, right in lines if left.endswith("e to the power of that"))
    left, weight = next(line for line in lines if "the sum of these over the row" in line[0])
    percent = dict(lines)["the weight"].strip("<>%\u202f")
    return value(power), value(left.removeprefix("÷ ").partition(",")[0]), value(weight), float(percent)


def check(test) -> float:
    """The printed weight, if a pocket calculator comes to it; each number has at least four digits.

    Raises:
        AssertionError: it does not.
    """
    power, total, weight, percent = chain(test)
    assert power / total == pytest.approx(weight, rel=2e-3), (power, total, weight)
    assert 100 * weight == pytest.approx(percent, abs=0.11)
    return weight


@pytest.mark.parametrize("marks", ["true", "false"])
@pytest.mark.parametrize("noself", ["true", "false"])
@pytest.mark.parametrize(
    ("layer", "head", "key"),
    [(4, 2, 2), (1, 3, 7), *(pytest.param(*place, marks=pytest.mark.nightly) for place in MORE_PLACES)],
)
def test_in_minilm_whatever_is_left_out_of_the_map(app, layer, head, key, marks, noself):
    where = {**IT, "l": str(layer), "h": str(head), "k": str(key), "icell": "true"}
    weight = check(app("inside_a_transformer", **where, marks=marks, noself=noself))
    row = np.array(loaders.minilm().read(CAT).layers[layer - 1].weights[head - 1][8])  # "it", behind [CLS]
    if noself == "true":
        row /= 1 - row[8]
    assert weight == pytest.approx(row[key], rel=2e-3)


@pytest.mark.parametrize("divisor", ["0", "0.25", "1", "30"])
@pytest.mark.parametrize("causal", ["true", "false"])
def test_on_word_vectors_with_any_divisor(app, divisor, causal):
    for key in (1, 2, 7):
        check(app(**IT | {"self": "true"}, k=str(key), divisor=divisor, causal=causal, cell="true"))


@pytest.mark.parametrize("sentence", ["king " * 3 + "queen", "the 2007 2008 2009"])
def test_on_word_vectors_where_the_exponentials_overflow_or_nearly_do(app, sentence):
    for key in (1, 4):
        check(app(s=sentence, self="true", q="4", k=str(key), divisor="0.25", cell="true"))


@pytest.mark.parametrize("head", ["Head 1", "Head 2"])
def test_in_taught_heads(app, head):
    where = {"task": "Happy or not", "s": "The soup was not good", "layers": "1", "nh": "2", "hd": head}
    for key in (1, 4):
        check(app("teach_it", **where, q="5", k=str(key), trained=str(FINISHED), tcell="true"))


@pytest.mark.parametrize("without_first", ["true", "false"])
@pytest.mark.parametrize(("layer", "head"), [(24, 5), (14, 9), (1, 1)])
def test_in_the_language_model_with_and_without_the_first_token(app, smollm2, layer, head, without_first):
    where = {"text": CAT, "wq": "8", "wl": str(layer), "wh": str(head), "nofirst": without_first, "wcell": "true"}
    row = smollm2.read(CAT).layers[layer - 1].weights[head - 1][7]
    for key in (2, 8):
        whole = 1 - row[0] if without_first == "true" else 1
        assert check(app("next_word", **where, wk=str(key))) == pytest.approx(row[key - 1] / whole, rel=3e-3)
