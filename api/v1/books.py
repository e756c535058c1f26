"""An idea as a book: one PDF with what the asker may see of it, and its files."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.access import Api
from api.books import send_book
from api.v1 import PREFIX
from api.v1.recognition import BYTES
from api.v1.shapes import Id

PDF = "application/pdf"
BOOK: dict[int | str, dict[str, Any]] = {200: {"description": "The book.", "content": {PDF: BYTES}}, 409: {}, 503: {}}

router = APIRouter(prefix=PREFIX, tags=["intake"])


@router.get("/ideas/{idea_id}/book", response_class=Response, responses=BOOK)
async def show_book(idea_id: Id, request: Api) -> Response:
    """An idea with its history and files as one PDF, as the asker may see them now, in the language of Accept-Language.

    It is made when it is asked for, and kept nowhere. Photos are scaled into its pages and PDFs appended page by page; documents and
    spreadsheets, and what would make the book too long, are named with their SHA-256. One is made at a time: who asks for many is told to
    come back (503).
    """
    return await send_book(request, idea_id)
