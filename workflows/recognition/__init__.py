"""Recognition: documents numbered, issued, sent, verified, withdrawn; the report of a call."""
