"""The files a document may show: packaged ones, by name, and nothing else from anywhere."""

from functools import cache
from importlib.resources import files

from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse  # type: ignore[import-untyped, unused-ignore]

SCHEME = "app:"
TYPES = {"css": "text/css", "svg": "image/svg+xml", "ttf": "font/ttf"}
FOLDERS = ("certificate", "letter", "letterhead", "report", "book", "fonts", "static")


@cache
def read_asset(name: str) -> bytes:
    """A packaged file as `folder/name.ext`; FileNotFoundError for any name outside the document folders."""
    folder, _, file = name.partition("/")
    kind = file.rpartition(".")[2]
    if folder not in FOLDERS or kind not in TYPES or "/" in file or file.startswith("."):
        raise FileNotFoundError(f"not a packaged asset: {name[:80]!r}")
    return files("templates").joinpath(folder, file).read_bytes()


class PackagedAssets(URLFetcher):  # type: ignore[misc, unused-ignore]
    """Serves `app:folder/name.ext` and stops the rendering on every other address: no file, no socket, no data URI.

    Source: pdf.md section 7; unescaped text once pulled a local file into a page.
    """

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("app",), allow_redirects=False, fail_on_errors=True)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if not url.startswith(SCHEME):
            raise FatalURLFetchingError(f"blocked address {url[:80]!r}")
        name = url.removeprefix(SCHEME)
        try:
            body = read_asset(name)
        except FileNotFoundError as error:
            raise FatalURLFetchingError(str(error)) from error
        return URLFetcherResponse(url, body, {"Content-Type": TYPES[name.rpartition(".")[2]]})
