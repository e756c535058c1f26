"""The flow of reward."""

from typing import Any

from prefect import flow

from workflows.delivery.job import job
from workflows.reward.announce import announce_award
from workflows.reward.propose import draft_award, draft_ranked_awards
from workflows.reward.recheck import recheck_award

draft = job("reward", "draft_award", draft_award)
rank = job("reward", "draft_ranked_awards", draft_ranked_awards)
recheck = job("reward", "recheck_award", recheck_award)
announce = job("reward", "announce", announce_award)


@flow(name="reward", persist_result=False)
async def reward(batch: dict[str, Any]) -> None:
    """An idea that proved itself gets an award drafted by the rule book; a contest's ideas are ranked once all are decided;
    an award whose idea moved on is looked at again; what leadership scheduled is announced when its hour strikes."""
    await draft(batch)
    await rank(batch)
    await recheck(batch)
    await announce(batch)
