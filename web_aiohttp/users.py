"""Signing up, in and out."""

from aiohttp import web

from core import logs, metrics, rules
from core.passwords import outdated
from db import users
from db.rows import Credentials
from web_aiohttp import flash, forms, links, session
from web_aiohttp.keys import DATABASE, PASSWORDS
from web_aiohttp.pages import page, redirect


async def sign_up_form(request: web.Request) -> web.Response:
    """GET /register: the form; whoever is signed in needs none."""
    if await session.viewer(request):
        return redirect(links.HOME)
    return page(request, "register.html", problem=None, username="", email="")


async def sign_up(request: web.Request) -> web.Response:
    """POST /register: the fields `username`, `email`, `password`, `password2`."""
    username, email, password, password2 = await forms.texts(request, "username", "email", "password", "password2")
    problem = rules.registration_problem(username, email, password, password2)
    if problem is None:
        password_hash = await request.app[PASSWORDS].hash(password)
        database = request.app[DATABASE]
        registered = await users.register(database, username=username, email=email, password_hash=password_hash)
        problem = rules.USERNAME_TAKEN if registered is None else None
    if problem:
        return page(request, "register.html", status=400, problem=problem, username=username, email=email)
    answer = redirect(links.LOGIN)
    flash.leave(request, answer, "registered")
    return answer


async def sign_in_form(request: web.Request) -> web.Response:
    """GET /login: the form; whoever is signed in needs none."""
    if await session.viewer(request):
        return redirect(links.HOME)
    return page(request, "login.html", problem=None, username="")


async def sign_in(request: web.Request) -> web.Response:
    """POST /login: the fields `username` and `password`."""
    username, password = await forms.texts(request, "username", "password")
    user = await _known(request, username)
    if user is None:
        return _refused(request, "Invalid username", username)
    if not await request.app[PASSWORDS].matches(password, user.password_hash):
        return _refused(request, "Invalid password", username, user)
    await _upgrade(request, user, password)
    answer = redirect(links.HOME)
    await session.open(request, answer, user)
    flash.leave(request, answer, "signed-in")
    _tell("success", user)
    return answer


async def sign_out(request: web.Request) -> web.Response:
    """/logout: the session ends here and in the browser."""
    answer = redirect(links.PUBLIC)
    await session.close(request, answer)
    flash.leave(request, answer, "signed-out")
    return answer


async def _known(request: web.Request, username: str) -> Credentials | None:
    """What it takes to check this user's password; nobody has a name that cannot be stored."""
    if "\0" in username:
        return None
    return await users.credentials(request.app[DATABASE], username=username)


async def _upgrade(request: web.Request, user: Credentials, password: str) -> None:
    """A better hash in the place of an old one: now is the only time that the password is known."""
    if outdated(user.password_hash):
        better = await request.app[PASSWORDS].hash(password)
        database = request.app[DATABASE]
        await users.rehash(database, user_id=user.user_id, old_hash=user.password_hash, new_hash=better)


def _refused(request: web.Request, problem: str, username: str, user: Credentials | None = None) -> web.Response:
    """The form again, with the sentence; a failed attempt is told, the name it used is not."""
    _tell("failure", user)
    return page(request, "login.html", status=400, problem=problem, username=username)


def begin_to_count() -> None:
    """Sign-ins are counted from zero, so that Prometheus sees the first of each kind."""
    for outcome in ("success", "failure"):
        metrics.sign_ins.add(0, outcome)


def _tell(outcome: str, user: Credentials | None) -> None:
    metrics.sign_ins.add(1, outcome)
    logs.event(
        f"sign-in: {outcome}",
        event__category=["authentication"],
        event__type=["start"],
        event__action="sign-in",
        event__outcome=outcome,
        user__id=str(user.user_id) if user else None,
    )
