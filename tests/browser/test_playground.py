"""The playground in a real browser: what only a browser can show."""

import json
import re
import subprocess
import sys
from urllib.parse import quote

import pytest

pytestmark = pytest.mark.xdist_group("playground")

CAT = "/?s=The%20cat%20sat%20on%20the%20mat%20because%20it%20was%20tired&self=false"


def cell(visit, row, column, n=7):
    return visit.page.locator("path[aria-roledescription='rect mark'][aria-label*=' looks at ']").nth(row * n + column)


def word(visit, text, occurrence=0):
    return visit.page.locator(f".st-key-raw-words button:text-is('{text}')").nth(occurrence)


def type_sentence(visit, text):
    visit.page.get_by_label("Sentence", exact=True).fill(text)
    visit.page.wait_for_timeout(400)
    visit.settle()


def fold(visit, title):
    visit.page.get_by_text(title).click()
    visit.settle()


def test_the_first_visit_shows_where_king_looks_before_anything_is_done(visit):
    first = visit("/")
    assert (
        first.reading == "“king” looks most at itself (44\u202f%), then “queen” (16\u202f%) and “kingdom” (15\u202f%)."
    )
    row = [first.weights[1, column] for column in range(7)]
    assert row == ["6.5%", "44.3%", "4.9%", "16.4%", "6.3%", "6.5%", "15.1%"]


def test_the_articles_figures_stand_on_the_page(visit):
    first = visit("/?self=false")
    assert (first.weights[6, 1], first.weights[6, 3], first.weights[3, 1]) == ("29.5%", "18.3%", "39.5%")
    second = visit(CAT + "&q=8&k=6&cell=true")
    assert (second.weights[7, 1], second.weights[7, 6], second.weights[7, 5]) == ("3.7%", "22.8%", "1.0%")
    assert "0.00955" in second.page.locator(".own .chain").inner_text()  # 0.955 %; the article cuts it to 0.9 %


def test_cells_bars_words_and_keys_all_choose_and_the_same_cell_can_be_chosen_twice(visit):
    one = visit("/")
    cell(one, 3, 1).click()
    one.settle()
    assert one.reading.startswith("“queen” looks most at itself")
    assert "q=4&k=2" in one.link
    word(one, "kingdom").click()
    one.settle()
    assert one.reading.startswith("“kingdom” looks")
    assert "q=7" in one.link
    assert "k=" not in one.link
    cell(one, 3, 1).click()
    one.settle()
    assert "q=4&k=2" in one.link
    one.page.locator(".stVegaLiteChart").nth(1).locator("path[aria-label*='looks at ruled']").click()
    one.settle()
    assert "q=4&k=5" in one.link
    word(one, "queen").focus()
    for key, expected in (("ArrowRight", "ruled"), ("ArrowRight", "the₂"), ("Home", "the₁"), ("ArrowLeft", "kingdom")):
        one.page.keyboard.press(key)
        one.settle()
        focused = one.page.evaluate("(e => e.shadowRoot?.activeElement ?? e)(document.activeElement).textContent")
        assert focused == expected
        assert one.reading.startswith(f"“{expected}” looks")


def test_the_page_follows_while_typing_and_no_letter_is_lost(visit):
    one = visit("/")
    field = one.page.get_by_label("Sentence", exact=True)
    field.fill("")
    field.press_sequentially("doctors help patients", delay=60)
    one.page.wait_for_timeout(500)
    one.settle()
    assert field.input_value() == "doctors help patients"
    assert one.reading.startswith("“help” looks")
    assert one.page.evaluate("document.activeElement.tagName") == "INPUT"


def test_back_and_forward_walk_through_the_words_that_were_chosen(visit):
    one = visit("/")
    for text in ("queen", "ruled"):
        word(one, text).click()
        one.settle()
    readings = [one.reading]
    for _ in range(2):
        one.page.go_back()
        one.settle()
        readings.append(one.reading)
    one.page.go_forward()
    one.settle()
    readings.append(one.reading)
    assert [reading.split()[0] for reading in readings] == ["“ruled”", "“queen”", "“king”", "“queen”"]


def test_a_hidden_cell_is_blank_and_a_visible_one_never_is(visit):
    one = visit("/?causal=true&s=the+sad+sad+happy+happy+king&divisor=1")
    fills = one.page.evaluate(
        """() => [...document.querySelectorAll('.st-key-raw-heat-room svg path[aria-label*=" look"]')]
            .map((cell) => [cell.getAttribute("aria-label").includes("may not look"), cell.getAttribute("fill")])"""
    )
    assert len(fills) == 36
    assert {fill for hidden, fill in fills if hidden} == {"#ffffff"}
    assert "#ffffff" not in {fill for hidden, fill in fills if not hidden}


@pytest.mark.parametrize("words", [30, 64])
def test_the_bars_of_a_long_sentence_end_above_what_follows(visit, words):
    one = visit("/?s=" + "+".join(["king"] * words))
    bars = one.page.locator(".st-key-raw-bars-room svg.marks").bounding_box()
    fold = one.page.locator(".stExpander").first.bounding_box()
    assert bars["y"] + bars["height"] <= fold["y"]


def test_a_preset_changes_sentence_and_switches_together(visit):
    one = visit("/")
    one.page.get_by_text("What is “it”?").click()
    one.settle()
    assert one.reading.startswith("“it” looks most at “because” (23\u202f%)")
    assert "self=false" in one.link
    assert not one.page.get_by_label("Self-attention").is_checked()


def test_a_cells_arithmetic_ends_in_the_weight_on_the_heatmap(visit):
    one = visit("/?cell=true&q=2&k=4")
    products = one.page.locator(".own table").nth(0).locator("tbody tr")
    rest = one.page.locator(".own details tbody tr")
    one.page.locator(".own summary").click()
    rows = [*products.all_inner_texts(), *rest.all_inner_texts()]
    numbers = [[float(x.replace("−", "-")) for x in row.split()] for row in rows]
    assert len(numbers) == 50
    assert all(abs(q * k - product) < 3e-4 for _, q, k, product in numbers)
    sizes = [abs(product) for *_, product in numbers]
    assert sizes == sorted(sizes, reverse=True)
    chain = [
        float(row.split()[-1].removesuffix("\u202f%").removesuffix("%").strip())
        for row in (text.replace("\u202f%", "") for text in one.page.locator(".own .chain tr").all_inner_texts())
    ]
    score, scaled, masked, exponential, weight, shown = chain
    assert score == pytest.approx(sum(product for *_, product in numbers), abs=3e-3)
    assert scaled == masked == pytest.approx(score / 50**0.5, abs=1e-4)
    row_sum = float(re.search(r"sum of these, ([\d.]+)", one.page.locator(".own .chain").inner_text()).group(1))
    assert weight == pytest.approx(exponential / row_sum, abs=1e-4)
    assert shown == pytest.approx(100 * weight, abs=5e-3)
    assert one.weights[1, 3] == f"{shown:.1f}%" == "16.4%"


LINKS = {
    "signs, emoji, other scripts": "& # = + % ' \" ? / \\ ; 100% of %20 %2B 🐈‍⬛ 🇫🇷 кот γάτα 猫が座った القط the cat",
    "markup": "<b>bold</b> <img src=x onerror=alert(1)> **cat** ![x](http://example.com/a.png) $x$ :red[dog] "
    "[y](javascript:alert(1))",
    "a number": "007",
    "two dots": "..the cat sat",
    "an equals sign": "=1+1 is two",
    "spaces": "  the   cat  ",
    "true": "true",
    "long": " ".join(["attention"] * 200)[:2000],
}


def test_a_link_shows_in_a_fresh_browser_what_its_sender_saw(visit):
    sender = visit("/?divisor=1&d=7&causal=true&q=1")
    receiver = visit("/")
    for text in LINKS.values():
        type_sentence(sender, text)
        link, said = sender.link, sender.page.locator(".stMain").inner_text()
        receiver.open(link)  # a new session on the server; the browser keeps nothing but files
        assert receiver.page.get_by_label("Sentence", exact=True).input_value() == text
        assert receiver.page.locator(".stMain").inner_text() == said
        assert receiver.link == link
        assert sender.page.locator(".stMain :is(img, b, i, em, strong, .katex, a[href^='javascript'])").count() == 0


def test_an_impossible_setting_in_a_link_is_ignored_or_refused_in_words(visit):
    one = visit("/")
    for query in ("d=0&q=-3&divisor=maybe", "d=x&q=1e9&self=&k=nan", "d=7&d=9&s=&cell=2"):
        one.open(f"/?{query}")
        assert one.page.locator(".stException").count() == 0
        assert one.page.locator(".say").count() >= 2


def test_a_long_text_is_one_image_with_the_chosen_rows_bars(visit):
    text = " ".join(f"the river number {i} flows past a stone bridge" for i in range(42))[:2000]
    one = visit(f"/?s={quote(text)}&q=3")
    assert one.page.locator(".stVegaLiteChart").count() == 2
    assert one.page.locator(".stVegaLiteChart").first.locator("path[aria-label*=' looks at ']").count() == 0
    before = one.reading
    word(one, "stone₆").click()
    one.settle()
    assert one.reading != before
    assert one.reading.startswith("“stone₆” looks")


def test_ten_thousand_pasted_characters_are_cut_to_the_fields_limit_and_the_page_says_so(visit):
    one = visit("/")
    type_sentence(one, "the cat sat on the mat " * 435)
    assert len(one.page.get_by_label("Sentence", exact=True).input_value()) == 2000
    assert "longer than 2,000 characters; the rest was cut" in one.page.locator(".stMain").inner_text()
    assert len(one.address) < 4000
    linked = visit("/?s=" + "a%20cat%20" * 1500)
    assert "longer than 2,000 characters" in linked.page.locator(".stMain").inner_text()


def test_what_is_taken_away_holds_the_sentence_and_the_same_numbers(visit, tmp_path):
    one = visit(CAT + "&q=8&take=true", accept_downloads=True)
    files = {}
    for name in ("Heatmap PNG", "Heatmap SVG", "Bars PNG", "Bars SVG", "CSV", "JSON", "NumPy code"):
        with one.page.expect_download() as download:
            one.page.get_by_role("button", name=name, exact=True).click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        files[name] = path
    assert files["Heatmap PNG"].read_bytes().startswith(b"\x89PNG")
    assert files["Heatmap PNG"].stat().st_size > 20_000
    for name in ("Heatmap SVG", "Bars SVG"):
        picture = files[name].read_text()
        assert "The cat sat on the mat because it was tired" in picture
        assert "self attention: off" in picture
        assert not re.search(r"(href|src)=\"http", picture)
    document = json.loads(files["JSON"].read_text())
    assert document["settings"]["sentence"] == "The cat sat on the mat because it was tired"
    assert document["settings"]["self_attention"] is False
    assert document["weights"][7][1] == pytest.approx(0.0367, abs=5e-5)
    assert document["masked"][7][7] is None
    lines = [line for line in files["CSV"].read_text().splitlines() if not line.startswith("#")]
    assert len(lines) == 101
    assert "# sentence: The cat sat on the mat because it was tired" in files["CSV"].read_text()
    assert float(lines[1 + 7 * 10 + 1].split(",")[-1]) == document["weights"][7][1]
    printed = subprocess.run([sys.executable, files["NumPy code"]], capture_output=True, text=True, check=True).stdout
    shown = [float(line.split()[-1]) for line in printed.splitlines() if not line.startswith("Attention")]
    assert shown == [round(weight, 4) for row in document["weights"] for weight in row]


def test_the_link_can_be_copied(visit):
    one = visit("/?q=4", permissions=["clipboard-read", "clipboard-write"])
    one.page.get_by_role("button", name="Copy link").first.click()
    assert one.page.evaluate("navigator.clipboard.readText()") == one.server.url + "/?q=4"
