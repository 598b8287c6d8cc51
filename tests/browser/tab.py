"""A browser tab on the portal, and all that passed through it: requests, answers, websocket frames, complaints."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import ConsoleMessage, Locator, Page, Response, WebSocket, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

# The address and the menu's title of each page, and the question it puts as its heading.
PATHS = {
    "Overview": "/",
    "Trends": "/trends",
    "Compare": "/compare",
    "Escalation": "/escalation",
    "Did it work?": "/did-it-work",
    "Involved again": "/involved-again",
    "Returns": "/returns",
    "Send a return": "/send-a-return",
    "About the figures": "/about-the-figures",
    "Who looked": "/who-looked",
}
QUESTIONS = {
    "Overview": "Are our safeguarding procedures working?",
    "Trends": "What changed over time?",
    "Compare": "Which schools differ by more than chance?",
    "Escalation": "Was every incident escalated that the guidance says to escalate?",
    "Did it work?": "Did it work? Before and after a change of procedure",
    "Involved again": "Are the same children involved again within a year?",
    "Returns": "Returns: who has sent what?",
    "Send a return": "Send a return",
    "About the figures": "About the figures",
    "Who looked": "Who looked at us, and why?",
}
CHOOSER = "Who is looking?"
CHARTS = '[data-testid="stVegaLiteChart"]'
LONG_ENOUGH = 2000  # hundredths of a second for a choice to reach the figures
TALL = 4000  # pixels; a longer page is cut in its picture

# What browsers say that is no fault of the portal. Streamlit asks for its health below the page's own path before it
# asks at the root (streamlit/streamlit#7074).
ALLOWED = (re.compile(r"/[a-z-]+/_stcore/(health|host-config)$"),)

SETTLED = """() => {
    const app = document.querySelector('[data-testid="stApp"]');
    if (!app || app.dataset.testScriptState !== 'notRunning' || !document.querySelector('h1')) return false;
    if (document.querySelector('[data-testid="stSkeleton"], [data-stale="true"]')) return false;
    const charts = [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')];
    return charts.every(chart => chart.querySelector('svg .mark-group.role-frame'));
}"""


class Tab:
    """One tab. `runs` counts finished runs of the script; `complaints` holds errors, the allowed ones left out."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.requests: list[str] = []
        self.sockets: list[str] = []
        self.received: list[bytes] = []
        self.complaints: list[str] = []
        self.runs = 0
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("response", self._answered)
        page.on("websocket", self._connected)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _connected(self, socket: WebSocket) -> None:
        self.sockets.append(socket.url)
        socket.on("framereceived", self._took)

    def _took(self, frame: str | bytes) -> None:
        content = frame if isinstance(frame, bytes) else frame.encode()
        self.received.append(content)
        self.runs += ForwardMsg.FromString(content).WhichOneof("type") == "script_finished"

    def _answered(self, response: Response) -> None:
        """Keep what the server sent besides its own scripts and fonts."""
        if response.ok and "/static/" not in response.url:
            self.received.append(response.url.encode())

    def _said(self, message: ConsoleMessage) -> None:
        place = message.location.get("url", "")
        if message.type == "error" and not any(allowed.search(place) for allowed in ALLOWED):
            self.complaints.append(f"{message.text} ({place})")

    # -- moving -----------------------------------------------------------------------------------------------

    def open(self, title: str, *, person: str | None, **parameters: str) -> Tab:
        """Open a page by its address, as a link or a bookmark would."""
        query = urlencode({**({"as": person} if person else {}), **parameters})
        self.page.goto(f"{self.address}{PATHS[title]}?{query}")
        return self.settle()

    def settle(self) -> Tab:
        """Wait until the script has run and everything is drawn."""
        self.page.wait_for_function(SETTLED)
        return self

    def go(self, title: str) -> Tab:
        """Open a page from the menu."""
        self.page.get_by_test_id("stTopNavLink").filter(has_text=re.compile(f"^{re.escape(title)}$")).click()
        self.asks(QUESTIONS[title])
        return self.settle()

    def asks(self, question: str) -> Tab:
        """Wait for a page's heading."""
        expect(self.page.locator("h1")).to_have_text(question)
        return self

    def choose(self, label: str, option: str) -> Tab:
        """Choose in a filter, and wait until the page follows."""
        box, before = self.filter(label), self.runs
        box.click()
        self.page.get_by_role("option", name=option, exact=True).click()
        expect(box).to_have_value(option)
        for _ in range(LONG_ENOUGH):  # the page itself shows only a moment later that it waits
            if self.runs > before:
                break
            self.page.wait_for_timeout(10)
        return self.settle()

    def filter(self, label: str) -> Locator:
        """The box of a filter."""
        return self.page.get_by_test_id("stSelectbox").filter(has_text=label).get_by_role("combobox")

    def press(self, button: str) -> Tab:
        """Press a button of the page."""
        self.page.get_by_role("button", name=button, exact=True).click()
        return self

    def tick(self, option: str) -> Tab:
        """Choose one of a few options that stand on the page."""
        self.page.get_by_text(option, exact=True).click()
        return self

    def unfold(self) -> Tab:
        """Open everything that is folded away."""
        for summary in self.page.locator('[data-testid="stExpander"] summary').all():
            if summary.evaluate("one => !one.parentElement.open"):
                summary.click()
        return self.settle()

    # -- reading ----------------------------------------------------------------------------------------------

    @property
    def words(self) -> str:
        """All that the page says to those who see it."""
        return self.page.get_by_test_id("stApp").inner_text()

    @property
    def everything(self) -> bytes:
        """The whole document and all that the server sent to this tab."""
        return b"\n".join([self.page.content().encode(), *self.received])

    @property
    def first_sentence(self) -> str:
        """What stands right under the heading."""
        return self.page.locator("xpath=//h1/following::p[1]").inner_text()

    def picture(self, path: Path) -> None:
        """Save the page as a picture, all of it: Streamlit scrolls inside the window, so the window is made as tall."""
        usual = self.page.viewport_size
        height = self.page.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollHeight")
        path.parent.mkdir(parents=True, exist_ok=True)
        if usual and height > usual["height"]:
            self.page.set_viewport_size({"width": usual["width"], "height": min(height + 60, TALL)})
            self.settle()
        self.page.screenshot(path=path, animations="disabled")
        if usual:
            self.page.set_viewport_size(usual)
