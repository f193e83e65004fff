"""A connection whose statements PostgreSQL's log connects with the request: docs/decisions/0013."""

from typing import Any

import asyncpg

from core import logs


class Traced(asyncpg.Connection):
    """Names each portal after the request that it runs for; the log shows it as `execute STATEMENT/PORTAL`.

    asyncpg leaves the name empty and has no option for it, so this takes the place of its `_execute`, which is not
    public: tests/db/test_tracing.py fails when another version of asyncpg runs statements another way.
    """

    async def _execute(
        self,
        query: str,
        args: Any,
        limit: int,
        timeout: float | None,  # noqa: ASYNC109  # asyncpg's own parameter
        *,
        return_status: bool = False,
        ignore_custom_codec: bool = False,
        record_class: Any = None,
    ) -> Any:
        this: Any = self  # whose private parts have no types

        def run(statement: Any, patience: Any) -> Any:
            return this._protocol.bind_execute(statement, args, logs.trace_id.get(), limit, return_status, patience)

        patience = this._protocol._get_timeout(timeout)
        with this._stmt_exclusive_section:
            result, _ = await this._do_execute(
                query, run, patience, ignore_custom_codec=ignore_custom_codec, record_class=record_class
            )
        return result
