"""Answers that are kept until the data change, the least lately asked for let go first."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any

KEPT_ANSWERS = 2000


class KeptAnswers:
    """Shared by all sessions: a key names the scope, the question and the version of the data."""

    def __init__(self) -> None:
        self._answers: OrderedDict[tuple[object, ...], Any] = OrderedDict()
        self._lock = Lock()
        self._erasure = 0

    def let_go_of_what_was_erased(self, last: int) -> None:
        """Answers are kept by the version of the data, also of earlier ones: none outlives an erasure."""
        with self._lock:
            if last != self._erasure:
                self._answers.clear()
                self._erasure = last

    def find(self, key: tuple[object, ...]) -> Any:
        """The answer that is kept, None where none is."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def keep(self, key: tuple[object, ...], answer: Any) -> Any:
        """Keep an answer, and give it back."""
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > KEPT_ANSWERS:
                self._answers.popitem(last=False)
        return answer
