"""Inside a transformer, in a real browser: choosing a head by click and key, its link, a phone."""

import pytest

pytestmark = pytest.mark.xdist_group("inside")

CAT = "/inside_a_transformer?s=The%20cat%20sat%20on%20the%20mat%20because%20it%20was%20tired&self=false&q=8"


def head(visit, layer, number):
    return visit.page.locator(".st-key-heads [role=radio]").nth(12 * (layer - 1) + number - 1)


def title(visit):
    return visit.settle().page.locator(".stMain h2").inner_text()


def focused(visit):
    return visit.page.evaluate("(e => e.shadowRoot?.activeElement ?? e)(document.activeElement).ariaLabel")


def test_clicks_keys_and_lists_choose_a_head_and_its_link_restores_all(visit):
    one = visit(CAT)
    assert one.reading == "“it” looks most at “cat” (68\u202f%), then “mat” (11\u202f%) and [CLS] (11\u202f%)."
    assert one.weights[8, 2] == "68.3%"
    picture = one.page.locator(".st-key-heads img")
    assert picture.count() == 1
    assert picture.get_attribute("src").startswith("data:image/png;base64,")
    assert len(picture.get_attribute("src")) < 20_000  # all 72 maps
    assert one.page.locator(".stVegaLiteChart").count() == 5  # two of the head, three beside raw vectors

    one.page.get_by_text("Which head sends this weight?").click()
    one.settle()
    one.page.locator(".st-key-found [role=radio]", has_text="Layer 6, head 5").click()
    assert title(one) == "Layer 6, head 5"
    assert "k=2" in one.link  # the pair that was ranked stays chosen

    head(one, 4, 2).click()
    assert title(one) == "Layer 4, head 2"
    assert "“it” looks most at “cat” (49\u202f%)" in one.reading
    for key, expected in (
        ("ArrowRight", "Layer 4, head 3"),
        ("ArrowDown", "Layer 5, head 3"),
        ("Home", "Layer 5, head 1"),
        ("ArrowLeft", "Layer 5, head 12"),
        ("ArrowUp", "Layer 4, head 12"),
    ):
        one.page.keyboard.press(key)
        assert title(one) == expected
        assert focused(one).startswith(expected)

    one.page.locator(".st-key-named [role=radio]", has_text="the word before").click()
    assert title(one) == "Layer 1, head 3"
    one.page.locator(".st-key-nocls label").click()
    one.settle()
    assert "Renormalised: [CLS] hidden" in one.page.locator(".say.notice").first.inner_text()
    assert one.weights[8, 0] == "hidden"

    link, said = one.link, one.page.locator(".stMain").inner_text()
    assert "l=1&h=3&nocls=true&ifind=true" in link
    fresh = visit(link)
    assert fresh.page.locator(".stMain").inner_text() == said
    assert fresh.link == link


def test_each_head_is_large_enough_to_tap_on_a_phone(visit):
    one = visit(CAT, viewport={"width": 390, "height": 800}, is_mobile=True, has_touch=True)
    assert head(one, 1, 1).bounding_box()["width"] >= 24
