"""The sample calls that come with Gagas, and what is changed of one before it is a region's own."""

import re
from collections.abc import Mapping
from copy import deepcopy
from importlib.resources import files
from typing import Any

from api.call_rules import explain
from workflows.region.call_files.comments import HEAD, Comment
from workflows.region.call_files.reading import ReadFile, read_file
from workflows.region.call_files.writing import write_file

SAMPLES = ("standing_track", "city_contest", "kipp_style", "iid_profile")
FOLDER = files("examples").joinpath("calls")
SCHEMA_FILE = "call.schema.json"
# what a region says of its own; everything else of a sample may stay
OWN = {
    "code": "code",
    "title": "title",
    "unit": "unit_code",
    "opens": "opens_at",
    "closes": "closes_at",
    "region": "policy.documents.letterhead.lines",
    "address": "policy.documents.letterhead.address",
    "contact": "policy.documents.letterhead.contact",
    "place": "policy.documents.place",
    "signatory": "policy.documents.signatory.name",
    "position": "policy.documents.signatory.position",
    "employee_number": "policy.documents.signatory.employee_number",
}


def read_sample(name: str) -> str:
    """The file of a sample."""
    return FOLDER.joinpath(f"{name}.yaml").read_text("utf-8")


def read_schema() -> str:
    """The JSON Schema that the samples name."""
    return FOLDER.joinpath(SCHEMA_FILE).read_text("utf-8")


def fill_in(text: str, own: Mapping[str, str]) -> str:
    """A file with what a region says of its own, its comments kept; another signatory takes over no number, rank or capacity."""
    read = read_file(text.encode())
    body = deepcopy(read.body)
    if "signatory" in own:
        body["policy"]["documents"]["signatory"] |= {"capacity": "", "rank": None, "employee_number": None}
    for name, value in own.items():
        *way, last = OWN[name].split(".")
        part = body
        for step in way:
            part = part[step]
        part[last] = [line.strip() for line in re.split("[;|]", value)] if name == "region" else value
    return write_file(body, read.comments)


def write_explained(body: Mapping[str, Any], language: str, kept: ReadFile | None = None) -> str:
    """The file of a call with what each rule does; of a file that there was, its comments, and an explanation of what is new."""
    head = read_file(read_sample(SAMPLES[0]).encode()).comments[HEAD]
    said: dict[str, Comment] = {HEAD: head, **explain(body, language)}
    if kept is not None:
        said = {path: comment for path, comment in said.items() if path and path not in kept.values} | kept.comments
    return write_file(body, said)
