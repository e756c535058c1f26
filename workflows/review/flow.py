"""The flow of review."""

from typing import Any

from prefect import flow

from workflows.delivery.job import job
from workflows.review.assign import assign_evenly
from workflows.review.close_review import close_review, draft_recommendation
from workflows.review.determine import close_rejected, expire_deferral

assign = job("review", "assign", assign_evenly)
close = job("review", "close_review", close_review)
draft = job("review", "draft_recommend", draft_recommendation)
expire = job("review", "expire_deferral", expire_deferral)
close_after_objection = job("review", "close_rejected", close_rejected)


@flow(name="review", persist_result=False)
async def review(batch: dict[str, Any]) -> None:
    """What was accepted goes to reviewers, evenly and never from the proposers' units; when all scores are in or the date has come
    the review is closed and a recommendation drafted for the chair. What was deferred and never taken up, or rejected and
    kept long enough, is closed."""
    await assign(batch)
    await close(batch)
    await draft(batch)
    await expire(batch)
    await close_after_objection(batch)
