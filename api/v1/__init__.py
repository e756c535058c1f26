"""JSON routes, a file per stage: parse, call one action, answer."""
