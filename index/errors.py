"""What may go wrong and is the user's to mend.

::

    BelegtError            one line: what was seen, what was wanted, the command that mends it
    ├── SettingsError      belegt.toml or a BELEGT_* variable
    ├── ModelError         the embedding model is missing, damaged or does not fit
    ├── ReadError          one source file cannot be read; the others go on
    └── IndexError_        the index as a whole
        ├── NoIndexError       nothing has been synced yet
        ├── StaleIndexError    made by another model, chunker or analyser
        └── LockedError        another process is writing
"""


class BelegtError(Exception):
    """A fault that a user can mend; its text is one line and says how."""


class SettingsError(BelegtError):
    """A setting is unknown or has a value that cannot be used."""


class ModelError(BelegtError):
    """The embedding model cannot be used."""


class ReadError(BelegtError):
    """A source file cannot be turned into text; carries reason and remedy only, not the path.

    ``str`` is the English line; ``code`` and ``values`` let a screen say it in another language
    (a code without a translation is shown in English).
    """

    def __init__(self, text: str, code: str = "", **values: str | int | float) -> None:
        super().__init__(text)
        self.code = code
        self.values = values


class IndexError_(BelegtError):  # noqa: N801, N818 - IndexError is Python's
    """The index cannot be used as it is."""


class NoIndexError(IndexError_):
    """No index at this place, or an empty one."""


class StaleIndexError(IndexError_):
    """The index was made with another model, chunker, analyser or schema."""


class LockedError(IndexError_):
    """Another process holds the writer's lock."""
