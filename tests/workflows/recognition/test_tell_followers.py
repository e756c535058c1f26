"""Who follows a colleague's idea is told of each new step, once, at their own pace, and of nothing that they may not read by then."""

from sqlmodel import col, select

from models.messages import Pace
from models.outbox import Message
from models.people import Person
from models.stages import IdeaStage
from tests.building import Town
from tests.sharing import ADOPTED, BLIND, OPEN, SCORED, build_shared
from workflows.delivery.due import find_due
from workflows.intake.colleagues import end_follow, follow_idea
from workflows.recognition.messages import list_messages
from workflows.recognition.outgoing import prepare
from workflows.recognition.tell_followers import find_followed_mail
from workflows.region.message_choice import Wish, choose_messages


def tick(town: Town) -> None:
    with town.store.unit_of_work() as session:
        find_due(session)


def told(town: Town) -> list[tuple[str, str]]:
    """Of each message to a follower who it is for, and what its mail says of the step; nothing where there is no mail."""
    with town.store.reading() as session:
        asked = session.exec(select(Message).where(Message.job == "tell_follower").order_by(col(Message.id))).all()
        names = {person.id: who for who, person in town.people.items()}
        mails = [(names[message.subject_id], find_followed_mail(session, message)) for message in asked]
        return [(who, mail.news if mail else "") for who, mail in mails]


def test_a_follower_is_told_of_each_new_step_once_and_of_no_stage_within_one(either_town: Town) -> None:
    town = either_town
    idea = build_shared(town, **{**OPEN, "entry": "in_use"})
    for who in ("walker", "stranger"):
        town.do(follow_idea, idea, by=who)
    tick(town)
    town.take(idea, *SCORED)
    tick(town)
    assert told(town) == []
    town.take(idea, "recommend feasible", "determine adopted")
    for _ in range(2):
        tick(town)
    assert told(town) == [(who, "Uji coba - Antrean daring kelurahan") for who in ("walker", "stranger")]
    town.do(end_follow, idea, by="stranger")
    town.take(idea, "roll_out")
    tick(town)
    said = "Penghargaan - Antrean daring kelurahan"
    assert told(town) == [("walker", ""), ("stranger", ""), ("walker", said)], "what was overtaken is told no more"
    town.take(idea, "propose", "approve approved", "announce")
    tick(town)
    assert told(town)[-1] == ("walker", "Pengakuan - Antrean daring kelurahan")
    town.take(idea, "revoke")
    tick(town)
    assert len(told(town)) == 4
    assert told(town)[-1] == ("walker", ""), "the step is not as it was told"


def test_nothing_is_told_of_what_was_turned_down_or_may_not_be_read_any_more(town: Town) -> None:
    rejected, narrowed = build_shared(town), build_shared(town)
    for idea in (rejected, narrowed):
        town.do(follow_idea, idea, by="walker")
    town.take(rejected, *SCORED, "recommend feasible", "determine rejected")
    tick(town)
    assert told(town) == []
    town.take(narrowed, *ADOPTED)
    tick(town)
    assert [who for who, said in told(town) if said] == ["walker"]
    town.take(narrowed, "plan_pilot", "start_pilot", "measure", "conclude", "compute_result", "verify stop")
    assert told(town) == [("walker", "")]


def test_a_follower_of_an_idea_whose_call_hides_names_is_told_after_its_review_alone(town: Town) -> None:
    idea = build_shared(town, IdeaStage.DETERMINED, **BLIND)
    town.do(follow_idea, idea, by="walker")
    town.take(idea, "plan_pilot", "start_pilot", "measure", "conclude", "compute_result", "verify roll_out")
    tick(town)
    assert told(town) == [("walker", "Penghargaan - Antrean daring kelurahan")]


def test_the_mail_leads_to_the_colleagues_page_and_comes_at_each_ones_pace(town: Town) -> None:
    idea = build_shared(town)
    followers = {"walker": Pace.AT_ONCE, "stranger": Pace.WEEKLY, "operator": Pace.DUE_ONLY, "other_head": Pace.AT_ONCE}
    for who, pace in followers.items():
        town.do(choose_messages, Wish(pace), by=who)
        town.do(follow_idea, idea, by=who)
    with town.store.unit_of_work() as session:
        session.get_one(Person, town["other_head"].id).email = ""
    town.take(idea, *ADOPTED)
    tick(town)
    with town.store.reading() as session:
        asked = session.exec(select(Message).where(Message.job == "tell_follower").order_by(col(Message.id))).all()
        found = [(message, find_followed_mail(session, message)) for message in asked]
        ready = [prepare(session, int(message.id or 0), [mail] if mail else []) for message, mail in found]
        listed = list_messages(session, actor=town.actor(session, "other_head"))
    assert [(len(each.mails), len(each.held)) for each in ready] == [(1, 0), (0, 1), (0, 0), (0, 0)]
    [mail] = ready[0].mails
    assert (f"/rekan/{idea}" in mail.text, f"/usulan/{idea}" in mail.text) == (True, False)
    assert not [secret for secret in (town["lead"].name, town["lead"].number, "Ditetapkan") if secret in mail.text]
    assert [each.told.folder for each in listed] == ["followed"], "who has no address reads it on their page"
