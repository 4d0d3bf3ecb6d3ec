"""A visitor without a browser who reads what the page says."""

import html

from tests.support.visitor import Visitor


class Reader(Visitor):
    """A visitor who reads: `text` is all the text of the last run."""

    async def __aenter__(self) -> "Reader":
        await self.open()
        return self

    async def __aexit__(self, *_) -> None:
        await self.close()

    def _begin(self) -> None:
        self.text = ""

    def _note(self, message) -> None:
        super()._note(message)
        if message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            content = getattr(element, element.WhichOneof("type"))
            parts = [str(getattr(content, name, "")) for name in ("body", "message", "stack_trace")]
            if not parts[0].startswith("<style>"):  # of which a large one is sent once
                self.text += html.unescape("".join(parts))
