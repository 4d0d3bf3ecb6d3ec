"""The log: a JSON object a line, with times and places, and never a word of a visitor's."""

import json
import logging

import pytest

from ui import log


@pytest.fixture
def lines(caplog):
    """What was logged, line by line."""
    caplog.set_level(logging.INFO)
    return lambda: [json.loads(record.getMessage()) for record in caplog.records]


def test_a_run_is_logged_with_its_page_and_its_milliseconds(app, lines):
    app(s="a confidential sentence")
    runs = [line for line in lines() if line["event"] == "run"]
    assert runs[0]["page"] == "playground"
    assert 0 < runs[0]["milliseconds"] < 60_000
    assert set(runs[0]) == {"time", "level", "event", "page", "milliseconds"}
    assert "confidential" not in json.dumps(lines())


def test_a_run_that_a_newer_one_overtook_says_so(lines):
    with pytest.raises(KeyboardInterrupt), log.run("playground"):
        raise KeyboardInterrupt
    assert lines()[0]["cut"] is True


@pytest.mark.parametrize("message", ["a secret: %s", "a secret: put together already"])
def test_what_others_log_keeps_its_place_and_loses_its_text(lines, message):
    try:
        raise ValueError("a secret in an exception")
    except ValueError as error:
        logging.getLogger("streamlit.anything").error(message, *["a secret"][: message.count("%s")], exc_info=error)
    (line,) = lines()
    assert line["event"] == "streamlit.anything"
    assert line["at"].startswith("test_log.py:")
    assert line["exception"] == "ValueError"
    assert line["through"][0].partition(":")[0].endswith("test_log.py")
    assert line.get("template") == (message if "%s" in message else None)
    assert "put together" not in json.dumps(line)
    assert json.dumps(line).count("secret") == (1 if "%s" in message else 0)


def test_a_message_that_is_no_text_is_logged_all_the_same(lines):
    logging.getLogger("anything").warning({"a": "secret"})
    logging.getLogger("anything").error("%s", "secret", exc_info=True)
    assert [line["level"] for line in lines()] == ["warning", "error"]
    assert "secret" not in json.dumps(lines())
