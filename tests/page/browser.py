"""Chromium, driven through chromedriver by the WebDriver protocol; nothing but the standard library."""

import base64
import json
import os
import shutil
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request

PATIENCE = 180  # seconds that the browser has for one command
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--force-device-scale-factor=1",
         "--window-size=1280,900"]
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class BrowserError(Exception):
    pass


class Browser:
    """Ends, with all that it has started, at the end of its `with`."""

    def __init__(self, chromium, chromedriver):
        self.chromium = chromium
        self.chromedriver = chromedriver

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="pcsim-page-")
        self.driver = subprocess.Popen([self.chromedriver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                       text=True, start_new_session=True, env={**os.environ, "HOME": self.folder})
        try:
            self.base = f"http://127.0.0.1:{self.port()}"
            options = {"binary": self.chromium, "args": [*FLAGS, f"--user-data-dir={self.folder}/profile"]}
            capabilities = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
            session = self.call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
            self.base += f"/session/{session['sessionId']}"
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            if "/session/" in getattr(self, "base", ""):
                self.call("DELETE", "")
        except (BrowserError, OSError):
            pass
        finally:
            try:
                os.killpg(self.driver.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.driver.wait()
            self.driver.stdout.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def port(self):
        for line in self.driver.stdout:
            if "started successfully on port" in line:
                return int(line.rstrip(".\n").split()[-1])
        raise BrowserError(f"{self.chromedriver} does not start")

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise BrowserError(error.read().decode(errors="replace")[:1000]) from None

    def protocol(self, command, **parameters):
        """A command of Chromium's own protocol."""
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def open(self, path):
        self.call("POST", "/url", {"url": "file://" + urllib.request.pathname2url(os.path.abspath(path))})
        self.settle()

    def run(self, script, *arguments):
        """The value of a function body in the page."""
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def settle(self):
        """Returns when what was asked for is drawn."""
        self.call("POST", "/execute/async", {
            "script": "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()));", "args": []})

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0]).textContent", selector)

    def box(self, selector):
        """Where an element is in the window: left, top, width, height."""
        return self.run("const b = document.querySelector(arguments[0]).getBoundingClientRect();"
                        "return [b.left, b.top, b.width, b.height]", selector)

    def messages(self):
        """What the page has said on the console since the last call."""
        return [f"{entry['level']}: {entry['message']}" for entry in self.call("POST", "/se/log", {"type": "browser"})]

    def act(self, *sources):
        self.call("POST", "/actions", {"actions": list(sources)})
        self.call("DELETE", "/actions")
        self.settle()

    def hover(self, x, y):
        """Leaves the pointer there."""
        self.call("POST", "/actions", {"actions": [pointer(move(x, y))]})
        self.settle()

    def click(self, x, y, kind="mouse"):
        self.act(pointer(move(x, y), {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}, kind=kind))

    def drag(self, x, y, to_x, to_y):
        steps = [move(x + (to_x - x) * i / 5, y + (to_y - y) * i / 5) for i in range(1, 6)]
        self.act(pointer(move(x, y), {"type": "pointerDown", "button": 0}, *steps, {"type": "pointerUp", "button": 0}))

    def wheel(self, x, y, by, key=None):
        pause = {"type": "pause", "duration": 0}
        wheel = {"type": "wheel", "id": "wheel", "actions": [
            pause, {"type": "scroll", "x": int(x), "y": int(y), "deltaX": 0, "deltaY": by, "origin": "viewport"}, pause]}
        keys = {"type": "key", "id": "keys", "actions": [
            {"type": "keyDown", "value": key}, pause, {"type": "keyUp", "value": key}]}
        self.act(wheel, *([keys] if key else []))

    def keys(self, *values):
        actions = [{"type": kind, "value": value} for value in values for kind in ("keyDown", "keyUp")]
        self.act({"type": "key", "id": "keys", "actions": actions})

    def media(self, scheme):
        self.protocol("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.settle()

    def size(self, width, height, mobile=False):
        self.protocol("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)
        self.protocol("Emulation.setTouchEmulationEnabled", enabled=mobile)
        self.settle()

    def screenshot(self, path):
        size = self.protocol("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        picture = self.protocol("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture))


def move(x, y):
    return {"type": "pointerMove", "duration": 0, "x": int(x), "y": int(y), "origin": "viewport"}


def pointer(*actions, kind="mouse"):
    return {"type": "pointer", "id": kind, "parameters": {"pointerType": kind}, "actions": list(actions)}
