"""The same actions as web pages, a file per stage."""
