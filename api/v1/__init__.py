"""JSON routes, a file per stage: parse, call one action, answer."""

PREFIX = "/api/v1"  # stands in each stage's router: its routes lie in the application as they are
