"""Texts as terms: forms of one word are one term, acronyms meet what they stand for, and nothing that anybody writes is too strange."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.calculations.registry import calculate
from workflows.calculations.vocabulary import read_acronyms, read_list, read_same_words
from workflows.calculations.words import EDITION, LONGEST_WORD, MOST_REPEATS, MOST_WORDS, list_written, read_text_terms, reduce_word

FORMS = (  # words whose forms are one term
    "layanan pelayanan melayani dilayani",
    "lapor laporan pelaporan melaporkan dilaporkan",
    "antre antri antrean antrian mengantre mengantri",
    "kirim mengirim pengiriman dikirim kiriman",
    "kelola mengelola pengelolaan dikelola pengelola",
    "timbang menimbang penimbangan ditimbang",
    "izin perizinan ijin",
    "bayar pembayaran membayar dibayar",
    "sehat kesehatan",
    "aduan pengaduan mengadu",
    "warga masyarakat",
    "daring online",
    "tabung menabung tabungan ditabung",
    "tampil menampilkan ditampilkan tampilannya",
    "tambal menambal penambalan",
    "teliti meneliti penelitian penelitiannya",
    "kerja bekerja pekerjaan mengerjakan",
    "nilai menilai penilaiannya",
    "pegawai kepegawaian karyawan",
    "murid siswa siswanya",
    "sopir supir pengemudinya",
)


@pytest.mark.parametrize("forms", FORMS)
def test_forms_of_one_word_are_one_term(forms: str) -> None:
    assert len({reduce_word(form) for form in forms.split()}) == 1


def test_different_words_stay_different_terms() -> None:
    words = [
        "antre",
        "loket",
        "puskesmas",
        "sampah",
        "stunting",
        "pajak",
        "izin",
        "sekolah",
        "lampu",
        "banjir",
        "arsip",
        "keluarga",
        "kelurahan",
        "pegawai",
        "ponsel",
        "pohon",
        "pemohon",
        "ketua",
        "tua",
    ]
    assert len({reduce_word(word) for word in words}) == len(words)


@pytest.mark.parametrize("word", ["digital", "dashboard", "stunting", "kecamatan", "keluarga", "pendidikan", "penuh", "sekolah"])
def test_a_word_without_an_affix_is_left_alone(word: str) -> None:
    assert reduce_word(word) == word


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Anak-anak bermain", {"anak", "main"}),
        ("anak2 bermain", {"anak", "main"}),
        ("buku-bukunya", {"buku"}),
        ("bolak-balik", {"bolak", "balik"}),
        ("SP2D dan P3K", {"sp2d", "p3k"}),
        ("yang dan di untuk", set()),
        ("ﬁle ＡＳＮ", {"file", "asn", "aparatur", "sipil", "negara"}),
    ],
)
def test_a_word_said_twice_is_one_and_stop_words_are_none(text: str, terms: set[str]) -> None:
    assert set(read_text_terms(text).terms) == terms


def test_an_acronym_and_what_it_stands_for_are_found_by_each_other() -> None:
    for acronym, words in read_acronyms():
        short, long = set(read_text_terms(acronym.upper()).terms), set(read_text_terms(" ".join(words)).terms)
        assert acronym in short & long, acronym
        if [each for each, _ in read_acronyms()].count(acronym) == 1:
            assert long <= short | {each for each, _ in read_acronyms()}, acronym


def test_an_acronym_of_two_meanings_is_found_by_each_and_stands_for_neither() -> None:
    assert set(read_text_terms("SIM").terms) == {"sim"}
    for meaning in ("surat izin mengemudi", "sistem informasi manajemen"):
        assert "sim" in read_text_terms(meaning).terms
    assert "sim" not in read_text_terms("surat izin usaha dan sistem informasi").terms


def test_the_lists_do_not_contradict_each_other() -> None:
    same, kept, stop = read_same_words(), read_list("kept_words"), read_list("stop_words")
    assert {word for word in same.values() if same.get(word, word) != word} == set(), "a word counts as one that counts as another"
    acronyms = {acronym for acronym, _ in read_acronyms()}
    assert acronyms & set(same) == set()
    assert acronyms & stop == set()
    assert {word for word in (*kept, *same, *stop, *acronyms) if word != word.casefold() or not word.isalnum()} == set()


@given(st.text(max_size=300))
def test_any_text_has_terms_that_the_databases_take(text: str) -> None:
    read = read_text_terms(text)
    for term in (*read.terms, *list_written(text)):
        assert term.isalnum(), term
        assert len(term) <= LONGEST_WORD
        assert "\0" not in term.encode().decode()
    assert max(read.counts.values(), default=0) <= MOST_REPEATS
    assert read_text_terms(text) == read


@given(st.lists(st.sampled_from(["antrean", "loket", "puskesmas", "anak", "pelayanan", "sim", "yang", "PKK"]), max_size=12))
def test_case_and_what_stands_between_words_change_nothing(words: list[str]) -> None:
    assert read_text_terms(" ".join(words)).counts == read_text_terms(" , ".join(words).upper()).counts


@pytest.mark.parametrize("text", ["a" * 1_000_000, "kata " * 200_000, "yang " * 200_000, "- " * 500_000, "\0" * 100_000, "😀" * 100_000])
def test_a_monstrous_text_is_read_and_only_so_much_of_it_counts(text: str) -> None:
    began = time.process_time()
    read = read_text_terms(text)
    assert time.process_time() - began < 20
    assert len(read.stems) <= MOST_WORDS
    assert len(read.counts) <= 1


def test_many_threads_read_the_same_words() -> None:
    words = [f"menge{'lola'[: number % 4]}x{number}kan" for number in range(400)]
    alone = [read_text_terms(word).terms for word in words]
    reduce_word.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda word: read_text_terms(word).terms, words)) == alone


def test_the_command_tells_terms_acronyms_and_what_was_left_out() -> None:
    told = calculate("words", {"text": "Antrean di PUSKESMAS"})
    assert told == {"terms": ["antre", "puskesmas"], "by_acronym": ["pusat", "sehat", "warga"], "left_out": ["di"], "edition": EDITION}
