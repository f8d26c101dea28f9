"""What every view of one application shares: the settings, the store, and the addresses of both kinds."""

from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from flask import current_app

from catalog.addresses import Addresses
from catalog.model import Agent, Text
from catalog.settings import Settings
from catalog.store import Store

EXTENSION = "catalog"


@dataclass(frozen=True, slots=True)
class Site:
    """``settings`` and ``store`` of one catalogue. One stands in each application."""

    settings: Settings
    store: Store

    @property
    def public(self) -> Addresses:
        """Absolute addresses, from the configured base URL only: never from what a client calls us."""
        return Addresses(self.settings.public_url())

    @property
    def base_path(self) -> str:
        """The path of the base URL, "" where the catalogue stands at the root of its host."""
        return urlsplit(self.settings.public_url()).path

    @property
    def local(self) -> Addresses:
        """Addresses as paths on this server, for links inside pages."""
        return Addresses(self.base_path)

    @property
    def title(self) -> Text:
        """The catalogue's own title."""
        return Text(ja=self.settings.title_ja, en=self.settings.title_en)

    @property
    def description(self) -> Text:
        """The catalogue's own description."""
        return Text(ja=self.settings.description_ja, en=self.settings.description_en)

    @property
    def operator(self) -> Agent:
        """Who runs the catalogue: the publisher of packages that name none."""
        settings = self.settings
        name = Text(ja=settings.publisher_name_ja, en=settings.publisher_name_en)
        return Agent(id=settings.publisher_id, name=name, uri=settings.publisher_uri)


def site() -> Site:
    """The site of the application that answers the current request."""
    return cast(Site, current_app.extensions[EXTENSION])
