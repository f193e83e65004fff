"""Is the database there, and is it ours: `db/sql/health`."""

from pathlib import Path

from db.pool import Database

MIGRATIONS_FOLDER = Path(__file__).parent / "migrations"


async def ready(db: Database) -> bool | None:
    """Answers when the tables can be read; what it answers does not matter."""
    return await db.value("health/ready", bool)


async def migrations(db: Database) -> list[str]:
    """The migrations that have been applied, by the names of their files."""
    return await db.values("health/migrations", str)


async def nullable(db: Database) -> list[str]:
    """The columns of our tables that may hold NULL, each as `table.column`."""
    return await db.values("health/nullable", str)


def migrations_needed(folder: Path = MIGRATIONS_FOLDER) -> list[str]:
    """The migrations of this release, by the names of their files, oldest first."""
    return sorted(path.stem for path in folder.glob("*.sql") if not path.name.endswith(".rollback.sql"))
