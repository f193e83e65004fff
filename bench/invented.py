"""A scenario of our own making, as nasty as the public one: the same seed gives the same actions."""

import random
import string
from collections.abc import Iterator

from bench.scenario import Action, Command

SHARES: dict[Command, int] = {"tweet": 44, "follow": 37, "unfollow": 18}
"""Parts of a hundred, as the public scenario has them; the hundredth is a registration."""

ACTIONS_PER_USER = 100
FEWEST_USERS = 2
"""Somebody has to be there to be followed."""

STRANGERS = 0.1
"""Of the unfollows, those of somebody who is not followed."""

FIRST_NAMES = ("Ada", "Bent", "Carmen", "Dorthe", "Emil", "Fatima", "Grace", "Hugo", "Ida", "Jonas", "Kaja", "Linus")
LAST_NAMES = ("Hopper", "O'Neil", "Lovelace", "van Dijk", "Kjær", "Smith-Jones", "Naur", "Müller", "Turing", "St. John")
PLAIN = (
    "It is a capital mistake to theorise before one has data.",
    'She said "never mind" & went on; 2 < 3 > 1, 100 % sure \\o/',
    "Nothing to report from the harbour today",
    "<b>bold</b> claims need 'bold' proof",
    "Is anybody else up at this hour?",
)
BEYOND_ASCII = (
    "“Curly quotes” are what a phone’s keyboard writes",
    "A dash – or a longer one — and then … silence",
    "Smørrebrød, crème brûlée, jalapeños; Łódź and Ærø",
    "Off to the sea 🌊 with the family 👩‍👩‍👧 and a 🐕",
    "日本語も русский текст, and back again",
)
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
EPOCH_MS = 1_700_000_000_000


def scenario(seed: int, actions: int = 2000, users: int | None = None) -> Iterator[Action]:
    """So many actions of so many users (one to a hundred actions unless stated), each registered before anybody acts
    with or upon them. Another seed has other users, so that several simulators can run at once. No delays.
    """
    chance = random.Random(seed)
    registrations = min(actions, max(FEWEST_USERS, actions // ACTIONS_PER_USER if users is None else users))
    registered: list[str] = []
    # Keeps its order, which a set does not from one run of Python to the next.
    followed: dict[tuple[str, str], None] = {}
    tweets = 0
    for position, command in enumerate(_commands(chance, actions, registrations)):
        args: tuple[str, ...]
        if command == "register":
            user, args = _newcomer(chance, seed, len(registered), registrations)
            registered.append(user)
        elif command == "tweet":
            user, args = chance.choice(registered), (_content(chance, tweets),)
            tweets += 1
        elif command == "follow":
            user, other = chance.sample(registered, 2)
            followed[user, other] = None
            args = (other,)
        else:
            user, other = _parting(chance, registered, followed)
            followed.pop((user, other), None)
            args = (other,)
        yield Action(position + 1, 0, EPOCH_MS + position * 10, command, user, args)


def _commands(chance: random.Random, actions: int, registrations: int) -> list[Command]:
    """The order of things: the exact shares, shuffled, and the first users before everything else."""
    others = actions - registrations
    counts = {command: others * share // sum(SHARES.values()) for command, share in SHARES.items()}
    counts["tweet"] += others - sum(counts.values())
    later = max(0, registrations - FEWEST_USERS)
    commands: list[Command] = [command for command, count in counts.items() for _ in range(count)]
    commands += ["register"] * later
    chance.shuffle(commands)
    first: list[Command] = ["register"] * (registrations - later)
    return first + commands


def _newcomer(chance: random.Random, seed: int, number: int, of: int) -> tuple[str, tuple[str, str]]:
    """A name with a space, an e-mail and a password; all passwords together hold every punctuation mark of ASCII."""
    name = f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)} {seed}.{number}"
    marks = string.punctuation[number % len(string.punctuation) :: of]
    letters = [*marks, *chance.choices(string.ascii_letters + string.digits + string.punctuation, k=10)]
    chance.shuffle(letters)
    return name, (f"user.{seed}.{number}@example.com", "".join(letters))


def _content(chance: random.Random, number: int) -> str:
    """Four of ten beyond ASCII, the first of them with the mark that editors put before UTF-8."""
    if number % 5 not in (1, 3):
        return f"{chance.choice(PLAIN)} ({number})"
    return f"{BYTE_ORDER_MARK if number == 1 else ''}{chance.choice(BEYOND_ASCII)} ({number})"


def _parting(chance: random.Random, registered: list[str], followed: dict[tuple[str, str], None]) -> tuple[str, str]:
    """Who stops following whom; now and then somebody who is not followed."""
    if followed and chance.random() >= STRANGERS:
        return chance.choice(list(followed))
    user = chance.choice(registered)
    strangers = [other for other in registered if other != user and (user, other) not in followed]
    return user, chance.choice(strangers or registered)
