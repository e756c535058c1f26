"""The API as it describes itself: the OpenAPI document, made from the routes and the refusals, and the page to read and try it on."""
