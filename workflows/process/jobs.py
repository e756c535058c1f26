"""Every job of the flows, as `topic.job`, with the steps of the process that it takes; the flows have these jobs and no other."""

from models.documents import NUMBERED_AT_ONCE, DocumentKind

# The job that numbers each kind of document. Outboxes and runs hold these names: one that changes here must still be known.
NUMBERING_JOBS: dict[DocumentKind, str] = {
    **{kind: f"recognition.number_{kind}" for kind in DocumentKind if kind not in NUMBERED_AT_ONCE},
    DocumentKind.CERTIFICATE: "recognition.number_certificates",  # all of an award, one for each member of its team
}

JOB_STEPS: dict[str, tuple[str, ...]] = {
    "intake.route": ("route",),
    "intake.unseal": ("unseal",),
    "intake.watch": (),
    "intake.see_to_request": (),
    "intake.scan_attachment": (),
    "intake.sweep_attachments": (),
    "intake.expire_supplement": ("expire", "postpone"),  # nothing is closed before a last notice
    "intake.end_silence": ("expire",),
    "review.assign": ("assign", "seek_reviewers"),
    "review.close_review": ("close_review", "prolong"),  # a late review without a quorum goes on while somebody may still answer
    "review.draft_recommend": ("draft_recommend",),
    "review.expire_deferral": ("expire",),
    "review.close_rejected": ("close",),
    "pilot.roll_out": ("roll_out",),
    "pilot.start_pilot": ("start_pilot",),
    "pilot.compute_result": ("compute_result",),
    "reward.draft_award": ("propose",),
    "reward.draft_ranked_awards": ("propose",),
    "reward.recheck_award": ("return",),
    "reward.announce": ("announce", "return"),  # what no longer holds at its hour goes back
    **dict.fromkeys(NUMBERING_JOBS.values(), ("number",)),
    "recognition.issue_document": ("issue",),
    "recognition.send_document": ("send",),
    "recognition.withdraw_certificates": ("revoke",),
    "recognition.tell_withdrawn": (),
    "recognition.tell_late": ("tell_late",),
    "recognition.tell_team": (),
    "recognition.tell_new_date": (),
    "recognition.tell_head": (),
    "recognition.tell_dropped": (),
    "recognition.tell_holder": (),
    "recognition.tell_call_change": (),
    "recognition.tell_moved_dates": (),
    "recognition.tell_follower": (),
    "recognition.tell_claim": (),
    "recognition.remind_asked": (),
    "recognition.remind_of_task": (),
    "recognition.send_digest": (),
    "recognition.mail_code": (),
    "recognition.mail_activation": (),
    "recognition.print_specimens": (),
}

# The jobs that do nothing but send a mail, and by what each of them knows to whom.
MAIL_JOBS: dict[str, str] = {
    "recognition.send_document": "document",
    "recognition.tell_withdrawn": "document",
    "recognition.tell_team": "team",
    "recognition.tell_new_date": "team",
    "recognition.tell_head": "person",
    "recognition.tell_dropped": "person",
    "recognition.tell_holder": "notice",
    "recognition.send_digest": "person",
    "recognition.mail_code": "code",
    "recognition.mail_activation": "code",
    "recognition.tell_call_change": "person",
    "recognition.tell_moved_dates": "person",
    "recognition.tell_follower": "person",
    "recognition.tell_claim": "person",
    "recognition.remind_asked": "person",
    "recognition.remind_of_task": "person",
}
