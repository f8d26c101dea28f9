"""The tables' history as Alembic scripts, shipped with the program and run by it; no ini file."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData


def configuration() -> Config:
    """Where the scripts are."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def upgrade(connection: Connection, metadata: MetaData, revision: str) -> None:
    """Bring the tables to ``revision`` inside the transaction that ``connection`` is in.

    ``metadata`` lends its naming convention to the constraints that the scripts make.
    """
    config = configuration()
    config.attributes["connection"] = connection
    config.attributes["metadata"] = metadata
    command.upgrade(config, revision)
