"""Errors a caller can act on. Bugs stay ordinary exceptions and crash loudly. Pure."""


class HoedeError(Exception):
    """Base of every expected failure; the docstring is the default message."""

    code = "error"  # stable, part of the interface

    def __init__(self, detail: str | None = None, **facts: object) -> None:
        self.detail = detail or (self.__doc__ or "").strip()
        super().__init__(self.detail)
        self.facts = facts  # ids and counts only, so that logs hold no personal data
