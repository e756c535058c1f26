"""What a right body looks like, for each that a request can have: shown in the description, and checked against its model by a test."""

from typing import Any

REASON = "Terukur di dua kelurahan, murah, dan dapat ditiru."
ID = "0a1b2c3d4e5f6g7h8j9kamnpqr"
DECREE = {"decree_number": "100.3.3.3/123-BAPPEDA/2026", "decree_on": "2026-11-20"}
NUMBER = "198505052010011234"
TEAM = [
    {"employee_number": NUMBER, "share_hundredths": 6_000, "role": "Pengusul utama"},
    {"employee_number": "199001012015042001", "share_hundredths": 4_000, "role": "Pengolah data"},
]
PROPOSAL: dict[str, Any] = {
    "title": "Antrean daring kelurahan",
    "form": "public_service",
    "medium": "digital",
    "theme": "Pelayanan",
    "sections": {"background": "Warga menunggu rata-rata 95 menit.", "idea": "Nomor antrean diambil dari rumah."},
    "answers": {"affairs": "health", "channels": "counter,website", "applied_on": "2025-03-17", "beneficiaries": "12500"},
    "budget_rupiah": 12_500_000,
    "team": TEAM,
}
RULE_BOOK = {
    "kind": "fixed_tiers",
    "name": "Penghargaan inovasi",
    "version": "2026",
    "source": "Keputusan Wali Kota Contoh",
    "tiers": [{"name": "first", "label": "Terbaik I", "minimum_score": "85", "amount_rupiah": 15_000_000, "places": 1}],
}
POLICY = {
    "sections": [{"name": "idea", "label": "Gagasan", "label_en": "Idea", "minimum_words": 50, "maximum_words": 300}],
    "requirements": [{"name": "renewal", "label": "Mengandung pembaruan", "label_en": "Contains renewal"}],
    "rubric": [
        {"name": "novelty", "label": "Kebaruan", "label_en": "Novelty", "weight": "40"},
        {"name": "impact", "label": "Dampak", "label_en": "Impact", "weight": "60"},
    ],
    "pass_mark": "60",
    "rule_book": RULE_BOOK,
    "documents": {
        "letterhead": {"lines": ["PEMERINTAH KOTA CONTOH", "BADAN PERENCANAAN PEMBANGUNAN DAERAH"]},
        "place": "Contoh",
        "signatory": {"name": "Siti Contoh", "position": "Kepala Badan"},
        "legal_basis": "Keputusan Wali Kota Nomor {number} tanggal {date}",
        "unit_code": "BAPPEDA",
    },
}
EXAMPLES: dict[str, dict[str, Any]] = {
    "ActivationIn": {"identifier": NUMBER, "code": "K7MP-3QXR-9TWD", "password": "tujuh kuda nil menari"},
    "AgreementIn": {"outcome": "joined"},
    "AmendmentIn": {"amends": 1, "changes": {"days.review": 21, "documents.signatory.name": "Siti Contoh"}, "reason": REASON},
    "ApprovalIn": DECREE,
    "AssignmentIn": {"reviewer_id": ID},
    "CallIn": {
        "code": "LOMBA-2026",
        "title": "Lomba inovasi 2026",
        "unit_code": "BAPPEDA",
        "opens_at": "2026-07-01T00:00:00+07:00",
        "closes_at": "2026-12-31T23:59:59+07:00",
        "policy": POLICY,
    },
    "LatePermitIn": {"employee_number": NUMBER, "until": "2027-01-05T16:00:00+07:00", "reason": REASON},
    "CeilingIn": {"tier_rupiah": 20_000_000, "call_rupiah": 100_000_000, "basis": "Keputusan Wali Kota Contoh"},
    "ConclusionIn": {"summary": "Waktu tunggu turun dari 95 menjadi 38 menit."},
    "CopyIn": {"call_id": ID},
    "CorrectionIn": {"measurement_id": ID, "value": "36.5", "reason": REASON},
    "DeterminationIn": {"outcome": "adopted", "reason": REASON, **DECREE},
    "DetailsIn": {"name": "Dewi Contoh", "back_title": "S.E.", "grade": "III/c", "rank_name": "Penata", "position": "Analis"},
    "ChangedDictationIn": {"text_version": 1, "title": "Karung pilah", "sections": {"idea": "Sampah dipilah di gerobak."}},
    "DictationConfirmationIn": {"text_version": 1, "code": "K7MP-3QXR-9TWD"},
    "DictationIn": {"call_id": ID, "employee_number": NUMBER, "title": "Karung pilah", "sections": {"idea": "Sampah dipilah di gerobak."}},
    "DraftIn": {"call_id": ID, **PROPOSAL},
    "EmailCodesIn": {"new_code": "K7MP-3QXR-9TWD", "old_code": "H4NY-7CWE-3FRG"},
    "EmailIn": {"email": "dewi@contoh.example", "present_password": "tujuh kuda nil menari"},
    "EndIn": {"last_day": "2026-12-31"},
    "ExtensionIn": {"until": "2027-01-15T23:59:59+07:00", "reason": REASON},
    "ForgottenIn": {"identifier": NUMBER},
    "GrantIn": {"role": "unit_head", "unit_code": "BAPPEDA", "capacity": "Plh.", "last_day": "2026-12-31", "reason": "Kepala dinas luar"},
    "HolderIn": {"person_id": ID, "capacity": "Plh.", "valid_from": "2026-11-01", "valid_until": "2026-11-30"},
    "MeasurementIn": {"indicator_id": ID, "measured_on": "2026-11-20", "value": "38", "note": "Rata-rata satu minggu."},
    "MoveIn": {"unit_code": "BAPPEDA", "valid_from": "2026-11-01", "reason": "SK mutasi"},
    "NoteIn": {"note": "Hadir dua belas orang."},
    "NumberIn": {"employee_number": NUMBER, "kind": "pns", "valid_from": "2026-11-01"},
    "OfficeIn": {
        "letterhead_lines": ["PEMERINTAH KOTA CONTOH", "KECAMATAN CONTOH"],
        "place": "Contoh",
        "unit_code": "KEC-CONTOH",
        "position": "Camat Contoh",
    },
    "PasswordIn": {"present_password": "tujuh kuda nil menari", "password": "delapan gajah tidur siang"},
    "PermissionIn": {"outcome": "granted"},
    "PersonIn": {"name": "Dewi Contoh", "employee_number": NUMBER, "kind": "pns", "unit_code": "KEC-CONTOH", "position": "Analis"},
    "PilotIn": {
        "unit_code": "KEC-CONTOH",
        "owner_id": ID,
        "site": "Kantor kecamatan",
        "starts_on": "2026-12-01",
        "ends_on": "2027-01-31",
        "indicators": [{"name": "Lama antre", "unit_label": "menit", "direction": "down", "baseline": "95", "target": "40"}],
    },
    "PolicyIn": {"policy": POLICY},
    "ProposalIn": PROPOSAL,
    "ReasonIn": {"reason": REASON},
    "RetryIn": {"job": "recognition.send_document", "subject_id": ID},
    "RecommendationIn": {"outcome": "feasible", "reason": REASON},
    "RefusalIn": {"reason": REASON},
    "RestorationIn": {"valid_from": "2026-11-01", "reason": "Masa tugas diperpanjang"},
    "RetirementIn": {"last_day": "2026-10-31", "reason": "Mencapai batas usia pensiun"},
    "RoleEndIn": {"reason": "Kepala definitif dilantik"},
    "ScheduleIn": {"announce_at": "2026-12-20T09:00:00+07:00"},
    "ScoreIn": {"points": {"novelty": "80", "impact": "72.5"}, "comment": "Datanya meyakinkan."},
    "ScreeningIn": {"outcome": "accepted", "answers": {"renewal": True, "benefit": True}},
    "SignInNameIn": {"sign_in_name": "walikota.contoh"},
    "SignInIn": {"identifier": NUMBER, "password": "tujuh kuda nil menari"},
    "StepIn": {"reason": REASON},
    "SubmissionIn": {"without_unanswered": False},
    "SupplementIn": PROPOSAL,
    "UnitIn": {"code": "KEL-CONTOH", "name": "Kelurahan Contoh", "kind": "subdistrict", "parent_code": "KEC-CONTOH"},
    "VerdictIn": {"outcome": "roll_out", "reason": REASON},
}
