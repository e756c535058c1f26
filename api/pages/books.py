"""An idea as a book to save, from its page."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.books import send_book
from api.pages.idea import IDEA
from api.pages.session import Page
from api.v1.shapes import Id

router = APIRouter(include_in_schema=False)


@router.get(IDEA + "/buku")
async def open_book(idea_id: Id, request: Page) -> Response:
    """The book of an idea, as the reader may see it."""
    return await send_book(request, idea_id)
