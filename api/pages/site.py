"""Puts the pages into the application."""

from fastapi import FastAPI


def install_pages(app: FastAPI) -> None:
    """Add every page's routes and the static files."""
