"""Style sheets, pictures and fonts: read and compressed once, and addressed by their hash, so that browsers keep them for a year."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from fastapi import APIRouter, Request, Response
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.staticfiles import NotModifiedResponse, StaticFiles

router = APIRouter(include_in_schema=False)
MEDIA = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml", "woff2": "font/woff2"}
CONDITIONS = StaticFiles(check_dir=False)  # compares If-None-Match with an answer
YEAR = "public, max-age=31536000, immutable"
MONTH = "public, max-age=2592000"


@dataclass(frozen=True)
class Asset:
    """A file as it is sent."""

    content: bytes
    compressed: bytes  # nothing for what is packed already
    media: str
    tag: str


@lru_cache(maxsize=64)
def read_asset(folder: str, name: str) -> Asset:
    """A static file or font; raises FileNotFoundError for anything else."""
    suffix = name.rpartition(".")[2]
    if suffix not in MEDIA or not name.replace(".", "").replace("-", "").replace("_", "").isalnum():
        raise FileNotFoundError(name)
    return pack(files("templates").joinpath(folder, name).read_bytes(), MEDIA[suffix])


def pack(content: bytes, media: str) -> Asset:
    """Bytes as an asset."""
    compressed = b"" if media == "font/woff2" else gzip.compress(content, 9, mtime=0)
    return Asset(content, compressed, media, hashlib.sha256(content).hexdigest()[:16])


def asset(name: str) -> str:
    """The address of a static file, with its hash so that a new one is fetched at once."""
    return f"/static/{name}?v={read_asset('static', name).tag}"


@router.get("/static/{name}")
def static(name: str, request: Request) -> Response:
    """A style sheet or a picture."""
    return _send("static", name, request)


@router.get("/fonts/{name}")
def font(name: str, request: Request) -> Response:
    """A font."""
    return _send("fonts", name, request)


def _send(folder: str, name: str, request: Request) -> Response:
    try:
        found = read_asset(folder, name)
    except OSError as missing:
        raise HTTPException(404) from missing
    return send(found, request, YEAR if request.url.query == f"v={found.tag}" else MONTH)


def send(found: Asset, request: Request, kept: str) -> Response:
    """An asset as an answer, compressed where the reader takes that; `kept` says how long it may be kept."""
    headers = {
        "Cache-Control": kept,
        "ETag": f'"{found.tag}"',
        "Vary": "Accept-Encoding",
    }
    if CONDITIONS.is_not_modified(Headers(headers), request.headers):
        return NotModifiedResponse(Headers(headers))
    if found.compressed and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.compressed, media_type=found.media, headers={**headers, "Content-Encoding": "gzip"})
    return Response(found.content, media_type=found.media, headers=headers)
