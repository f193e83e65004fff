"""What a valid registration and a valid message are, in the words a user reads. Both doors ask before they write."""

LONGEST_USERNAME = 255
"""Characters. A unique index holds at most some 2,700 bytes a key, and a character takes up to four."""

LONGEST_MESSAGE = 10_000
"""Characters. Ours to choose: a page of thirty such messages still loads."""

RESERVED_USERNAMES = frozenset(
    {
        *("add_message", "avatars", "login", "logout", "public", "register", "static"),
        *("healthz", "metrics", "readyz", "favicon.ico", "robots.txt"),
        *(".", ".."),  # browsers take these out of a path, even when they are percent-encoded
    }
)
"""Names that would shadow a page of the site; a test holds this against its routes."""

USERNAME_TAKEN = "The username is already taken"


def registration_problem(username: str, email: str, password: str, password2: str | None = None) -> str | None:
    """The first thing wrong with this registration, or `None`. `password2` is the repetition that a form asks for."""
    problem = None
    if not username.strip():
        problem = "You have to enter a username"
    elif len(username) > LONGEST_USERNAME:
        problem = f"The username is too long: it may have {LONGEST_USERNAME} characters"
    elif "@" not in email:
        problem = "You have to enter a valid email address"
    elif not password:
        problem = "You have to enter a password"
    elif password2 is not None and password != password2:
        problem = "The two passwords do not match"
    elif "\0" in username + email + password:
        problem = "A NUL character cannot be stored"
    elif username in RESERVED_USERNAMES:
        problem = USERNAME_TAKEN
    return problem


def message_problem(content: str) -> str | None:
    """The first thing wrong with this message, or `None`."""
    if not content.strip():
        return "You have to enter a message"
    if len(content) > LONGEST_MESSAGE:
        return f"The message is too long: it may have {LONGEST_MESSAGE:,} characters"
    if "\0" in content:
        return "A NUL character cannot be stored"
    return None
