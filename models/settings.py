"""Every setting Gagas reads from its surroundings, in one table (`GAGAS_*`)."""

import re
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SHORTEST_POOL_LEASE = 20  # seconds: a worker looks every 2, a fresh process needs about 6, and the work itself must fit beside them
REGION = "region.env"  # in the data folder: the zone and the language that `gagas init` was told


class Settings(BaseSettings):
    """One field per setting; the README's table is generated from the descriptions."""

    model_config = SettingsConfigDict(env_prefix="GAGAS_", extra="ignore")

    data: Path = Field(Path("data"), description="Folder for the database, keys, documents, mail and own emblems (`emblems/NAME.svg`).")
    database_url: str = Field("", description="Empty: SQLite in the data folder. Else `postgresql+psycopg://…`.")
    ledger_key: str = Field(
        "", description="File of the key that signs the ledger's checkpoints. Empty: `keys/ledger.pem` in the data folder."
    )
    host: str = Field("127.0.0.1", description="Address the API listens on.")
    port: int = Field(8080, ge=0, le=65535, description="Port of the API and the pages; 0 takes a free one.")
    public_url: str = Field("", description="Address that QR codes carry. Empty: the address served.")
    prefect_port: int = Field(4280, ge=0, le=65535, description="Port of the local Prefect server (loopback); 0 takes a free one.")
    zone: str = Field("Asia/Jakarta", description="Zone in which days begin and end: Asia/Jakarta, Asia/Makassar, Asia/Jayapura.")
    language: str = Field("id", pattern="^(id|en)$", description="Language where the reader names none.")
    tick_seconds: float = Field(30, gt=0, description="Seconds between two runs of the clock flow.")
    poll_seconds: float = Field(0.5, gt=0, description="Seconds the relay rests when nothing waits.")
    lease_seconds: float = Field(120, gt=0, description="Seconds a claimed message stays with its run.")
    batch_size: int = Field(500, ge=1, le=500, description="Messages one flow run takes at most.")
    attempts: int = Field(6, ge=1, description="Tries of one message before it waits for an operator.")
    work_pool: str = Field("", description="Prefect work pool whose workers run the flows. Empty: the relay runs them itself.")
    gather_seconds: float = Field(2, ge=0, description="Seconds in which messages gather between two runs of a topic on a work pool.")
    smtp_url: SecretStr = Field(SecretStr(""), description="`smtp://user:password@host:port`. Empty: mail lies as .eml in the data folder.")
    mail_from: str = Field("gagas@localhost", description="Sender of Gagas' mail.")
    body_limit: int = Field(1_000_000, ge=1024, description="Bytes one request may carry.")
    scanner: str = Field(
        "", description="Virus scanner (clamd) for attached files: `unix:/run/clamav/clamd.ctl` or `tcp:HOST:3310`. Empty: none is asked."
    )
    logs: str = Field("", description="Folder of the security and access logs; `-`: standard output. Empty: `logs` in the data folder.")
    clock: str = Field("", description="`test:FILE` takes the time from FILE. Demo and tests only.")
    seed: str = Field("", description="Makes ids repeatable. Demo and tests only.")

    @field_validator("zone")
    @classmethod
    def zone_exists(cls, value: str) -> str:
        """A zone that the system does not know is refused at start, not at the first deadline."""
        try:
            ZoneInfo(value)
        except (KeyError, OSError) as unknown:
            raise ValueError(f"there is no zone {value}; use Asia/Jakarta, Asia/Makassar or Asia/Jayapura") from unknown
        return value

    @field_validator("scanner")
    @classmethod
    def scanner_has_a_place(cls, value: str) -> str:
        """An address that cannot be one is refused at start, not with the first file."""
        if value and not re.fullmatch(r"unix:/.+|tcp:[^:/]+:[0-9]{1,5}", value):
            raise ValueError("a scanner's address is unix:/PATH or tcp:HOST:PORT")
        return value

    @field_validator("work_pool")
    @classmethod
    def pool_has_what_it_needs(cls, value: str, info: ValidationInfo) -> str:
        """Workers are processes of their own, perhaps elsewhere: they need a server's database, one data folder and time to start."""
        if value and "postgresql" not in str(info.data.get("database_url")):
            raise ValueError("a work pool needs PostgreSQL; set GAGAS_DATABASE_URL")
        if value and not Path(info.data.get("data", "")).is_absolute():
            raise ValueError("workers start elsewhere; give GAGAS_DATA as a full path")
        if value and float(info.data.get("lease_seconds", 0)) < SHORTEST_POOL_LEASE:
            raise ValueError(f"a worker's start alone takes a part of the lease; set GAGAS_LEASE_SECONDS to {SHORTEST_POOL_LEASE} or more")
        return value

    @property
    def sqlite_file(self) -> Path:
        """The database file of the embedded mode."""
        return self.data / "gagas.db"

    @property
    def signing_key(self) -> Path:
        """The private key that signs the ledger's checkpoints."""
        return Path(self.ledger_key) if self.ledger_key else self.data / "keys" / "ledger.pem"

    @property
    def mail_secret(self) -> Path:
        """The secret from which codes of activation are made; it lies in no database and in no backup."""
        return self.data / "mail-codes.key"

    @property
    def log_folder(self) -> Path:
        """Where the security and the access log lie."""
        return Path(self.logs) if self.logs else self.data / "logs"

    @property
    def pinned_key(self) -> Path:
        """The public key that checkpoints are held against."""
        return self.data / "keys" / "ledger.pub"

    @property
    def sqlalchemy_url(self) -> str:
        """The address SQLAlchemy opens."""
        return self.database_url or f"sqlite:///{self.sqlite_file}"

    @property
    def address(self) -> str:
        """The address QR codes and mails carry, without a slash at its end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def documents(self) -> Path:
        """Where issued documents lie, named by their SHA-256."""
        return self.data / "documents"

    @property
    def attachments(self) -> Path:
        """Where ideas' files lie, named by their SHA-256."""
        return self.data / "attachments"

    @property
    def emblems(self) -> Path:
        """Where the region's own emblems lie, as `NAME.svg`."""
        return self.data / "emblems"


@lru_cache
def settings() -> Settings:
    """The settings of this process, read once; what its surroundings leave open, as the region's own file in the data folder says."""
    chosen = Settings()
    region = chosen.data / REGION
    return Settings(_env_file=region) if region.is_file() else chosen
