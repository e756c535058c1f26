"""One input per calculation that runs as it stands; every person and number in it is made up."""

from typing import Any

EMPLOYEE_NUMBER: dict[str, Any] = {"number": "19801208 200604 1 008", "on": "2026-01-15"}

CLOCK: dict[str, Any] = {
    "start": "2026-03-12T09:30:00+07:00",
    "rule": {
        "amount": 5,
        "unit": "working_days",
        "event": "submitted",
        "paused_by": ["supplement"],
        "reminders": [2],
        "escalations": [1],
    },
    "calendar": {"days": [{"day": "2026-03-30", "kind": "holiday", "name": "Hari jadi daerah", "name_en": "Anniversary of the region"}]},
    "pauses": [{"cause": "supplement", "paused_at": "2026-03-13T10:00:00+07:00", "resumed_at": "2026-03-16T08:00:00+07:00"}],
    "zone": "Asia/Jakarta",
}

SCORE: dict[str, Any] = {
    "criteria": [
        {"name": "novelty", "weight": "30", "minimum": "0", "maximum": "100"},
        {"name": "benefit", "weight": "50", "minimum": "0", "maximum": "100"},
        {"name": "replicability", "weight": "20", "minimum": "0", "maximum": "100"},
        {"name": "presentation", "weight": "1", "minimum": "1", "maximum": "5", "counted": False},
    ],
    "reviews": [
        {"reviewer": "reviewer-1", "points": {"novelty": "80", "benefit": "90", "replicability": "85", "presentation": "4"}},
        {"reviewer": "reviewer-2", "points": {"novelty": "85.5", "benefit": "88", "replicability": "90", "presentation": "5"}},
        {"reviewer": "reviewer-3", "points": {"novelty": "70", "benefit": "80", "replicability": "75", "presentation": "3"}},
    ],
    "pass_mark": "80",
    "combine": "mean",
}

SHARES: dict[str, Any] = {
    "amount_rupiah": 10_000_000,
    "shares": [
        {"person": "Sari", "hundredths": 3334, "lead": True},
        {"person": "Budi", "hundredths": 3333, "lead": False},
        {"person": "Tari", "hundredths": 3333, "lead": False},
    ],
}

AWARD: dict[str, Any] = {
    "rule_book": {
        "kind": "fixed_tiers",
        "name": "Lomba Inovasi Kecamatan",
        "version": "2026.1",
        "source": "contoh, bukan peraturan",
        "tiers": [
            {
                "name": "gold",
                "label": "Juara I",
                "label_en": "First prize",
                "minimum_score": "90",
                "amount_rupiah": 10_000_000,
                "places": 1,
            },
            {
                "name": "silver",
                "label": "Juara II",
                "label_en": "Second prize",
                "minimum_score": "85",
                "amount_rupiah": 7_500_000,
                "places": 2,
            },
            {
                "name": "certificate",
                "label": "Piagam",
                "label_en": "Certificate",
                "minimum_score": "75",
                "amount_rupiah": 0,
                "places": None,
            },
        ],
        "team_uplift_percent": 50,
        "team_uplift_from": 3,
    },
    "facts": {"score": "87.25", "rank": 2, "team_size": 3},
}

LEDGER: dict[str, Any] = {
    "entries": [
        {
            "seq": 1,
            "payload": {"fact": "idea.submitted", "idea": "IDE-2026-000001"},
            "hash": "e11ceaf1216cb32782701c330e416ca2e876357f8d6c15222fff0398422ce91c",
        },
        {
            "seq": 2,
            "payload": {"fact": "idea.screened", "idea": "IDE-2026-000001"},
            "hash": "bb783b3248c68a5dec9425cc3d7a01a508fb19a29e835422ae4ef31d2f2329c1",
        },
    ],
    "checkpoint": {"size": 2, "head": "bb783b3248c68a5dec9425cc3d7a01a508fb19a29e835422ae4ef31d2f2329c1"},
}

WORDS: dict[str, Any] = {"text": "Antrian daring di PUSKESMAS bagi anak-anak dan warga lanjut usia"}

SIMILAR: dict[str, Any] = {
    "title": "Antrean daring puskesmas",
    "text": "Warga mengambil nomor antrean dari rumah lewat ponsel.",
    "corpus": [
        {
            "id": "1",
            "title": "Nomor antrian online di Pusat Kesehatan Masyarakat",
            "text": "Masyarakat tidak lagi mengantri sejak subuh.",
            "receipt": "IDE-2026-000007",
        },
        {"id": "2", "title": "Bank sampah keliling", "text": "Warga menabung dengan sampah yang dipilah.", "receipt": "IDE-2026-000003"},
        {
            "id": "3",
            "title": "Antrean loket kependudukan",
            "text": "Nomor antrean dipesan sehari sebelumnya.",
            "receipt": "IDE-2026-000005",
        },
    ],
    "most": 2,
}

MENTORS: dict[str, Any] = {
    "theme": "Kesehatan ibu dan anak",
    "mentors": [
        {"id": "mentor-1", "themes": ["Tata kota"], "capacity": 5, "load": 0},
        {"id": "mentor-2", "themes": ["Pendidikan", "Kesehatan"], "capacity": 3, "load": 1},
        {"id": "mentor-3", "themes": ["Kesehatan"], "capacity": 2, "load": 2},
    ],
}
