"""The jobs that tell one person one thing each, by their names, with what finds what a message tells."""

from collections.abc import Callable

from sqlmodel import Session

from models.outbox import Message
from workflows.recognition.outgoing import Told
from workflows.recognition.reminders import find_reminder_mail
from workflows.recognition.tell_changes import find_change_mail
from workflows.recognition.tell_claims import find_claim_mail
from workflows.recognition.tell_followers import find_followed_mail
from workflows.recognition.tell_heads import find_silence_mail
from workflows.recognition.tell_moved import find_moved_mail
from workflows.recognition.tell_steps import find_step_mail

# job -> what finds its mail; the flow of recognition has a step for each, in this order
TOLD_EACH: dict[str, Callable[[Session, Message], Told | None]] = {
    "tell_call_change": find_change_mail,
    "tell_moved_dates": find_moved_mail,
    "tell_follower": find_followed_mail,
    "tell_claim": find_claim_mail,
    "tell_head": find_silence_mail,
    "remind_asked": find_reminder_mail,
    "remind_of_task": find_step_mail,
}
