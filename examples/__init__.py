"""Sample data of the project's own, and the demo that plays it."""
