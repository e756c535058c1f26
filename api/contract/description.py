"""The OpenAPI document: what FastAPI knows of the routes, completed by what they read of a request's head and how they refuse."""

from collections.abc import Iterable
from copy import copy
from typing import Any

from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from api.contract.examples import EXAMPLES
from api.contract.operations import PARAMETERS, complete
from api.contract.problems import problem_responses, problem_schemas
from api.contract.tags import TAGS
from api.pages.session import COOKIE
from api.v1.policies import policy_schemas, refer_to_models

SUMMARY = "Innovation ideas of civil servants: submitted, reviewed, piloted, rewarded, verifiable."
DESCRIPTION = """
Sign in with `POST /api/v1/tokens` and send the token as `Authorization: Bearer …` with every further request.

- **Once only.** Every POST of somebody signed in carries an `Idempotency-Key`. The same key with the same body is answered as before,
  with `Idempotency-Replayed: true`; with another body it is refused.
- **Nothing overwritten unread.** What has a version is answered with an `ETag`; a change takes it back as `If-Match`.
- **Refusals** are problem documents (`application/problem+json`, RFC 9457): `type` is stable, `detail` says what to do, in Indonesian or
  English after `Accept-Language`, and `errors` lists all faults where there are several.
- **Lists** of ideas, comments, inbox, calls, people, awards and documents come in pages: `after` of an answer, where it is not null, asks
  for the next. Of messages and ledger entries, `after` takes the number of the last one read. Notices are the last 50; every other list
  comes whole.
- **HEAD** is answered wherever GET is; another method gets a 405 with `Allow`.
"""
SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "The `access_token` of `POST /api/v1/tokens`."},
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": f"The session of somebody signed in on the pages; over TLS it is named `__Host-{COOKIE}`.",
    },
}
UNUSED = ("HTTPValidationError", "ValidationError")


def describe(routes: Iterable[APIRoute]) -> dict[str, Any]:
    """The description of these routes, as OpenAPI 3.1."""
    shown = [_without_head(route) for route in routes]
    document = get_openapi(
        title="Gagas",
        version="1",
        summary=SUMMARY,
        description=DESCRIPTION.strip(),
        routes=shown,
        tags=[{"name": tag.name, "description": tag.says} for tag in TAGS],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    for route in shown:
        for method in route.methods or ():
            complete(route, method, document["paths"][route.path_format][method.lower()])
    components = document["components"]
    schemas = {name: schema for name, schema in components["schemas"].items() if name not in UNUSED}
    for name, example in EXAMPLES.items():
        schemas[name] = {**schemas[name], "examples": [example]}
    components["schemas"] = refer_to_models(dict(sorted({**policy_schemas(), **schemas, **problem_schemas()}.items())))
    return document | {"components": {**components, "responses": problem_responses(), "parameters": PARAMETERS, "securitySchemes": SCHEMES}}


def _without_head(route: APIRoute) -> APIRoute:
    """The route as it is described: HEAD, which is answered wherever GET is, would only say everything twice."""
    shown = copy(route)
    shown.methods = (route.methods or set()) - {"HEAD"}
    return shown
