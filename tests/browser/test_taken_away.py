"""What a visitor takes away from the playground, in a real browser: the link to a view, and its files."""

import json
import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.xdist_group("playground")

CAT = "The%20cat%20sat%20on%20the%20mat%20because%20it%20was%20tired"
LINKS = {
    "signs, emoji, other scripts, markup": "& # = + % ' \" ? / \\ ; 100% of %20 %2B 🐈‍⬛ 🇫🇷 кот γάτα 猫が座った القط "
    "the cat <b>bold</b> <img src=x onerror=alert(1)> **cat** ![x](http://example.com/a.png) $x$ :red[dog] "
    "[y](javascript:alert(1))",
    "blanks, two dots, an equals sign, a number": "  ..the   =1+1  cat  007",
}


def test_a_link_shows_in_a_fresh_browser_what_its_sender_saw(visit):
    sender = visit("/?divisor=1&d=7&self=true&causal=true&q=1")
    receiver = visit("/")
    for text in LINKS.values():
        sender.type_sentence(text)
        receiver.open(sender.link)  # a new session on the server; the browser keeps nothing but files
        expect(receiver.sentence).to_have_value(text)
        expect(receiver.link_field).to_have_value(sender.server.url + sender.link)
        shown = sender.page.locator(".stMain").inner_text()
        expect(receiver.page.locator(".stMain")).to_have_text(shown, use_inner_text=True)
        made = ".stMain :is(img, b, i, em, strong, .katex, a[href^='javascript'])"
        expect(sender.page.locator(made)).to_have_count(0)


def test_what_is_taken_away_holds_the_sentence_and_the_same_numbers(visit, tmp_path):
    visitor = visit(f"/?s={CAT}&self=false&q=8&take=true")
    files = {}
    for name in ("Heatmap PNG", "Heatmap SVG", "Bars PNG", "Bars SVG", "CSV", "JSON", "NumPy code"):
        with visitor.page.expect_download() as download:
            visitor.page.get_by_role("button", name=name, exact=True).click()
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
    lines = [line for line in files["CSV"].read_text("utf-8-sig").splitlines() if not line.startswith("#")]
    assert len(lines) == 101
    assert "# sentence: The cat sat on the mat because it was tired" in files["CSV"].read_text("utf-8-sig")
    assert float(lines[1 + 7 * 10 + 1].split(",")[-1]) == document["weights"][7][1]
    printed = subprocess.run([sys.executable, files["NumPy code"]], capture_output=True, text=True, check=True).stdout
    shown = [float(line.split()[-1]) for line in printed.splitlines() if not line.startswith("Attention")]
    assert shown == [round(weight, 4) for row in document["weights"] for weight in row]


def test_the_link_can_be_drawn_as_squares_and_copied_and_the_page_says_so_only_when_it_was(visit):
    visitor = visit("/?q=4")
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.page.get_by_role("button", name="QR code").click()
    code = visitor.page.get_by_role("img", name="QR code of the link to this view")
    expect(code).to_be_visible()
    assert code.evaluate("image => image.naturalWidth") > 200
    visitor.page.keyboard.press("Escape")
    button, message = (
        visitor.page.get_by_role("button", name="Copy link"),
        visitor.page.locator(".st-key-link [role=status]"),
    )
    button.click()
    expect(message).to_have_text("Copied.")
    visitor.page.wait_for_function(
        "async link => await navigator.clipboard.readText() === link", arg=visitor.server.url + "/?q=4"
    )
    visitor.page.evaluate(
        """() => {
            navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed"));
            document.execCommand = () => false;
        }"""
    )
    button.click()
    expect(message).to_contain_text("did not copy")
    assert visitor.page.evaluate("(e => e.shadowRoot.activeElement.selectionEnd)(document.activeElement)") == len(
        visitor.server.url + "/?q=4"
    )
    visitor.context.clear_permissions()
