"""Which emblem is drawn: the region's own from its data folder, else the packaged sample."""

import pytest

from models.settings import settings
from tests.building import Town
from workflows.process.refusals import Invalid
from workflows.recognition.flow import read_emblem

pytestmark = pytest.mark.slow
DRAWING = '<svg viewBox="0 0 2 3"><path d="M0 0H2V3Z"/></svg>'


def test_a_regions_own_emblem_comes_from_its_data_folder(town: Town) -> None:
    assert 'viewBox="0 0 200 200"' in read_emblem("gagas")
    settings().emblems.mkdir(parents=True)
    (settings().emblems / "bandung.svg").write_text(DRAWING)
    assert '<path d="M0 0H2V3Z"></path>' in read_emblem("bandung")
    with pytest.raises(FileNotFoundError):
        read_emblem("garuda")


def test_nobody_puts_an_emblem_in_the_samples_place(town: Town) -> None:
    settings().emblems.mkdir(parents=True)
    (settings().emblems / "gagas.svg").write_text(DRAWING)
    assert "M0 0H2V3Z" not in read_emblem("gagas")


def test_a_file_that_changed_after_the_office_was_set_is_checked_again(town: Town) -> None:
    settings().emblems.mkdir(parents=True)
    (settings().emblems / "bandung.svg").write_text(DRAWING.replace("<path", "<script>alert(1)</script><path"))
    with pytest.raises(Invalid, match="emblem_not_plain"):
        read_emblem("bandung")
