"""The first days of a region, as its admins, its offices and its committee live them on the machine that the README's lines set up.

A mayor without number is let in by two people; three calls are opened, from a sample by the terminal, by the pages, and from a file that
was changed by hand; a head who acts for a time permits; and a reviewer who steps back is replaced.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle, islice
from typing import Any

from examples.demo.cast import read_offices
from models.instants import today
from tests.api.pages.test_call_form import text_of
from tests.deploy.house import House, Insider, Visitor
from tests.serving import ROOT

ROOT_UNIT, PROPOSING = "KBDG", "KBDG-DINKES"
PAPERS = next(each["office"] for each in read_offices() if each["unit"] == ROOT_UNIT)  # of the mayor's office
NEW = "/ketentuan/baru"
FOUNDED = ("letterhead_lines", "position", "place", "unit_code", "head_kind")  # what of it `gagas init` asks for and sets
MAYOR = {"name": "Erwin Suryakancana", "kind": "elected_head", "unit_code": ROOT_UNIT, "position": "Wali Kota"}
MAYOR_NAME = "walikota.contoh"
REASON = "Terukur di dua kelurahan, murah, dan dapat ditiru."
SAID = "Warga menunggu lama di loket karena berkas diperiksa dua kali oleh petugas yang berbeda"
NOT_NEEDED = ("eligibility", "closing", "categories", "fields")  # rules that the call written by hand does without
ORDER = """  gates:
    - name: field_visit
      label: Peninjauan lapangan
      label_en: Field visit
      stage: shortlisted
      role: secretariat
      days: 14
      after: []
    - name: presentation
      label: Presentasi dan wawancara
      label_en: Presentation and interview
      stage: shortlisted
      role: secretariat
      days: 14
      after: [field_visit]

"""


@dataclass
class Region:
    """Who acts, and the calls that were opened."""

    house: House
    admins: tuple[Insider, Insider]
    people: dict[str, Insider]
    calls: dict[str, str]

    def __getitem__(self, called: str) -> Insider:
        return self.people[called]


def live_first_days(house: House, admins: Sequence[tuple[str, str, str]], staff: Sequence[tuple[str, str]]) -> Region:
    """All of it; `admins` are the two that the region was founded with: name, number, one-time code; `staff` numbers and names."""
    house.transcript.say("# The first days of a region\n\nAll people are invented. Passwords, codes, tokens and files are left out.")
    house.transcript.head("Both admins activate their accounts and sign in")
    first, second = (_let_in(Insider(house, f"{name}, admin", number), code) for name, number, code in admins)
    region = Region(house, (first, second), {}, {})
    register_mayor(region)
    give_offices(region, staff)
    open_from_sample(region)
    open_by_page(region)
    open_by_hand(region)
    walk_an_idea(region)
    house.transcript.head("The ledger holds")
    house.type("ledger", "verify")
    return region


def _let_in(insider: Insider, code: str) -> Insider:
    insider.enter(code)
    return insider


def register_mayor(region: Region) -> None:
    """Registered, made leader and put in office by two admins; signs in by name, and sets what awards may cost."""
    house, (first, second) = region.house, region.admins
    house.transcript.head("A mayor without employee number: registered, confirmed by two, signing in by a name")
    registered = first.ask("POST", "/people", {**MAYOR, "sign_in_name": MAYOR_NAME})
    mayor = Insider(house, "the mayor", MAYOR_NAME, registered["id"])
    granted = first.ask("POST", f"/people/{mayor.person_id}/roles", {"role": "leader", "unit_code": ROOT_UNIT})
    assert granted["held"] is False
    first.be_refused("own_confirmation", "POST", f"/confirmations/{granted['id']}/approval")
    mayor.enter(second.ask("POST", f"/confirmations/{granted['id']}/approval")["activation_code"])
    founded = first.read(f"/units/{ROOT_UNIT}/office")
    assert {name: founded[name] for name in FOUNDED} == {name: PAPERS[name] for name in FOUNDED}
    assert (founded["emblem"], founded["address"]) == ("region", "")
    first.ask("PUT", f"/units/{ROOT_UNIT}/office", {**PAPERS, "emblem": "region"}, **{"If-Match": f'"{founded["version"]}"'})
    took_office = (today() - timedelta(days=30)).isoformat()
    held = first.ask("POST", f"/units/{ROOT_UNIT}/office/holders", {"person_id": mayor.person_id, "valid_from": took_office})
    second.ask("POST", f"/confirmations/{held['holders'][0]['id']}/approval")
    assert mayor.ask("GET", "/me")["employee_number_masked"] == ""
    mayor.ask("POST", "/ceilings", json.loads((ROOT / "examples" / "ceilings.json").read_text("utf-8")))
    region.people["mayor"] = mayor


def give_offices(region: Region, staff: Sequence[tuple[str, str]]) -> None:
    """Secretary, chair, reviewers, a proposer, and a head who acts for thirty days; each gets a code by two people or by one."""
    house, first = region.house, region.admins[0]
    house.transcript.head("Secretariat, chair, five reviewers, a proposer; and a head who acts to a day (Plt.)")
    roles = {"secretary": ("secretariat", 3), "chair": ("chair", 0), **{f"reviewer {n}": ("reviewer", 3 + n) for n in range(1, 6)}}
    at_the_desk = Visitor(house, first.called, first.identifier)
    for called, place in {**{called: place for called, (_, place) in roles.items()}, "acting head": 10, "proposer": 9}.items():
        number, name = staff[place]
        found = at_the_desk.send("/pegawai", "/pegawai/cari", {"identifier": number})
        region.people[called] = Insider(house, f"{name}, {called}", number, found.headers["location"].rpartition("/")[2])
    for called, (role, _) in roles.items():
        _give_role(region, called, {"role": role, "unit_code": ROOT_UNIT})
    acting = {"role": "unit_head", "unit_code": PROPOSING, "capacity": "Plt.", "reason": "Kepala dinas pensiun"}
    first.be_refused("acting_without_end", "POST", f"/people/{region['acting head'].person_id}/roles", acting)
    last_day = (today() + timedelta(days=30)).isoformat()
    _give_role(region, "acting head", {**acting, "last_day": last_day})
    _hand_over_code(region, "proposer")
    units = first.read("/units?kind=office")
    (head,) = next(unit["heads"] for unit in units if unit["code"] == PROPOSING)
    assert (head["capacity"], head["last_day"]) == ("Plt.", last_day)
    house.transcript.say(f"  {PROPOSING} is headed by {head['name']}, {head['capacity']} to {head['last_day']}")


def _give_role(region: Region, called: str, terms: dict[str, Any]) -> None:
    first, second = region.admins
    granted = first.ask("POST", f"/people/{region[called].person_id}/roles", terms)
    if granted["held"]:
        _hand_over_code(region, called)
    else:
        region[called].enter(second.ask("POST", f"/confirmations/{granted['id']}/approval")["activation_code"])


def _hand_over_code(region: Region, called: str) -> None:
    """A one-time code, which for the holder of an office the second admin confirms and hands over."""
    first, second = region.admins
    made = first.ask("POST", f"/people/{region[called].person_id}/activation")
    waits = made["confirmation_id"]
    code = second.ask("POST", f"/confirmations/{waits}/approval")["activation_code"] if waits else made["activation_code"]
    region[called].enter(code)


def _days(first: int, last: int) -> tuple[str, str]:
    return (today() + timedelta(days=first)).isoformat(), (today() + timedelta(days=last)).isoformat()


def open_from_sample(region: Region) -> None:
    """`gagas call new`, `check` and `plan`; the chair signs, the secretary opens."""
    house, secretary = region.house, region["secretary"]
    house.transcript.head("The first call: from a sample, in the terminal")
    opens, closes = _days(0, 60)
    words = {"code": "ANDIR-I", "title": "Usulan sepanjang tahun", "unit": ROOT_UNIT, "opens": opens, "closes": closes}
    words |= {"signatory": MAYOR["name"], "position": "Wali Kota Bandung", "place": "Bandung"}
    house.type(
        "call", "new", "standing_track", "--to", "pertama.yaml", *[part for name, said in words.items() for part in (f"--{name}", said)]
    )
    house.type("call", "check", "pertama.yaml")
    house.type("call", "plan", "pertama.yaml", "--author", secretary.identifier)
    _sign_and_open(region, "ANDIR-I")


def open_by_page(region: Region) -> None:
    """Begun from a sample at the pages, its fields filled in, planned, signed and opened there."""
    house = region.house
    house.transcript.head("The second call: at the pages")
    desk = Visitor(house, region["secretary"].called, region["secretary"].identifier)
    opens, closes = _days(0, 90)
    begun = text_of(desk.look(f"{NEW}?dari=iid_profile"))
    fields = {"code": "PROFIL-II", "title": "Profil inovasi", "unit_code": ROOT_UNIT, "opens_at": opens, "closes_at": closes}
    typed = {f"v.{name}": said for name, said in fields.items()}
    applied = desk.send(f"{NEW}?dari=iid_profile", NEW, {**typed, "file": begun, "act": "apply"}, to=200)
    text = text_of(applied.text)
    planned = desk.send(f"{NEW}?dari=iid_profile", NEW, {"file": text, "act": "plan"})
    version = planned.headers["location"].partition("?")[0]
    call = region.calls["PROFIL-II"] = version.split("/")[2]
    chair = Visitor(house, region["chair"].called, region["chair"].identifier)
    house.await_true(lambda: f'action="{version}"' in chair.look(version), "the specimens of the papers, and with them the button to sign")
    chair.send(version, version, {})
    desk.send(f"/periode-usulan/{call}", f"/periode-usulan/{call}/buka", {})
    assert region["proposer"].read(f"/calls/{call}")["state"] == "open"


def open_by_hand(region: Region) -> None:
    """A sample's file changed by hand: the visit comes before the presentation; refused by `check` while it is wrong."""
    house, secretary = region.house, region["secretary"]
    house.transcript.head("The third call: a file changed by hand, its gates in another order")
    opens, closes = _days(0, 30)
    text = (ROOT / "examples" / "calls" / "city_contest.yaml").read_text("utf-8")
    for name, said in {"code": "TANGAN-III", "title": "Lomba tulisan tangan", "opens_at": opens, "closes_at": closes}.items():
        text = re.sub(rf"(?m)^{name}: .*$", f"{name}: {said}", text, count=1)
    for rule in NOT_NEEDED:
        text = re.sub(rf"(?ms)^(  #[^\n]*\n)*  {rule}:.*?\n\n", "", text, count=1)
    text = re.sub(r"(?ms)^  gates:.*?\n\n", ORDER, text, count=1)
    file = house.folder / "ketiga.yaml"
    file.write_text(text.replace("after: [field_visit]", "after: [kunjungan]"), "utf-8")
    house.type("call", "check", "ketiga.yaml", code=1)
    file.write_text(text, "utf-8")
    house.type("call", "check", "ketiga.yaml")
    house.type("call", "plan", "ketiga.yaml", "--author", secretary.identifier)
    _sign_and_open(region, "TANGAN-III")


def _sign_and_open(region: Region, code: str) -> None:
    """Opened by the secretary once the chair signed what is printed; whoever wrote it does not sign, and unsigned it is not opened."""
    house, secretary, chair = region.house, region["secretary"], region["chair"]
    call = region.calls[code] = next(each["id"] for each in secretary.read("/calls")["calls"] if each["code"] == code)
    signature = f"/calls/{call}/policies/1/signature"
    secretary.be_refused("version_unsigned", "POST", f"/calls/{call}/opening")
    secretary.be_refused("only_chair_or_leader", "POST", signature)
    house.await_true(lambda: not _lacks_specimens(chair, signature), f"the specimens of {code}'s papers, and the chair's signature")
    (version,) = chair.read(f"/calls/{call}/policies")["versions"]
    assert version["signed_by"] == chair.person_id
    assert secretary.ask("POST", f"/calls/{call}/opening")["state"] == "open"


def _lacks_specimens(chair: Insider, signature: str) -> bool:
    """Whether the papers are still being printed; else the version is signed."""
    answer = chair.send("POST", signature)
    if answer.status_code == 409 and answer.json()["type"].endswith(":specimens_not_printed"):
        return True
    chair.house.transcript.tell(f"[{chair.called}] POST /api/v1{signature}", None, answer)
    assert answer.status_code == 200, answer.text
    return False


def walk_an_idea(region: Region) -> None:
    """An idea of the third call: permitted by the acting head, screened, reviewed with a reviewer replaced, its gates in their order."""
    house, secretary, chair = region.house, region["secretary"], region["chair"]
    house.transcript.head("An idea: the acting head permits, a reviewer is replaced, the gates are passed in the file's order")
    call = region["proposer"].read(f"/calls/{region.calls['TANGAN-III']}")
    sections = {part["name"]: _write(part["minimum_words"]) for part in call["policy"]["sections"]}
    draft = region["proposer"].ask("POST", "/ideas", {"call_id": call["id"], "title": "Antrean daring puskesmas", "sections": sections})
    idea = f"/ideas/{draft['id']}"
    region["proposer"].ask("POST", f"{idea}/submission")
    reads = lambda who, stage: lambda: region[who].read(idea)["stage"] == stage
    house.await_true(reads("proposer", "awaiting_permission"), "the flow that asks the head")
    region["acting head"].ask("POST", f"{idea}/permission", {"outcome": "granted"})
    house.await_true(reads("secretary", "screening"), "the secretariat's turn")
    answers = {each["name"]: True for each in call["policy"]["requirements"]}
    secretary.ask("POST", f"{idea}/screening", {"outcome": "accepted", "answers": answers})
    replace_a_reviewer(region, idea, int(call["policy"]["reviewers"]))
    points = {each["name"]: 90 for each in call["policy"]["rubric"]}
    for reviewer in _answering(region, idea):
        reviewer.ask("POST", f"{idea}/score", {"points": points, "comment": "Dinilai dari berkas usulan."})
    house.await_true(reads("secretary", "shortlisted"), "the flow that closes the review")
    secretary.be_refused("gate_not_open", "POST", f"{idea}/gates/presentation", {"note": "Hadir."})
    for gate in ("field_visit", "presentation"):
        chair.be_refused("gate_open", "POST", f"{idea}/recommendation", {"outcome": "feasible", "reason": REASON})
        secretary.ask("POST", f"{idea}/gates/{gate}", {"note": "Berita acara ditandatangani."})
    chair.ask("POST", f"{idea}/recommendation", {"outcome": "feasible", "reason": REASON})
    decree = {"decree_number": "100.3.3.3/Kep.1-Contoh/2026", "decree_on": today().isoformat()}
    region["mayor"].ask("POST", f"{idea}/determination", {"outcome": "adopted", **decree})
    house.await_true(reads("secretary", "rolled_out"), "the flow that rolls out what is in use")
    for step in secretary.read(f"{idea}/history"):
        house.transcript.say(f"  {step['action']} {step['outcome']} by {step['by']}".replace("  by", " by"))


def replace_a_reviewer(region: Region, idea: str, number: int) -> None:
    """One of those whom the flow asked steps back, and the flow asks another in their place."""
    house = region.house
    house.await_true(lambda: len(_answering(region, idea)) == number, f"{number} reviewers, asked by the flow")
    before = _answering(region, idea)
    leaving = before[0]
    leaving.ask("POST", f"{idea}/recusal", {"reason": "Pernah menjadi pembimbing pengusul."})
    house.await_true(lambda: len(_answering(region, idea)) == number, "a substitute, asked by the flow")
    (new,) = [each for each in _answering(region, idea) if each not in before]
    assert leaving not in _answering(region, idea)
    leaving.be_refused("idea_not_found", "POST", f"{idea}/score", {"points": {}})
    house.transcript.say(f"  {leaving.called} is replaced by {new.called}")


def _answering(region: Region, idea: str) -> list[Insider]:
    """The reviewers who are asked and have not stepped back."""
    asked = {each["reviewer_id"] for each in region["chair"].read(f"{idea}/reviews") if each["state"] == "assigned"}
    return [person for person in region.people.values() if person.person_id in asked]


def _write(words: int) -> str:
    return " ".join(islice(cycle(SAID.split()), words + 5)) + "."
