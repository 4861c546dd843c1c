"""The demonstration in a process of its own, and people who walk through it in browsers without script."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urljoin

import httpx

from tests.forms import forms_of
from tests.servers import free_port
from tests.site import CODE, PASSWORD, SITI


@dataclass
class Demo:
    process: subprocess.Popen[str]
    told: str

    def url(self, label: str) -> str:
        found = re.search(rf"^  {label}.*?(http://\S+)$", self.told, re.M)
        assert found, self.told
        return found[1]


@contextmanager
def started(folder: Path) -> Iterator[Demo]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GAPURA_")}
    environment |= {"GAPURA_SERVER__PORT": str(free_port()), "GAPURA_IDP__ARGON2_MEMORY_KIB": "7168", "GAPURA_IDP__ARGON2_TIME": "1"}
    command = [sys.executable, "-m", "hub.cli", "serve", "--demo"]
    root = Path(__file__).parents[2]
    environment["PYTHONPATH"] = str(root)
    process = subprocess.Popen(command, env=environment, cwd=folder, stdout=subprocess.PIPE, text=True)
    watch = threading.Timer(150, process.kill)
    watch.start()
    lines: list[str] = []
    try:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        watch.cancel()
        yield Demo(process, "".join(lines))
    finally:
        watch.cancel()
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        assert process.stdout is not None
        process.stdout.close()


class Person:
    """A browser without script that goes wherever it is sent, over all addresses of the demonstration."""

    def __init__(self, account: str = SITI) -> None:
        self.account = account
        self.http = httpx.Client(follow_redirects=True, timeout=10, trust_env=False)
        self.passwords = self.codes = self.agreed = 0

    def go(self, url: str) -> httpx.Response:
        return self._through(self.http.get(url))

    def press(self, page: httpx.Response, button: str) -> httpx.Response:
        form = next(one for one in forms_of(page.text) if any(button in words for _, _, words in one.buttons))
        if form.method == "get":
            return self.go(f"{urljoin(str(page.url), form.action)}?{urlencode(form.fields)}")
        return self._through(self._send(page, form.action, form.fields))

    def fill(self, page: httpx.Response, **values: str) -> httpx.Response:
        """Fill in and send the form of the page that has these fields."""
        form = next(one for one in forms_of(page.text) if set(values) <= set(one.fields))
        return self._through(self._send(page, form.action, {**form.fields, **values}))

    def choose(self, page: httpx.Response, words: str) -> httpx.Response:
        """Press the button, or follow the link, with these words; answer the password alone if it is asked."""
        for form in forms_of(page.text):
            for name, value, said in form.buttons:
                if words in said:
                    fields = {**form.fields, **({name: value} if name else {})}
                    target = urljoin(str(page.url), form.action)
                    next_page = (
                        self.http.get(f"{target}?{urlencode(fields)}") if form.method == "get" else self._send(page, form.action, fields)
                    )
                    return self._signed_in(next_page)
        link = next(target for target, said in re.findall(r'<a [^>]*href="([^"]+)"[^>]*>([^<]+)</a>', page.text) if words in said)
        return self._signed_in(self.http.get(urljoin(str(page.url), link)))

    def _signed_in(self, page: httpx.Response) -> httpx.Response:
        if 'name="sandi"' not in page.text:
            return page
        self.passwords += 1
        form = next(one for one in forms_of(page.text) if "sandi" in one.fields)
        return self._send(page, form.action, {**form.fields, "akun": self.account, "sandi": PASSWORD})

    def _through(self, page: httpx.Response) -> httpx.Response:
        """Answer what is asked on the way: the password, and the page that tells or asks about data. Specific data have a page of their
        own after it, of the same notice: it counts once."""
        told = ""
        for _ in range(8):
            if page.url.path.startswith("/_gapura/"):
                return page  # it asks for an account of an older system
            if 'name="sandi"' in page.text:
                page = self._signed_in(page)
            elif 'name="kode"' in page.text:
                self.codes += 1
                form = next(one for one in forms_of(page.text) if "kode" in one.fields)
                page = self._send(page, form.action, {**form.fields, "kode": CODE})
            elif "data-submit" in page.text:  # what is posted to an older system, which a browser with script sends by itself
                (form,) = forms_of(page.text)
                page = self._send(page, form.action, form.fields)
            elif "/persetujuan/" in page.url.path:
                self.agreed += page.url.path != told
                told = page.url.path
                form = next(one for one in forms_of(page.text) if one.method == "post")
                chosen = {name: value for name, value, words in form.buttons if name and "lanjutkan" in words.lower()}
                page = self._send(page, form.action, {**form.fields, **chosen})
            else:
                return page
        raise AssertionError(f"asked again and again: {page.url.path}")

    def _send(self, page: httpx.Response, action: str, fields: dict[str, str]) -> httpx.Response:
        target = urljoin(str(page.url), action)
        origin = f"{page.url.scheme}://{page.url.netloc.decode()}"
        headers = {"content-type": "application/x-www-form-urlencoded", "origin": origin, "sec-fetch-site": "same-origin"}
        return self.http.post(target, content=urlencode(fields), headers=headers)
