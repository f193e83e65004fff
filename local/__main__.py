"""`python -m local`: run MiniTwit on this machine. `python -m local --throw-away COMMAND …`: run a command that finds
in DATABASE_URL a new, migrated database, which is gone afterwards."""

import argparse
import subprocess
import sys

from core.settings import BadSettings, Settings, child_environment
from local import postgres, supervisor
from local.words import CannotRun, complain


def main() -> int:
    """The exit code: 0 after a clean stop by a signal, 1 when something cannot run, 2 for settings that make no sense;
    with `--throw-away` that of the command."""
    command = _arguments().throw_away
    try:
        settings = Settings.read()
        if command:
            return _with_throw_away(settings, command)
        supervisor.run(settings)
    except BadSettings as error:
        complain("\n".join(error.problems))
        return 2
    except CannotRun as error:
        complain(str(error))
        return 1
    except OSError as error:
        complain(f"{error.filename or 'The system'}: {error.strerror or error}.")
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m local", description=__doc__)
    parser.add_argument("--throw-away", nargs=argparse.REMAINDER, metavar="COMMAND", help="run this command instead")
    return parser.parse_args()


def _with_throw_away(settings: Settings, command: list[str]) -> int:
    supervisor.listen()
    try:
        with postgres.throw_away(postgres.find_programs(settings)) as url:
            environment = child_environment(DATABASE_URL=url, DATABASE_URL_FILE=None)
            supervisor.migrate(environment)
            code = subprocess.run(command, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 130
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
