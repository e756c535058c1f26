"""Delivery: how the jobs that follow from a fact get done: claims on the outbox, the relay, the clock, processes and deployments."""
