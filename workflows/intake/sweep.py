"""Takes from the store of ideas' files what no idea needs: uploads that broke off, files that were taken out of a draft, refused ones."""

from collections.abc import Collection

from models.database import Database
from models.settings import settings
from workflows.adapters.uploads import sweep_store
from workflows.intake.attachments import find_needed


def sweep_attachments(store: Database) -> int:
    """Remove what no row needs, and answer how many files that were; files that are on their way in at this moment stay."""

    def find(digests: Collection[str]) -> set[str]:
        with store.reading() as session:
            return find_needed(session, digests)

    return sweep_store(settings().attachments, find)
