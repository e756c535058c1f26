"""Intake: from a registered person's draft to an idea that has passed the secretariat's screening."""
