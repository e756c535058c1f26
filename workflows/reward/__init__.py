"""Reward: awards computed from the rule book, approved, scheduled, announced at their hour, revoked when false."""
