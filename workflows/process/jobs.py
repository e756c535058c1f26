"""Every job of the flows, as `topic.job`, with the steps of the process that it takes; the flows have these jobs and no other."""

JOB_STEPS: dict[str, tuple[str, ...]] = {
    "intake.route": ("route",),
    "intake.unseal": ("unseal",),
    "intake.scan_attachment": (),
    "intake.sweep_attachments": (),
    "intake.expire_supplement": ("expire",),
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
    "recognition.number_receipt": ("number",),
    "recognition.number_rejection": ("number",),
    "recognition.number_certificates": ("number",),
    "recognition.issue_document": ("issue",),
    "recognition.send_document": ("send",),
    "recognition.withdraw_certificates": ("revoke",),
    "recognition.tell_withdrawn": (),
    "recognition.tell_team": (),
    "recognition.tell_dropped": (),
    "recognition.tell_holder": (),
    "recognition.tell_call_change": (),
    "recognition.tell_moved_dates": (),
    "recognition.tell_follower": (),
    "recognition.remind_asked": (),
    "recognition.send_digest": (),
    "recognition.mail_code": (),
    "recognition.print_specimens": (),
}

# The jobs that do nothing but send a mail, and by what each of them knows to whom.
MAIL_JOBS: dict[str, str] = {
    "recognition.send_document": "document",
    "recognition.tell_withdrawn": "document",
    "recognition.tell_team": "team",
    "recognition.tell_dropped": "person",
    "recognition.tell_holder": "notice",
    "recognition.send_digest": "person",
    "recognition.mail_code": "code",
    "recognition.tell_call_change": "person",
    "recognition.tell_moved_dates": "person",
    "recognition.tell_follower": "person",
    "recognition.remind_asked": "person",
}
