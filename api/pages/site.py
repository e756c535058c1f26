"""Puts the pages into the application."""

from fastapi import FastAPI

from api.pages import account, assets, idea, inbox, intake, pilot, public, recognition, region, review, reward
from api.pages.problem import install_problem_pages

ROUTERS = (assets, public, account, inbox, intake, review, pilot, reward, recognition, region, idea)


def install_pages(app: FastAPI) -> None:
    """Add every page's routes and the static files; problems met by people become pages too."""
    for stage in ROUTERS:
        app.include_router(stage.router)
    install_problem_pages(app)
