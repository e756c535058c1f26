"""The town that these tests live in, and one that is served for those that many clients ask at once."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from models.database import Database
from models.documents import Document, DocumentKind
from models.stages import AwardStage
from tests.building import Town, client, either_town, shelf, town
from tests.databases import Pattern
from tests.serving import serve
from workflows.recognition.issue import Rendered, mark_issued
from workflows.recognition.letters import number_certificates

__all__ = ["client", "either_town", "shelf", "town"]


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def served_town(
    request: pytest.FixtureRequest, settled_pattern: Pattern, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Town, str, Path]]:
    """A town, its server's address and log, once on each database for all tests that ask for it; each builds a call of its own."""
    folder: Path = tmp_path_factory.mktemp("served")
    if request.param == "sqlite":
        url = f"sqlite:///{shutil.copyfile(settled_pattern.sqlite(), folder / 'gagas.db')}"
    else:
        create: Callable[[str], str] = request.getfixturevalue("new_postgres")
        url = create(settled_pattern.postgres(create))
    store = Database(url)
    with serve(store, folder) as address:
        yield Town(store), address, folder / "server.log"
    store.close()


@pytest.fixture
def certificate(town: Town) -> Document:
    """A certificate that was issued, with a digest of its own."""
    award = town.build_award(AwardStage.ANNOUNCED)
    town.do(number_certificates, award, by="flow:recognition")
    wanted = select(Document).where(Document.kind == DocumentKind.CERTIFICATE, Document.holder_id == town["lead"].id)
    (found,) = town.rows(wanted)
    town.do(mark_issued, found.id, Rendered("ab" * 32), by="flow:recognition")
    return found
