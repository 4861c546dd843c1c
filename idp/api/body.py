"""The small JSON bodies of our own APIs: read no further than they may be long, and only when every program reads them alike."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from idp.api.told import ApiRefused
from kit.strict_json import parse_strictly
from kit.web.forms import BadForm, read_body

MOST = 2048  # bytes
Model = TypeVar("Model", bound=BaseModel)


async def body_of(request: Request, model: type[Model]) -> Model | None:
    """Return the body as `model`, None when nothing was sent; raise ApiRefused 413, 415, 400 or 422, never quoting what was sent."""
    try:
        raw = await read_body(request, MOST)
    except BadForm as error:
        raise ApiRefused(error.status, "too_large", error.reason) from error
    if not raw:
        return None
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise ApiRefused(415, "not_json", "the body must be application/json")
    try:
        data = parse_strictly(raw)
    except ValueError as error:
        raise ApiRefused(400, "bad_json", "the body is not valid JSON") from error
    try:
        return model.model_validate(data, strict=True)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        param = ".".join(str(part) for part in first["loc"])[:60]
        raise ApiRefused(422, "invalid", "the body has not the form that is described", param=param) from error


def described(model: type[BaseModel]) -> dict[str, Any]:
    """Return what OpenAPI is told of a body that is read this way."""
    return {"requestBody": {"content": {"application/json": {"schema": model.model_json_schema()}}}}
