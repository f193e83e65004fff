"""The public test suite of the site, replayed with its own client: it follows redirects and knows no CSRF token."""

import asyncio

import requests


def register(site: str, username: str, password: str, password2: str | None = None, email: str | None = None) -> str:
    form = {
        "username": username,
        "password": password,
        "password2": password if password2 is None else password2,
        "email": email or f"{username}@example.com",
    }
    return requests.post(f"{site}/register", data=form, allow_redirects=True, timeout=5).text


def login(site: str, username: str, password: str) -> tuple[str, requests.Session]:
    session = requests.Session()
    form = {"username": username, "password": password}
    return session.post(f"{site}/login", data=form, allow_redirects=True, timeout=5).text, session


def register_and_login(site: str, username: str, password: str) -> requests.Session:
    register(site, username, password)
    return login(site, username, password)[1]


def logout(site: str, session: requests.Session) -> str:
    return session.get(f"{site}/logout", allow_redirects=True, timeout=5).text


def add_message(site: str, session: requests.Session, text: str) -> str:
    return session.post(f"{site}/add_message", data={"text": text}, allow_redirects=True, timeout=5).text


def read(site: str, session: requests.Session, path: str) -> str:
    return session.get(f"{site}{path}", timeout=5).text


def registering(site: str) -> None:
    assert "You were successfully registered and can login now" in register(site, "user1", "default")
    assert "The username is already taken" in register(site, "user1", "default")
    assert "You have to enter a username" in register(site, "", "default")
    assert "You have to enter a password" in register(site, "meh", "")
    assert "The two passwords do not match" in register(site, "meh", "x", "y")
    assert "You have to enter a valid email address" in register(site, "meh", "foo", email="broken")


def signing_in_and_out(site: str) -> None:
    register(site, "user1", "default")
    words, session = login(site, "user1", "default")
    assert "You were logged in" in words
    assert "You were logged out" in logout(site, session)
    assert "Invalid password" in login(site, "user1", "wrongpassword")[0]
    assert "Invalid username" in login(site, "user2", "wrongpassword")[0]


def recording(site: str) -> None:
    session = register_and_login(site, "foo", "default")
    assert "Your message was recorded" in add_message(site, session, "test message 1")
    add_message(site, session, "<test message 2>")
    words = read(site, session, "/")
    assert "test message 1" in words
    assert "&lt;test message 2&gt;" in words


def timelines(site: str) -> None:
    session = register_and_login(site, "foo", "default")
    add_message(site, session, "the message by foo")
    logout(site, session)
    session = register_and_login(site, "bar", "default")
    add_message(site, session, "the message by bar")
    words = read(site, session, "/public")
    assert "the message by foo" in words
    assert "the message by bar" in words

    words = read(site, session, "/")
    assert "the message by foo" not in words
    assert "the message by bar" in words

    assert "You are now following &#34;foo&#34;" in read(site, session, "/foo/follow")

    words = read(site, session, "/")
    assert "the message by foo" in words
    assert "the message by bar" in words

    words = read(site, session, "/bar")
    assert "the message by foo" not in words
    assert "the message by bar" in words
    words = read(site, session, "/foo")
    assert "the message by foo" in words
    assert "the message by bar" not in words

    assert "You are no longer following &#34;foo&#34;" in read(site, session, "/foo/unfollow")
    words = read(site, session, "/")
    assert "the message by foo" not in words
    assert "the message by bar" in words


async def test_the_public_suite_registers(site: str) -> None:
    await asyncio.to_thread(registering, site)


async def test_the_public_suite_signs_in_and_out(site: str) -> None:
    await asyncio.to_thread(signing_in_and_out, site)


async def test_the_public_suite_records_messages(site: str) -> None:
    await asyncio.to_thread(recording, site)


async def test_the_public_suite_reads_timelines(site: str) -> None:
    await asyncio.to_thread(timelines, site)
