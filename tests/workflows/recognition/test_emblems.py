"""Which emblem is drawn: the region's own from its data folder, else the packaged sample."""

import pytest

from models.settings import settings
from tests.building import Town
from workflows.recognition.flow import read_emblem

pytestmark = pytest.mark.slow


def test_a_regions_own_emblem_comes_from_its_data_folder(town: Town) -> None:
    assert 'viewBox="0 0 200 200"' in read_emblem("gagas")
    settings().emblems.mkdir(parents=True)
    (settings().emblems / "bandung.svg").write_text('<svg viewBox="0 0 1 1"/>')
    assert read_emblem("bandung") == '<svg viewBox="0 0 1 1"/>'
    with pytest.raises(FileNotFoundError):
        read_emblem("garuda")
