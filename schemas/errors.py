"""One family of errors, so that a door can catch what is ours and nothing else.

    PlumblineError
    ├── LanguageError      a vocabulary, rule, measure or check file does not hold together
    ├── UnreadableError    a file sent to us cannot be read at all
    ├── RefusedError       this cannot be done or seen, as things stand
    │   ├── ForbiddenError     what was asked for is another's, or not open to the person's role; kept in the record
    │   ├── NothingError   there is nothing of what is asked to be done
    │   └── StaleError     what the person read is no longer what stands
    │       └── RereadError    what a file was read by is no longer what stands: check it again
    ├── QuestionError      a question that no figure answers
    ├── ProviderError      an identity provider cannot be reached, refuses, or says what cannot be believed
    └── WarehouseError     the store is missing, busy or newer than this program

A message says what is wrong, where, and what to do. It never repeats a cell's value.
"""


class PlumblineError(Exception):
    """Anything that Plumbline says on purpose; its text may be shown to a person."""


class LanguageError(PlumblineError):
    """A definition file has an unknown or missing key, or names something that does not exist."""


class UnreadableError(PlumblineError):
    """A file cannot be read at all."""


class RefusedError(PlumblineError):
    """This cannot be done or seen, as things stand."""


class ForbiddenError(RefusedError):
    """What was asked for is another's, or not open to the person's role; `noted` once it stands in the record."""

    noted = False


class NothingError(RefusedError):
    """There is nothing of what is asked to be done."""


class StaleError(RefusedError):
    """What the person read before deciding has changed since: read it again, then decide."""


class RereadError(StaleError):
    """What a file was read by has changed since its check: nothing of that check can be kept, check it again."""


class QuestionError(PlumblineError):
    """The question names a measure, breakdown or filter that does not exist or does not fit."""


class ProviderError(PlumblineError):
    """A sign-in that an identity provider did not finish; `why` is a code for the page and the record."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(f"The sign-in was not finished: {detail or why}.")
        self.why, self.detail = why, detail


class WarehouseError(PlumblineError):
    """The store is missing, busy or newer than this program."""
