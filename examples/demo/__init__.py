"""The demo: two calls played through HTTP, months in a minute."""
