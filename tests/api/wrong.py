"""Wrong requests, one a line: who asks for what, and which problem it gets; `<draft>` stands for the id of an idea in that stage."""

from dataclasses import dataclass
from typing import Any

from tests.building import POLICY
from tests.steps import MET, REASON


@dataclass(frozen=True)
class Case:
    """One wrong request and the problem that it must get."""

    name: str
    who: str
    wanted: str
    body: Any
    problem: str
    headers: dict[str, Any]

    @property
    def status(self) -> int:
        """The status it gets."""
        return int(self.problem.split()[0])

    @property
    def code(self) -> str:
        """The refusal's code."""
        return self.problem.split()[1]

    @property
    def at(self) -> str | None:
        """The field at fault."""
        return next(iter(self.problem.split()[2:]), None)


def case(name: str, asked: str, problem: str, body: Any = None, **headers: str | None) -> Case:
    """`asked` is `who METHOD path`, `-` for nobody; `problem` is `status code field`."""
    who, wanted = asked.split(" ", 1)
    return Case(name, "" if who == "-" else who, wanted, body, problem, headers)


def draft(name: str, change: dict[str, Any], problem: str) -> Case:
    """A draft that is sound but for one change."""
    return case(name, "lead POST /ideas", problem, {"call_id": "<call>", "title": "Judul", **change})


def raw(name: str, body: bytes, problem: str, **headers: str) -> Case:
    """A draft as bytes."""
    return case(name, "lead POST /ideas", problem, body, **headers)


def titled(name: str, title: str, code: str) -> Case:
    """A draft with a wrong title."""
    return draft(name, {"title": title}, f"422 {code} title")


def call(name: str, change: dict[str, Any], problem: str) -> Case:
    """A call that is sound but for one change."""
    dates = {"opens_at": "2026-01-01T00:00:00+07:00", "closes_at": "2099-01-01T00:00:00+07:00"}
    body = {"code": "BARU-1", "title": "Lomba", "unit_code": "BAPPEDA", **dates, "policy": POLICY, **change}
    return case(name, "secretary POST /calls", problem, body)


def lettered(**change: Any) -> dict[str, Any]:
    """A policy with another wording of its documents."""
    return {"policy": {**POLICY, "documents": {**POLICY["documents"], **change}}}


def person(name: str, change: dict[str, Any], problem: str) -> Case:
    """A person who is possible but for one change."""
    body = {"name": "Orang Baru", "employee_number": "198505052010011234", "kind": "pns", "unit_code": "MALEBER", **change}
    return case(name, "operator POST /people", problem, body)


def pilot(name: str, change: dict[str, Any], problem: str) -> Case:
    """A pilot plan that holds but for one change."""
    goal = {"name": "Lama antre", "baseline": 60, "target": 90}
    plan = {"unit_code": "ANDIR", "owner_id": "<owner>", "site": "Kecamatan", "starts_on": "2098-01-01", "ends_on": "2098-03-01"}
    return case(name, "secretary POST /ideas/<determined>/pilot", problem, {**plan, "indicators": [goal], **change})


def adopting(name: str, decree: dict[str, Any], at: str) -> Case:
    """An adoption whose decree lacks what stands at a field."""
    body = {"outcome": "adopted", **decree}
    return case(name, "leader POST /ideas/<recommended>/determination", f"422 decree_missing {at}", body)


def screening(name: str, body: dict[str, Any], problem: str) -> Case:
    """A screening that does not hold."""
    return case(name, "secretary POST /ideas/<screening>/screening", problem, body)


def activation(code: str, password: str) -> dict[str, str]:
    """What sets a password by code."""
    return {"employee_number": "<walker>", "code": code, "password": password}


def share(number: str, part: int) -> dict[str, Any]:
    """A team member's part."""
    return {"employee_number": number, "share_hundredths": part}


DEFER = {"outcome": "deferred", "reason": REASON}
EXTEND = {"outcome": "extend", "reason": REASON, "until": "2020-01-01"}
READING = {"indicator_id": "x", "measured_on": "2026-11-24", "value": 1}
DETERMINE = "leader POST /ideas/<in_review>/determination"
SCORE = "reviewer1 POST /ideas/<in_review>/score"
NUMBERS = "policy.documents.numbers.receipt"
HOUR = {"announce_at": "2020-01-01T00:00:00Z"}
CALL = b'{"call_id": "<call>", "title": "Judul", '

CASES = (
    draft("unknown field", {"colour": "red"}, "422 field_unknown colour"),
    draft("unknown field inside", {"team": [{**share("<lead>", 10_000), "wage": 1}]}, "422 field_unknown team.0.wage"),
    draft("wrong type", {"title": 5}, "422 field_wrong_type title"),
    draft("wrong type inside", {"team": "me"}, "422 field_wrong_type team"),
    draft("fraction of a rupiah", {"budget_rupiah": 1.5}, "422 field_wrong_type budget_rupiah"),
    draft("amount as text", {"budget_rupiah": "5"}, "422 field_wrong_type budget_rupiah"),
    draft("an initiator that nobody asked for", {"initiator": "council"}, "422 entry_not_asked initiator"),
    draft("an initiator that the law does not know", {"initiator": "king"}, "422 choice_unknown initiator"),
    draft("a day that nobody asked for", {"in_use_since": "2020-01-01"}, "422 entry_not_asked in_use_since"),
    draft("the thirtieth of February", {"in_use_since": "2025-02-30"}, "422 field_wrong_type in_use_since"),
    draft("the first day of all", {"in_use_since": "0001-01-01"}, "422 date_out_of_range in_use_since"),
    draft("an earlier idea that nobody asked for", {"earlier_code": "IDE-2025-000001"}, "422 entry_not_asked earlier_code"),
    draft("amount of ten to the nineteen", {"budget_rupiah": 10**19}, "422 number_out_of_range budget_rupiah"),
    draft("negative amount", {"budget_rupiah": -1}, "422 number_out_of_range budget_rupiah"),
    draft("unknown choice", {"form": "poem"}, "422 choice_unknown form"),
    draft("unknown call", {"call_id": "x"}, "404 call_not_found"),
    draft("unknown section", {"sections": {"poem": "x"}}, "422 section_unknown sections.poem"),
    draft("unknown answer", {"answers": {"poem": "x"}}, "422 answer_unknown answers.poem"),
    draft("answer that is no text", {"answers": {"poem": 1}}, "422 field_wrong_type answers.poem"),
    draft("answer too long", {"answers": {"poem": "x" * 20_001}}, "422 text_too_long answers.poem"),
    draft("more answers than a form has", {"answers": {f"poem{number}": "x" for number in range(41)}}, "422 list_too_long answers"),
    draft("nul in a section", {"sections": {"background": "a\0b"}}, "422 control_characters sections.background"),
    draft("section too long", {"sections": {"background": "x" * 40_001}}, "422 text_too_long sections.background"),
    draft("shares below the whole", {"team": [share("<lead>", 9_999)]}, "422 shares_do_not_sum team"),
    draft("shares above the whole", {"team": [share("<lead>", 6_000), share("<mate_number>", 6_000)]}, "422 shares_do_not_sum team"),
    draft("share of nothing", {"team": [share("<lead>", 0)]}, "422 number_out_of_range team.0.share_hundredths"),
    draft("member twice", {"team": [share("<lead>", 5_000), share("<lead>", 5_000)]}, "422 team_member_twice team"),
    draft("team without its lead", {"team": [share("<mate_number>", 10_000)]}, "422 lead_not_in_team team"),
    draft("impossible member", {"team": [share("197013011990011001", 10_000)]}, "422 employee_number_impossible team.0.employee_number"),
    draft("unknown member alone", {"team": [share("197001011990011001", 10_000)]}, "422 lead_not_in_team team"),
    draft("endless team", {"team": [share("<lead>", 1)] * 51}, "422 list_too_long team"),
    titled("empty title", "", "text_empty"),
    titled("blank title", " \u200b ", "text_empty"),
    titled("title of ten thousand", "a" * 10_000, "text_too_long"),
    titled("title of a hundred thousand", "a" * 100_000, "text_too_long"),
    titled("control character", "a\x07b", "control_characters"),
    titled("line break in a title", "a\nb", "control_characters"),
    titled("right-to-left override", "a\u202eb", "control_characters"),
    titled("emoji", "Antrean \U0001f680", "unprintable_characters"),
    titled("private use", "a\ue000", "control_characters"),
    raw("no json", b"{bad", "400 body_not_json"),
    raw("cut off json", b'{"call_id": "<call>"', "400 body_not_json"),
    raw("bytes that are no text", b"\xff\xfe{", "400 body_not_json"),
    raw("deep nesting", b"[" * 100_000, "400 body_not_json"),
    raw("five thousand digits", CALL + b'"budget_rupiah": ' + b"9" * 5_000 + b"}", "400 body_not_json"),
    raw("nothing at all", b"", "422 field_missing"),
    raw("null", b"null", "422 field_missing"),
    raw("a list", b"[]", "422 field_wrong_type"),
    raw("missing field", b'{"title": "Judul"}', "422 field_missing call_id"),
    raw("lone surrogate", b'{"call_id": "<call>", "title": "\\ud800"}', "422 control_characters title"),
    raw("surrogate as a name", CALL + b'"\\ud800": 1}', "422 control_characters"),
    raw("nan", CALL + b'"budget_rupiah": NaN}', "422 field_wrong_type budget_rupiah"),
    raw("infinity", CALL + b'"budget_rupiah": -Infinity}', "422 field_wrong_type budget_rupiah"),
    raw("infinite exponent", CALL + b'"budget_rupiah": 1e400}', "422 field_wrong_type budget_rupiah"),
    case("wrong media", "lead POST /ideas", "415 media_type_unsupported", b'{"title": "x"}', content_type="text/plain"),
    case("form as json", "lead POST /ideas", "415 media_type_unsupported", b"title=x", content_type="application/x-www-form-urlencoded"),
    case("no key", "lead POST /ideas/<draft>/submission", "400 idempotency_key_missing Idempotency-Key", idempotency_key=None),
    case("long key", "lead POST /ideas/<draft>/submission", "400 idempotency_key_invalid Idempotency-Key", idempotency_key="k" * 101),
    case("no version", "lead PUT /ideas/<draft>", "428 match_missing If-Match", {"title": "x"}),
    case("stale version", "lead PUT /ideas/<draft>", "412 version_stale If-Match", {"title": "x"}, if_match='"77"'),
    case("weak version", "lead PUT /ideas/<draft>", "412 version_stale If-Match", {"title": "x"}, if_match='W/"77"'),
    case("stale post", "lead POST /ideas/<draft>/submission", "412 version_stale If-Match", if_match='"77"'),
    case("stale and the wrong stage", "lead POST /ideas/<determined>/submission", "412 version_stale If-Match", if_match='"0"'),
    case("version of what is not seen", "stranger PUT /ideas/<draft>", "404 idea_not_found", {"title": "x"}, if_match='"77"'),
    case("wrong stage", "lead POST /ideas/<screening>/submission", "409 wrong_stage"),
    case("wrong person", "lead POST /ideas/<submitted>/recommendation", "403 conflict_of_interest", DEFER),
    case("wrong office", "secretary POST /ideas/<in_review>/recommendation", "403 only_chair", DEFER),
    case("wrong proposer", "mate POST /ideas/<draft>/submission", "403 only_proposer"),
    case("not seen", "stranger GET /ideas/<screening>", "404 idea_not_found"),
    case("draft of others", "admin GET /ideas/<draft>", "404 idea_not_found"),
    case("section too short", "lead POST /ideas/<short>/submission", "422 section_too_short sections.idea"),
    case("review not over", "chair POST /ideas/<in_review>/recommendation", "409 wrong_stage", DEFER),
    case("no reason", "chair POST /ideas/<shortlisted>/recommendation", "422 text_too_short reason", {**DEFER, "reason": "x"}),
    screening("no answer", {"outcome": "accepted", "answers": {"renewal": True}}, "422 requirement_unanswered answers.benefit"),
    screening("unmet requirement", {"outcome": "accepted", "answers": {**MET, "benefit": False}}, "422 requirement_unmet answers.benefit"),
    screening("unknown requirement", {"outcome": "accepted", "answers": {**MET, "x": True}}, "422 requirement_unknown answers.x"),
    screening("rejection of what meets all", {"outcome": "rejected", "answers": MET, "reason": REASON}, "422 no_requirement_unmet answers"),
    screening("return without a note", {"outcome": "returned"}, "422 note_missing notes"),
    screening("note on no section", {"outcome": "returned", "notes": {"poem": "Lengkapi."}}, "422 section_unknown notes.poem"),
    screening("unknown outcome", {"outcome": "maybe"}, "422 choice_unknown outcome"),
    case("points above the scale", SCORE, "422 points_outside_scale points.novelty", {"points": {"novelty": 101, "impact": 1}}),
    case("points left out", SCORE, "422 criterion_missing points.impact", {"points": {"novelty": 1}}),
    case("points for nothing", SCORE, "422 criterion_unknown points.x", {"points": {"x": 1}}),
    case("endless points", SCORE, "422 field_wrong_type points.novelty", b'{"points": {"novelty": Infinity}}'),
    call("call that is over", {"closes_at": "2026-01-02T00:00:00+07:00"}, "422 date_in_the_past closes_at"),
    call("call that ends before it begins", {"opens_at": "2099-02-01T00:00:00Z"}, "422 dates_out_of_order closes_at"),
    call("instant without a zone", {"opens_at": "2026-01-01T00:00:00"}, "422 instant_without_zone opens_at"),
    call("year one", {"opens_at": "0001-01-01T00:00:00+07:00"}, "422 date_out_of_range opens_at"),
    call("last year of all", {"closes_at": "9999-12-31T23:59:59-07:00"}, "422 date_out_of_range closes_at"),
    case("decree of the year one", DETERMINE, "422 date_out_of_range decree_on", {"outcome": "adopted", "decree_on": "0001-01-01"}),
    adopting("no decree", {}, "decree_number"),
    adopting("decree of blanks", {"decree_number": "  ", "decree_on": "2026-11-01"}, "decree_number"),
    adopting("decree without a number", {"decree_on": "2026-11-01"}, "decree_number"),
    adopting("decree without a day", {"decree_number": "100.3.3/1/2026"}, "decree_on"),
    call("call code in use", {"code": "UJI-0"}, "409 call_code_taken code"),
    call("call code with a blank", {"code": "A B"}, "422 text_pattern code"),
    call("call of no unit", {"unit_code": "NONE"}, "422 unit_unknown unit_code"),
    call("policy that says nothing", {"policy": {}}, "422 policy_invalid policy.sections"),
    call("nul in a letterhead", lettered(place="a\0"), "422 control_characters policy.documents.place"),
    call("number without a year", lettered(numbers={"receipt": "{running}"}), f"422 number_template_not_unique {NUMBERS}"),
    call("number with secrets", lettered(numbers={"receipt": "{running}{year}{x}"}), f"422 number_template_unknown {NUMBERS}"),
    person("impossible birthday", {"employee_number": "198513452010011234"}, "422 employee_number_impossible employee_number"),
    person("number of letters", {"employee_number": "ABC"}, "422 employee_number_impossible employee_number"),
    person("wide digits", {"employee_number": "１９８５０５０５２０１００１１２３４"}, "422 employee_number_impossible employee_number"),
    person("number of another kind", {"kind": "pppk"}, "422 employee_number_other_kind kind"),
    person("number in use", {"employee_number": "<lead>"}, "409 employee_number_taken employee_number"),
    person("address with a nul", {"email": "a\0b@c.id"}, "422 email_invalid email"),
    person("address without a dot", {"email": "siti@bandung"}, "422 email_invalid email"),
    person("two addresses", {"email": "siti@bandung.example, ujang@bandung.example"}, "422 email_invalid email"),
    person("address with an encoded word", {"email": "=?utf-8?q?a?=@bandung.example"}, "422 email_invalid email"),
    person("endless address", {"email": "a" * 300 + "@bandung.example"}, "422 text_too_long email"),
    pilot("pilot in the past", {"starts_on": "2020-01-01"}, "422 date_in_the_past starts_on"),
    pilot("pilot backwards", {"ends_on": "2097-01-01"}, "422 dates_out_of_order ends_on"),
    pilot("endless pilot", {"ends_on": "2999-12-31"}, "422 pilot_length_out_of_range ends_on"),
    pilot("pilot beyond the calendar", {"ends_on": "9999-12-31"}, "422 date_out_of_range ends_on"),
    pilot("owner in the team", {"owner_id": "<mate>"}, "422 pilot_owner_not_eligible owner_id"),
    pilot("pilot without aim", {"indicators": []}, "422 list_too_short indicators"),
    pilot("aim that stays", {"indicators": [{"name": "x", "baseline": 1, "target": 1}]}, "422 indicator_aims_nowhere indicators.0.target"),
    case("unknown indicator", "owner POST /ideas/<in_pilot>/pilot/measurements", "422 indicator_unknown indicator_id", READING),
    case("unmeasured indicator", "owner POST /ideas/<in_pilot>/pilot/conclusion", "409 indicator_unmeasured", {"summary": REASON}),
    case("extension to the past", "verifier POST /ideas/<pilot_reported>/pilot/verdict", "422 extension_not_later until", EXTEND),
    case("announcement in the past", "leader POST /awards/<approved>/schedule", "422 date_in_the_past announce_at", HOUR),
    case("award before its hour", "lead GET /awards/<approved>", "404 award_not_found"),
    case("award of a draft", "secretary POST /ideas/<determined>/awards", "409 stage_not_awarded"),
    case("wrong password", "- POST /tokens", "401 sign_in_wrong", {"employee_number": "1", "password": "\0"}),
    case("short password", "- POST /activation", "422 password_length password", activation("<code>", "short")),
    case("common password", "- POST /activation", "422 password_common password", activation("<code>", "aaaaaaaaaaaaaa")),
    case("unknown code", "- POST /activation", "422 activation_code_invalid code", activation("x", "tujuh kuda nil")),
    case("changed cursor", "lead GET /ideas?after=x", "422 cursor_invalid after"),
    case("cursor of another list", "secretary GET /people?role=reviewer&after=WzEsICJ4Il0", "422 cursor_invalid after"),
    case("cursor that is no instant", "lead GET /awards?after=WyJBbmRpIiwgIngiXQ", "422 cursor_invalid after"),
    case("cursor from nowhere", "lead GET /ideas?after=WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzA3OjAwIiwgIngiXQ", "422 cursor_invalid after"),
    case("cursor of a surrogate", "lead GET /ideas?after=WyIyMDI2LTAxLTAxVDAwOjAwOjAwWiIsICJcdWQ4MDAiXQ", "422 cursor_invalid after"),
    case("page of none", "lead GET /ideas?limit=0", "422 number_out_of_range limit"),
    case("page of a thousand million", "lead GET /ideas?limit=1000000000", "422 number_out_of_range limit"),
    case("page of a googol", f"lead GET /ideas?limit=1{'0' * 100}", "422 number_out_of_range limit"),
    case("stage that is none", "lead GET /ideas?stage=x", "422 choice_unknown stage"),
    case("entry beyond all numbers", "auditor GET /ledger/entries?after=99999999999999999999", "422 number_out_of_range after"),
    case("message before all numbers", "auditor GET /outbox/messages?after=-1", "422 number_out_of_range after"),
    case("ledger for all", "lead GET /ledger/entries", "403 only_admin"),
    case("odd id", "lead GET /ideas/'%20OR%201=1--", "404 idea_not_found"),
    case("id of an emoji", "lead GET /ideas/%F0%9F%9A%80", "404 idea_not_found"),
    case("id that is too long", f"lead GET /ideas/{'a' * 27}", "422 text_too_long idea_id"),
    case("no such address", "lead GET /nowhere", "404 address_unknown"),
    case("no such method", "lead DELETE /ideas", "405 method_not_allowed"),
    case("digest that is none", "- GET /verification/files/xyz", "422 text_pattern sha256"),
    case("unknown document", "- GET /verification/abc", "404 document_not_found"),
    case("report by a reviewer", "reviewer1 POST /calls/<call>/reports", "403 only_secretariat"),
)  # fmt: skip
