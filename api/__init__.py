"""How do people ask? The same actions as JSON, as web pages and from the terminal."""
