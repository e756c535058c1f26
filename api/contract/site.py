"""The API's description as a document, and as a page on which it can be read and tried; everything comes from this server."""

import json
from functools import lru_cache
from importlib.resources import files
from typing import cast

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from api.contract.description import describe
from api.pages.assets import YEAR, Asset, pack, send
from api.pages.render import environment

router = APIRouter(include_in_schema=False)
CHECKED_EACH_TIME = "public, no-cache"  # a new release may describe the API otherwise
SWAGGER_UI = {"swagger-ui.css": "text/css; charset=utf-8", "swagger-ui-bundle.js": "text/javascript; charset=utf-8"}
# As on every page, but with this server's own script, which asks this server alone and sets widths and heights in style attributes.
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@router.get("/api/openapi.json")
def show_description(request: Request) -> Response:
    """The API's description (OpenAPI 3.1)."""
    return send(write_description(request.app), request, CHECKED_EACH_TIME)


@router.get("/api/docs")
def show_documentation() -> Response:
    """The page to read and try the API on."""
    page = environment().get_template("public/api.html").render(swagger=swagger_address)
    return HTMLResponse(page, headers={"Content-Security-Policy": POLICY, "Cache-Control": CHECKED_EACH_TIME})


@router.get("/api/docs/{name}")
def show_swagger_file(name: str, request: Request) -> Response:
    """A file of Swagger UI."""
    if name not in SWAGGER_UI:
        raise HTTPException(404)
    return send(read_swagger_file(name), request, YEAR)


def write_description(app: FastAPI) -> Asset:
    """The description of an application's routes as bytes, made when it is first asked for."""
    if not hasattr(app.state, "description"):
        shown = [route for route in app.routes if isinstance(route, APIRoute) and route.include_in_schema]
        app.state.description = _pack(shown)
    return cast(Asset, app.state.description)


def _pack(shown: list[APIRoute]) -> Asset:
    return pack(json.dumps(describe(shown), ensure_ascii=False, separators=(",", ":")).encode(), "application/json")


@lru_cache
def read_swagger_file(name: str) -> Asset:
    """A file of Swagger UI, as its package brings it."""
    return pack(files("fastapi_offline").joinpath("static", name).read_bytes(), SWAGGER_UI[name])


def swagger_address(name: str) -> str:
    """Where a file of Swagger UI lies, with its hash so that a new one is fetched at once."""
    return f"/api/docs/{name}?v={read_swagger_file(name).tag}"
