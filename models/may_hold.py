"""Who may hold which role, and whose office, by kind of employment: the one table of it.

Civil servants propose (ASN; PP 38/2017) and run the house: a regional head decides, an academic or an outside juror judges, a council
member judges or looks on. A mentor helps proposers along, and so neither proposes nor judges.
"""

from collections.abc import Mapping

from models.offices import HeadKind
from models.people import CIVIL_SERVANTS, EmploymentKind, Role

MAY_HOLD: Mapping[EmploymentKind, frozenset[Role]] = {
    **dict.fromkeys(CIVIL_SERVANTS, frozenset(Role)),
    EmploymentKind.ELECTED_HEAD: frozenset({Role.LEADER}),
    EmploymentKind.COUNCIL_MEMBER: frozenset({Role.REVIEWER, Role.AUDITOR}),
    EmploymentKind.ACADEMIC: frozenset({Role.REVIEWER, Role.CHAIR, Role.VERIFIER}),
    EmploymentKind.OUTSIDE_JUROR: frozenset({Role.REVIEWER, Role.CHAIR}),
    EmploymentKind.MENTOR: frozenset(),
}

# Who may be a mentor of a call: people from universities and companies, who are none of its proposers' colleagues.
MAY_ADVISE = frozenset({EmploymentKind.MENTOR, EmploymentKind.ACADEMIC, EmploymentKind.OUTSIDE_JUROR})

# A civil servant heads a region for a time (Pj., Plt., Plh.), and nobody else than one heads a unit or is its secretary.
MAY_HEAD: Mapping[HeadKind, frozenset[EmploymentKind]] = {
    HeadKind.REGIONAL_HEAD: CIVIL_SERVANTS | {EmploymentKind.ELECTED_HEAD},
    HeadKind.DEPUTY_REGIONAL_HEAD: CIVIL_SERVANTS | {EmploymentKind.ELECTED_HEAD},
    HeadKind.REGIONAL_SECRETARY: CIVIL_SERVANTS,
    HeadKind.UNIT_HEAD: CIVIL_SERVANTS,
}
