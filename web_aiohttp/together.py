"""Those who ask for the same thing at the same moment share one answer: a crowd costs hardly more than one reader.

Nothing is kept: an answer begins to be made only after the last of those who share it has asked, so nobody is shown
less than what was true when they came. Whoever comes while one is being made waits for the next.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Together(Generic[Question, Answer]):
    """Answers to questions, each made by `find` and shared by all who asked before it began."""

    def __init__(self) -> None:
        self._gathering: dict[Question, asyncio.Task[Answer]] = {}
        self._running: dict[Question, asyncio.Task[Answer]] = {}

    async def ask(self, question: Question, find: Callable[[], Awaitable[Answer]]) -> Answer:
        """What `find` returns, or raises: this one or that of somebody else who asks the same just now."""
        round_ = self._gathering.get(question)
        if round_ is None:
            round_ = asyncio.create_task(self._find(question, find, self._running.get(question)))
            self._gathering[question] = round_
        return await asyncio.shield(round_)  # one who gives up does not take the answer from the others

    async def _find(
        self,
        question: Question,
        find: Callable[[], Awaitable[Answer]],
        before: "asyncio.Task[Answer] | None",
    ) -> Answer:
        if before is not None:
            await asyncio.wait([before])
        this = self._running[question] = self._gathering.pop(question)
        try:
            return await find()
        finally:
            if self._running[question] is this:
                del self._running[question]
