"""The figures of real texts are told of whichever files there are; these are small ones of the tests' own."""

from pathlib import Path

from bench.real_texts import main, tell_all

INNOVATIONS = """title,agency,region,year,category,summary,source
Antrean daring puskesmas,,,,,Nomor antrean diambil dari rumah.,
Nomor antrian online,,,,,Pasien puskesmas mengambil nomor antrean.,
Bank sampah,,,,,Warga menabung botol yang dipilah.,
Lampu gang,,,,,Setiap gang menjaga lampunya sendiri.,
"""
PAIRS = """title_a,region_a,summary_a,title_b,region_b,summary_b,label,why
Antrean daring puskesmas,,Nomor antrean diambil dari rumah.,Nomor antrian online,,Pasien puskesmas mengambil nomor antrean.,serupa,
Bank sampah,,Warga menabung botol yang dipilah.,Lampu gang,,Setiap gang menjaga lampunya sendiri.,beda,
Bank sampah,,Warga menabung botol yang dipilah.,Tidak ada,,Tidak ada.,sama,
"""
PROPOSALS = """id,title,description,votes,created_at,retired_at
1,Metro accesible Campamento,<p>Ni escaleras mec&aacute;nicas ni ascensor.</p>,1,,
2,METRO accesible: Campamento,Pedimos ascensor y escaleras,1,,
3,Carril bici en Alcalá,Un carril para bicicletas.,1,,
4,Más árboles en Tetuán,Un carril para bicicletas.,1,,
5,,,,,
"""


def test_nothing_is_told_of_an_empty_folder(tmp_path: Path) -> None:
    assert main([str(tmp_path)]) == 1


def test_pairs_and_proposals_are_counted(tmp_path: Path) -> None:
    for name, text in (("inovasi.csv", INNOVATIONS), ("inovasi_pairs.csv", PAIRS), ("decide_madrid.csv", PROPOSALS)):
        (tmp_path / name).write_text(text, "utf-8")
    told = {row[0]: row[1:] for row in tell_all(tmp_path)}
    assert told["inovasi_pairs: the other of a similar pair, title and text"] == ("2 of 2", "2 of 2", "")
    assert told["inovasi_pairs: a similar pair is liker than one that is not"][0] == "1.00"
    assert told["decide_madrid: another proposal of one title, by the text alone"] == ("2 of 2", "2 of 2", "2 of 2")
    assert told["decide_madrid: another proposal of one text, by the title alone"][0].endswith("of 2")
    assert main([str(tmp_path)]) == 0
