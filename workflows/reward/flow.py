"""The flow of reward."""

from typing import Any

from prefect import flow

from workflows.delivery.job import job
from workflows.reward.announce import announce_award
from workflows.reward.propose import draft_award, draft_ranked_awards

draft = job("reward", "draft_award", draft_award)
rank = job("reward", "draft_ranked_awards", draft_ranked_awards)
announce = job("reward", "announce", announce_award)


@flow(name="reward", persist_result=False)
async def reward(batch: dict[str, Any]) -> None:
    """An idea that proved itself gets an award drafted by the rule book; a contest's ideas are ranked once all are decided;
    what leadership scheduled is announced when its hour strikes."""
    await draft(batch)
    await rank(batch)
    await announce(batch)
