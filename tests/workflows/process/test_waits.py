"""How long a task may wait under a policy, where nothing of it needs a database."""

from models.inbox import InboxItem
from models.policy import Policy
from models.stages import IdeaStage
from tests.building import POLICY
from workflows.process.waits import find_wait


def test_a_gate_that_the_policy_lacks_gives_no_date() -> None:
    policy = Policy.model_validate(POLICY)
    assert find_wait(InboxItem(idea_id="-", task="gate:gone"), IdeaStage.SHORTLISTED, policy) is None
