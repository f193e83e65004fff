"""roles: what each may do is this table, no more and no less; and what they may not do is refused when they try."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from db import Database, NotReady, migrate, roles
from db.tool.explain import explain
from tests.conftest import signed_in_as
from tests.given import Cast

DOORS = {
    "users": "INSERT of username, email, password_hash; SELECT of user_id, username, password_hash; "
    "UPDATE of password_hash",
    "messages": "INSERT of author_id, content; SELECT",
    "followers": "DELETE; INSERT; SELECT",
    "user_counts": "SELECT",
    "_yoyo_migration": "SELECT of migration_id, applied_at_utc",
}
SITE = {
    "sessions": "DELETE; INSERT; SELECT; UPDATE of expires_at",
    "newest_messages": "SELECT",
}
API = {"simulator": "INSERT; SELECT; UPDATE of latest", "simulator_latest": "SELECT; UPDATE"}
MAY = {
    "minitwit_site": DOORS | SITE,
    "minitwit_api": DOORS | API,
    "minitwit_dba": {
        "users": "SELECT of user_id, username, registered_at",
        "sessions": "SELECT of user_id, expires_at",
        **dict.fromkeys(("messages", "followers", "user_counts", "newest_messages"), "SELECT"),
        **dict.fromkeys(("simulator", "simulator_latest"), "SELECT"),
        **dict.fromkeys(("_yoyo_migration", "_yoyo_log", "_yoyo_version", "yoyo_lock"), "SELECT"),
    },
    "minitwit_metrics": {
        "users": "SELECT of user_id",
        "messages": "SELECT of message_id, hidden",
        "followers": "SELECT of who_id",
        "sessions": "SELECT of expires_at",
    },
    "minitwit_queries": DOORS | SITE | API | {"messages": "INSERT of author_id, content; SELECT; UPDATE of hidden"},
    "minitwit_explain": {},
}
"""For each role what it may do with each table and sequence; one that is not named is out of its reach."""

COUNTS = """
    SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM messages), (SELECT count(*) FROM messages WHERE hidden),
        (SELECT count(*) FROM followers), (SELECT count(*) FROM sessions), (SELECT last_value FROM simulator_latest)
"""

MATRIX = """
    SELECT r.rolname AS role, c.relname AS table, v.verb,
        has_table_privilege(r.rolname, c.oid, v.verb) AS whole,
        CASE WHEN v.verb IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') THEN ARRAY(
            SELECT a.attname::text FROM pg_attribute AS a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            AND has_column_privilege(r.rolname, c.oid, a.attnum, v.verb) ORDER BY a.attnum
        ) ELSE '{}' END AS columns
    FROM pg_roles AS r
    CROSS JOIN pg_class AS c
    CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS v (verb)
    WHERE r.rolname LIKE 'minitwit\\_%' AND c.relnamespace = 'public'::regnamespace
    AND c.relkind IN ('r', 'p', 'v', 'm', 'S') AND c.relname !~ '^pg_stat_statements'
    ORDER BY 1, 2, 3
"""


async def matrix(db: Database) -> dict[str, dict[str, str]]:
    """What PostgreSQL says each role may do, in the words of `MAY`."""
    found: dict[str, dict[str, list[str]]] = {role: {} for role in MAY}
    for role, table, verb, whole, columns in await db.pool.fetch(MATRIX):
        if whole or columns:
            found[role].setdefault(table, []).append(verb if whole else f"{verb} of {', '.join(columns)}")
    return {role: {table: "; ".join(verbs) for table, verbs in tables.items()} for role, tables in found.items()}


@pytest.fixture
async def file_applied(db: Database, database_url: str) -> AsyncIterator[None]:
    """Whatever a test does to the roles, the file has the last word."""
    yield
    assert roles.grant(database_url, {role: role.upper() for role in roles.WHO_SIGN_IN}) == ""


async def test_each_role_may_do_to_each_table_what_the_table_above_says_and_nothing_else(db: Database) -> None:
    assert await matrix(db) == MAY


@pytest.mark.usefixtures("file_applied")
async def test_a_right_that_the_file_does_not_give_is_seen_and_taken_away(db: Database, database_url: str) -> None:
    await db.pool.execute("GRANT SELECT (email) ON users TO minitwit_metrics; GRANT TRUNCATE ON messages TO PUBLIC")
    assert (await matrix(db))["minitwit_metrics"]["users"] == "SELECT of user_id, email"
    assert "TRUNCATE" in (await matrix(db))["minitwit_explain"]["messages"]
    roles.grant(database_url)
    assert await matrix(db) == MAY


@pytest.mark.parametrize("role", MAY)
async def test_nobody_may_create_anything_that_stays_or_call_what_only_triggers_call(db: Database, role: str) -> None:
    assert not await db.pool.fetchval("SELECT has_schema_privilege($1, 'public', 'CREATE')", role)
    for right in ("CREATE", "TEMPORARY"):
        may = await db.pool.fetchval("SELECT has_database_privilege($1, current_database(), $2)", role, right)
        assert may == ((role, right) == ("minitwit_queries", "TEMPORARY")), "explain's function, gone with its session"
    callable_ones = await db.pool.fetch(
        "SELECT p.proname FROM pg_proc AS p WHERE p.pronamespace = 'public'::regnamespace "
        "AND p.proname !~ '^pg_stat_statements' AND has_function_privilege($1, p.oid, 'EXECUTE')",
        role,
    )
    assert callable_ones == []
    rights = (
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = $1"
    )
    assert not any(await db.pool.fetchrow(rights, role) or [True])


@pytest.mark.parametrize(
    ("role", "attempt"),
    [
        ("minitwit_site", "SELECT email FROM users"),
        ("minitwit_site", "SELECT * FROM users"),
        ("minitwit_site", "UPDATE users SET username = 'mallory'"),
        ("minitwit_site", "DELETE FROM users"),
        ("minitwit_site", "SELECT last_value FROM simulator_latest"),
        ("minitwit_site", "SELECT setval('simulator_latest', 5)"),
        ("minitwit_site", "UPDATE messages SET hidden = true"),
        ("minitwit_site", "INSERT INTO messages (author_id, content, published_at) VALUES (1, 'x', '2000-01-01')"),
        ("minitwit_site", "UPDATE user_counts SET followers = 1000000"),
        ("minitwit_site", "UPDATE newest_messages SET message_id = 1000000"),
        ("minitwit_site", "DELETE FROM _yoyo_migration"),
        ("minitwit_site", "SET ROLE minitwit_api"),
        ("minitwit_api", "SELECT email FROM users"),
        ("minitwit_api", "SELECT user_id FROM sessions"),
        ("minitwit_api", "INSERT INTO sessions VALUES ('x', 1, now())"),
        ("minitwit_api", "UPDATE user_counts SET followers = 1000000"),
        ("minitwit_api", "TRUNCATE messages"),
        ("minitwit_dba", "DELETE FROM messages"),
        ("minitwit_dba", "SELECT setval('simulator_latest', 5)"),
        ("minitwit_dba", "UPDATE messages SET hidden = true"),
        ("minitwit_dba", "SELECT password_hash FROM users"),
        ("minitwit_dba", "SELECT token_hash FROM sessions"),
        ("minitwit_dba", "SELECT email FROM users"),
        ("minitwit_dba", "CREATE INDEX mine ON messages (content)"),
        ("minitwit_metrics", "SELECT content FROM messages"),
        ("minitwit_metrics", "SELECT username FROM users"),
        ("minitwit_metrics", "INSERT INTO followers VALUES (1, 1)"),
        ("minitwit_metrics", "SET ROLE minitwit_queries"),
        *[(role, "CREATE TABLE mine (id int)") for role in roles.WHO_SIGN_IN],
        *[(role, "CREATE TEMPORARY TABLE mine (id int)") for role in roles.WHO_SIGN_IN],
        *[(role, "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'") for role in roles.WHO_SIGN_IN],
        *[(role, "ALTER TABLE messages DISABLE TRIGGER ALL") for role in roles.WHO_SIGN_IN],
        *[(role, "SELECT counts_change('{}')") for role in roles.WHO_SIGN_IN],
    ],
)
@pytest.mark.usefixtures("cast")
async def test_an_attempt_is_refused_by_the_grants_and_not_by_the_guard_rail(
    database_url: str, role: str, attempt: str
) -> None:
    connection = await asyncpg.connect(signed_in_as(role, database_url))
    try:
        await connection.execute("SET default_transaction_read_only = off")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(attempt)
    finally:
        await connection.close()


async def test_the_dba_may_become_all_query_files_together_but_has_to_say_so(db: Database, database_url: str) -> None:
    """Who signs in as the DBA can write if they want to; no e-mail address can be read even then."""
    connection = await asyncpg.connect(signed_in_as("minitwit_dba", database_url))
    try:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await connection.execute("SET ROLE minitwit_queries; DELETE FROM followers")
        async with connection.transaction():
            await connection.execute("SET TRANSACTION READ WRITE; SET LOCAL ROLE minitwit_queries")
            await connection.execute("DELETE FROM followers")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute("SELECT email FROM users")
    finally:
        await connection.close()


async def test_metrics_counts_rows(cast: Cast, database_url: str) -> None:
    connection = await asyncpg.connect(signed_in_as("minitwit_metrics", database_url))
    try:
        counted = [await connection.fetchval(f"SELECT count(*) FROM {t}") for t in ("users", "messages", "followers")]
    finally:
        await connection.close()
    assert counted == [3, 2, 1]


async def test_databases_of_one_server_may_be_migrated_at_one_moment(empty_database: str, database_url: str) -> None:
    migrate.migrate(empty_database)
    urls = [empty_database, database_url] * 4
    said = await asyncio.gather(*(asyncio.to_thread(roles.grant, url) for url in urls))
    assert set(said) == {""}


async def test_an_owner_who_may_not_create_roles_is_told_and_the_schema_is_there(
    db: Database, empty_database: str
) -> None:
    await db.pool.execute("CREATE ROLE modest LOGIN PASSWORD 'MODEST'; ALTER DATABASE another OWNER TO modest")
    modest = signed_in_as("modest", empty_database)
    assert migrate.migrate(modest) != []
    said = roles.grant(modest)
    assert said.startswith("The roles of db/roles.sql were left as they are, which this user may not change: ")
    assert "\n" not in said
    connection = await asyncpg.connect(modest)
    assert await connection.fetchval("SHOW plan_cache_mode") == "force_generic_plan", "the policy is everyone's"
    await connection.close()
    with pytest.raises(NotReady, match="were left as they are"):
        roles.grant(modest, {"minitwit_site": "x"})


async def test_the_dba_explains_every_file_and_nothing_of_it_stays(db: Database, cast: Cast, database_url: str) -> None:
    before = await db.pool.fetch(COUNTS)
    for query in db.queries.values():
        assert "Execution Time" in await explain(signed_in_as("minitwit_dba", database_url), query, {})
    assert await db.pool.fetch(COUNTS) == before
