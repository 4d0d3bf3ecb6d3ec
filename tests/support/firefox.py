"""Firefox by its own protocol, WebDriver BiDi (w3.org/TR/webdriver-bidi): a websocket, and no driver in between."""

import contextlib
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

QUIET = {  # no page of its own, and no host asked but the one a test opens
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.safebrowsing.downloads.remote.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.getAddons.cache.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.enabled": False,
}


class Firefox:
    """A headless Firefox with one window.

    Attributes:
        faults: errors that pages wrote into the console.
        asked: the address of every request.
    """

    def __init__(self, program: str):
        self.held = contextlib.ExitStack()
        profile = Path(self.held.enter_context(tempfile.TemporaryDirectory()))
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in QUIET.items()]
        (profile / "user.js").write_text("".join(lines))
        command = [program, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
        environment = os.environ | {"HOME": str(profile), "MOZ_CRASHREPORTER_DISABLE": "1"}
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.held.callback(self._end)
        self.number, self.faults, self.asked = 0, [], []
        try:
            connection = connect(f"{self._address(profile)}/session", max_size=None, open_timeout=60)
            self.socket = self.held.enter_context(connection)
            self("session.new", capabilities={})
            self("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
            self.window = self("browsingContext.getTree")["contexts"][0]["context"]
        except BaseException:
            self.stop()
            raise

    @staticmethod
    def _address(profile: Path) -> str:
        """Firefox writes the port it has chosen into its profile."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, ValueError, KeyError):
                message = json.loads((profile / "WebDriverBiDiServer.json").read_text())
                return f"ws://{message['ws_host']}:{message['ws_port']}"
            time.sleep(0.1)
        raise TimeoutError("Firefox did not start")

    def __call__(self, method: str, **parameters: Any) -> dict:
        """Ask for something and wait for the answer."""
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv(timeout=60))
            if message.get("method") == "network.beforeRequestSent":
                self.asked.append(message["params"]["request"]["url"])
            elif message.get("method") == "log.entryAdded" and message["params"]["level"] == "error":
                self.faults.append(message["params"]["text"])
            elif message.get("id") == self.number:
                if message["type"] == "error":
                    raise RuntimeError(f"{message['error']}: {message['message']}")
                return message["result"]

    def open(self, address: str) -> None:
        """Go to a page."""
        self("browsingContext.navigate", context=self.window, url=address, wait="complete")

    def run(self, expression: str) -> Any:
        """The value of an expression in the page; text, a number or a truth."""
        answer = self("script.evaluate", expression=expression, target={"context": self.window}, awaitPromise=True)
        if answer["type"] == "exception":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return answer["result"].get("value")

    def wait(self, expression: str, seconds: float = 40) -> None:
        """Until an expression is true."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.run(expression):
                return
            time.sleep(0.1)
        raise TimeoutError(f"{expression} never came true; the page says: {self.run('document.body.innerText')[:2000]}")

    def keys(self, text: str) -> None:
        """Press keys one after the other."""
        presses = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        source = {"type": "key", "id": "keyboard", "actions": presses}
        self("input.performActions", context=self.window, actions=[source])

    def _end(self) -> None:
        self.process.terminate()
        self.process.wait(30)

    def stop(self) -> None:
        """End it and clear up."""
        self.held.close()
