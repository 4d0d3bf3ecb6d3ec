"""Waiting for the language model, with a line that says for what."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from ui.kit import components
from ui.kit.wording import counted
from ui.models import language_model
from ui.state import run_lock

POLL = 0.25  # seconds between two checks of the queue


def wait_for(key: tuple[Any, ...], compute: Callable[[], Any], activity: str) -> Any:
    """Have the language model's thread compute something, and show a line meanwhile; the run lock is free.

    Args:
        key: of the job; visitors who ask for the same share it, and its result is cached.
        activity: what the model does, for that line.

    Raises:
        Exception: what the computation raised.
    """
    place = st.empty()  # also where nobody waits, so that what stands below keeps its place
    if (cached := language_model.cached(key)) is not None:
        return cached
    with run_lock.released(), language_model.queue.job(key, compute) as job:
        while not job.done.wait(POLL):
            with place:
                components.text(waiting_text(language_model.queue.before(job), activity), "small", status=True)
    place.empty()
    return job.result()


def waiting_text(before: int, activity: str) -> str:
    """The sentence that a visitor reads while a computation is awaited.

    Args:
        before: the number of requests before this one.
        activity: what the model does then.
    """
    if not language_model.is_open():
        return "The language model is being opened. This takes some seconds, once for everybody."
    if before:
        return f"The model works for one visitor at a time: {counted(before, 'request')} before yours."
    return f"{activity} …"
