"""Pilot: the trial of a determined idea, its figures, its result and the verdict on it."""
