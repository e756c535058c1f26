"""How often somebody tried in vain to sign in: counted for an account and the address that they came from."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.columns import UtcInstant
from models.instants import wall_now


class SignInFailure(SQLModel, table=True):
    """The tries at one account from one address since the first of them; a try counts before its password is looked at.

    One row for each account and address, under the beginning of their common hash as id, so that several processes agree on the count.
    """

    id: str = Field(primary_key=True, max_length=26)
    name_hash: str = Field(max_length=64, index=True)
    at: datetime = Field(default_factory=wall_now, sa_type=UtcInstant)
    tries: int = 1
