"""A person at a browser: fills in forms, presses buttons, and looks whether each page is fit to be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from playwright.sync_api import BrowserContext, Locator, Page, Response


class Walk:
    """One person's way through the pages, leaving a picture of each in ``pictures``.

    Every page shown is checked: it answers with success, has the person's language and its direction, does not
    scroll sideways, shows no text that was forgotten in a template, and breaks no rule of its own security policy.
    """

    def __init__(
        self, context: BrowserContext, origin: str, *, language: str, pictures: Path | None, width: int
    ) -> None:
        if pictures is not None:
            pictures.mkdir(parents=True, exist_ok=True)
        self._page: Page = context.new_page()
        self._origin = origin
        self._language = language
        self._direction = "rtl" if language in ("ug", "kk-Arab") else "ltr"
        self._pictures = pictures
        self._width = width
        self._complaints: list[str] = []
        self._page.on("console", lambda said: self._complaints.append(said.text) if said.type == "error" else None)
        self._page.on("pageerror", lambda error: self._complaints.append(str(error)))
        self._page.on("requestfailed", lambda request: self._complaints.append(request.url))

    def open(self, address: str, picture: str, *, own: bool = True) -> Page:
        """Go to ``address`` (a path of the body, or a whole URL); ``own`` pages speak the person's language."""
        answer = self._page.goto(address if "://" in address else f"{self._origin}{address}")
        return self._look(answer, picture, own=own)

    def send(
        self, action: str, picture: str, *, fill: Mapping[str, str] | None = None, choose: Sequence[str] = ()
    ) -> Page:
        """Fill in the one form whose address contains ``action``, press its button, and look at what comes.

        ``fill`` gives fields their text, ``choose`` names radio buttons, checkboxes and options as ``field=value``.
        """
        form = self._page.locator(f"form[action*='{action}']")
        assert form.count() == 1, f"{form.count()} forms {action} on {self._page.url}"
        self._unfold(form)
        for name, text in (fill or {}).items():
            form.locator(f"[name='{name}']").fill(text)
        for choice in choose:
            self._choose(form, *choice.split("=", 1))
        with self._page.expect_navigation() as arriving:
            form.locator("button").first.click()
        return self._look(arriving.value, picture)

    def _unfold(self, form: Locator) -> None:
        folded = form.locator("xpath=ancestor::details[not(@open)] | .//details[not(@open)]")
        while folded.count():
            folded.first.locator("> summary").click()

    def _choose(self, form: Locator, name: str, value: str) -> None:
        box = form.locator(f"input[name='{name}'][value='{value}']")
        if box.count():
            box.check()
        else:
            form.locator(f"select[name='{name}']").select_option(value)

    def _look(self, answer: Response | None, picture: str, *, own: bool = True) -> Page:
        page = self._page
        assert answer is not None and answer.ok, f"{page.url}: {answer and answer.status}\n{page.inner_text('body')}"
        if self._pictures is not None:
            page.screenshot(path=self._pictures / f"{self._language}-{picture}.png", full_page=True)
        if own:
            said = page.evaluate("[document.documentElement.lang, document.documentElement.dir]")
            assert said == [self._language, self._direction], (page.url, said)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= self._width, f"{page.url} is {wide} px wide on a screen of {self._width}"
        text = page.inner_text("body")
        for forgotten in ("%(", "{{", "None", "\ufffd"):
            assert forgotten not in text, (forgotten, page.url, text)
        assert self._complaints == [], (page.url, self._complaints)
        return page
