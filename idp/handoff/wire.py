"""What a kind answers, as the response that a browser or a program gets."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from connectors.contract import Answer
from connectors.front_door import Post
from kit.web.pages import Pages, origin_of


@dataclass(frozen=True, slots=True)
class Wire:
    pages: Pages

    def out(self, request: Request, answer: Answer | Post) -> Response:
        """Return the answer, stored by nobody; a `Post` as the page whose one button sends it, by itself where scripts run."""
        if isinstance(answer, Post):
            context = {"target": answer.url, "parameters": answer.fields}
            return self.pages.render(request, "idp/form-post.html", context, form_targets=(origin_of(answer.url),))
        response = Response(answer.body, answer.status, headers={"Cache-Control": "no-store"})
        for name, value in answer.headers.items():
            response.headers[name] = value
        return response
