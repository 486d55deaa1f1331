"""Where a user's data is, and the key that pseudonyms are made with."""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from platformdirs import user_data_dir

from data.errors import WrongUsage


@dataclass(frozen=True)
class Home:
    """All that the program writes is under `path`."""

    path: Path

    @property
    def log(self) -> Path:
        return self.path / "log"

    @property
    def archive(self) -> Path:
        return self.path / "archive"

    @property
    def published(self) -> Path:
        return self.path / "db"

    @property
    def text_index(self) -> Path:
        return self.published / "texts.sqlite"

    @property
    def campaigns(self) -> Path:
        return self.path / "campaigns"

    @cached_property
    def key(self) -> bytes:
        """The home's secret (mode 0600), made at first use. Pseudonyms are stable within a home and differ between homes."""
        place = self.path / "key"
        if not place.exists():
            self.path.mkdir(parents=True, exist_ok=True)
            _write_once(place, secrets.token_hex(32))
        return bytes.fromhex(place.read_text().strip())

    def author_key(self, platform: str, author_id: str) -> str:
        """HMAC of the first 16 hex digits of SHA-256(author id): hashed ids of newer MediaCrawler files and plain ids of
        older ones meet, and a bare hash is not stored."""
        return _author_key(self.key, platform, author_id)

    def author_key_of_hash(self, platform: str, creator_hash: str) -> str:
        """The same for a file that tells only the hash."""
        return _author_key_of_hash(self.key, platform, creator_hash)

    def post_subject(self, platform: str, is_comment: bool, post_id: str) -> str:
        """What a tombstone holds of a forgotten post."""
        return _keyed(self.key, f"post\x1f{platform}\x1f{is_comment}\x1f{post_id}")

    def name_subject(self, name: str) -> str:
        """What a tombstone holds of a name that somebody forgotten bore, folded (`data.tags.fold`)."""
        return _keyed(self.key, f"called\x1f{name}")

    def pseudonym(self, name: str) -> str:
        """A keyed stand-in for a name, for exports."""
        return "u" + _keyed(self.key, f"name\x1f{name}")[:10]


def stand_in(author_key: str) -> str:
    """The stand-in of an account, for exports and where its name may not be shown."""
    return "u" + author_key[:10]


@lru_cache(maxsize=65536)
def _author_key(key: bytes, platform: str, author_id: str) -> str:
    return _author_key_of_hash(key, platform, hashlib.sha256(author_id.encode()).hexdigest()[:16])


def _author_key_of_hash(key: bytes, platform: str, creator_hash: str) -> str:
    return _keyed(key, f"author\x1f{platform}\x1f{creator_hash}")


def _keyed(key: bytes, what: str) -> str:
    return hmac.digest(key, what.encode(), "sha256").hex()[:32]


def _write_once(place: Path, text: str) -> None:
    """Two first commands at once agree on one key: the file is linked into place, never replaced."""
    written = place.with_name(f"{place.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(written, place)
    except FileExistsError:
        pass  # the other command was first; its key holds
    finally:
        written.unlink()


def find_home(told: str | None = None) -> Home:
    """The home told by `--home`, else by GROUNDSWELL_HOME, else the platform's user data folder. Raises WrongUsage where a file is in its
    way."""
    place = told or os.environ.get("GROUNDSWELL_HOME") or user_data_dir("groundswell", appauthor=False)
    path = Path(place).expanduser().absolute()
    for folder in (path, *path.parents):
        if folder.exists() and not folder.is_dir():
            raise WrongUsage(f"{folder} is not a folder, so that the home {path} cannot be there. Choose another: --home DIR")
    return Home(path)
