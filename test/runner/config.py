"""The ways to run the same files: `test/configs/*.json`."""

import dataclasses
import json
import pathlib
import zlib

DIRECTORY = pathlib.Path(__file__).resolve().parent.parent / "configs"
AFTER_WRITE = (None, "restart", "crash", "snapshot", "snapshot_odd", "compact")
FORMATS = ("json", "jsonl", "csv")


@dataclasses.dataclass(frozen=True)
class Config:
    name: str
    description: str
    format: str = "json"
    after_write: str | None = None  # also after each statement
    serve_arguments: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    features: tuple[str, ...] = ()  # what a file may `require`
    share: float = 1.0  # of the files that run when no config is asked for by name

    def has_share_in(self, file_name: str, seed: str) -> bool:
        """Whether that file is among the share; another seed draws others."""
        drawn = zlib.crc32(f"{seed} {self.name} {file_name}".encode())
        return drawn < self.share * 2**32


def load(name: str) -> Config:
    values = json.loads((DIRECTORY / f"{name}.json").read_text())
    for key in ("serve_arguments", "features"):
        values[key] = tuple(values.get(key, ()))
    values["environment"] = tuple(values.get("environment", {}).items())
    config = Config(name=name, **values)
    if config.after_write not in AFTER_WRITE or config.format not in FORMATS:
        raise ValueError(f"{name}.json: unknown after_write or format")
    if not 0 <= config.share <= 1:
        raise ValueError(f"{name}.json: share is not between 0 and 1")
    return config


def load_all() -> list[Config]:
    return [load(path.stem) for path in sorted(DIRECTORY.glob("*.json"))]
