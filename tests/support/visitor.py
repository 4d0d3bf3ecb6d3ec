"""A visitor without a browser: speaks Streamlit's websocket protocol, so that a server can be measured by many at once.

A rerun is what a click costs: the widget's new value goes to the server, the script runs, its elements come back.
"""

import asyncio
import json
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import websockets
from streamlit.components.v2.bidi_component.constants import EVENT_DELIM
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.session_state import STREAMLIT_INTERNAL_KEY_PREFIX


@dataclass
class Visitor:
    """One open page.

    Attributes:
        url: of the server, http://host:port.
        query: the page's query string, without "?".
        page: the page's path, without "/"; "" for the first page.
        widgets: the latest element of each widget, by its id.
        fragments: of each widget that stands in a fragment, that fragment, which its change runs alone.
        timer: the fragment that the page wants to be run again and again; "" for none.
        faults: what went wrong.
    """

    url: str
    query: str = ""
    page: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    widgets: dict[str, Any] = field(default_factory=dict)
    fragments: dict[str, str] = field(default_factory=dict)
    values: dict[str, tuple[str, Any]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    received: int = 0
    timer: str = ""

    async def open(self) -> float:
        """Connect and run the page, with the values set before if the connection was cut; the seconds it took."""
        address = urlsplit(self.url)
        self.socket = await websockets.connect(
            f"ws://{address.netloc}/_stcore/stream",
            origin=self.url,
            subprotocols=["streamlit"],
            additional_headers=self.headers,
            max_size=None,
            compression=None,
        )
        self.page_hash = ""
        self.known: set[str] = set()
        return await self.rerun()

    async def close(self) -> None:
        """Leave."""
        await self.socket.close()

    @property
    def link(self) -> str:
        """The link that the page offers."""
        return str(json.loads(self.widgets[self.widget("run-ended")].json)["link"])

    def widget(self, key: str) -> str:
        """The id of the widget with this key.

        Raises:
            KeyError: the page has none.
        """
        for name in self.widgets:
            if name.endswith(f"-{key}"):
                return name
        raise KeyError(key)

    async def set(self, key: str, kind: str, value: Any) -> float:
        """Change a widget, wait for the page; the seconds it took.

        Args:
            kind: the field of WidgetState that holds the value, such as bool_value.
        """
        widget = self.widget(key)
        self.values[widget] = (kind, value)
        return await self.rerun(self.fragments.get(widget, ""))

    async def choose_word(self, place: Any) -> float:
        """Press a word of the sentence, counted from 0, wait for the page; the seconds it took.

        Raises:
            KeyError: the page has no sentence.
        """
        if not (widget := self._sentence()):
            raise KeyError("words")
        pressed = WidgetState(
            id=f"{STREAMLIT_INTERNAL_KEY_PREFIX}_{widget}{EVENT_DELIM}events",
            json_trigger_value=json.dumps([{"event": "pick", "value": place}]),
        )
        return await self.rerun(self.fragments[widget], pressed=pressed)

    def has_words(self) -> bool:
        """Whether the page has a sentence to choose a word of."""
        return bool(self._sentence())

    def _sentence(self) -> str:
        ours = (name for name, content in self.widgets.items() if isinstance(content, BidiComponent))
        return next((name for name in ours if name.endswith(("-words", "-words-1"))), "")

    async def go_back(self, query: str) -> float:
        """What the browser asks for when its Back leads to this query string; the seconds it took."""
        self.query = query
        return await self.rerun(back=True)

    async def rerun(self, fragment: str = "", *, back: bool = False, pressed: WidgetState | None = None) -> float:
        """Ask for a run with the current values and wait for its end; the seconds it took.

        Args:
            fragment: that runs; "" for the whole page.
            back: whether the browser's Back asks.
            pressed: what was pressed, which counts for this run alone.
        """
        message = BackMsg()
        request = message.rerun_script
        request.fragment_id, request.is_history_navigation = fragment, back
        request.query_string = self.query
        request.page_script_hash = self.page_hash
        if not self.page_hash:
            request.page_name = self.page
        request.cached_message_hashes.extend(self.known)
        for name, (kind, value) in self.values.items():
            state = request.widget_states.widgets.add(id=name)
            if kind.endswith("array_value"):
                getattr(state, kind).data.extend(value)
            else:
                setattr(state, kind, value)
        if pressed:
            request.widget_states.widgets.append(pressed)
        start = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        while True:
            data = await asyncio.wait_for(self.socket.recv(), 60)
            self.received += len(data)
            answer = ForwardMsg.FromString(data)
            match answer.WhichOneof("type"):
                case "new_session":
                    self.session = answer.new_session.initialize.session_id
                    self.page_hash = answer.new_session.page_script_hash
                    self._begin()
                case "navigation":  # the page that the address meant, as a browser remembers it
                    self.page_hash = answer.navigation.page_script_hash
                case "page_info_changed":
                    self.query = answer.page_info_changed.query_string
                case "auto_rerun":
                    self.timer = answer.auto_rerun.fragment_id
                case "delta":
                    self._note(answer)
                case "script_finished":
                    if answer.script_finished in (
                        ForwardMsg.FINISHED_SUCCESSFULLY,
                        ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
                    ):
                        return time.perf_counter() - start
                    if answer.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                        self.faults.append("compile error")
                        return time.perf_counter() - start

    async def download(self, file: str) -> str:
        """Have a file made, by the id that its button gives; its address.

        Raises:
            RuntimeError: it could not be made.
        """
        message = BackMsg()
        request = message.backend_operation_request
        request.request_id, request.session_id, request.deferred_file.file_id = file, self.session, file
        await self.socket.send(message.SerializeToString())
        while True:
            message = ForwardMsg.FromString(await asyncio.wait_for(self.socket.recv(), 60))
            if message.WhichOneof("type") == "backend_operation_response":
                answer = message.backend_operation_response
                if answer.error_msg:
                    raise RuntimeError(answer.error_msg)
                return answer.deferred_file.url

    def _begin(self) -> None:
        """A run begins; it may break off and begin anew before it ends."""

    def _note(self, message: ForwardMsg) -> None:
        if message.metadata.cacheable:
            self.known.add(message.hash)
        if message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            kind = element.WhichOneof("type")
            content = getattr(element, kind)
            if kind == "exception":
                self.faults.append(content.message)
        else:
            content = message.delta.add_block  # a fold is one
        if name := getattr(content, "id", ""):
            self.widgets[name] = content
            self.fragments[name] = message.delta.fragment_id


def run(work: Coroutine) -> Any:
    """Run a coroutine to its end, in a thread of its own: Playwright may have an event loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
