"""Every URL of the site on one screen. `same_origin` guards what changes something."""

import re

from aiohttp import web

from core.rules import RESERVED_USERNAMES
from web_aiohttp import assets, avatars, followers, messages, observe, timelines, users
from web_aiohttp.origin import same_origin

_RESERVED = "|".join(re.escape(name) for name in sorted(RESERVED_USERNAMES))

NAME = rf"{{username:(?!(?:{_RESERVED})(?:/|\Z))[^/]+}}"
"""A user's name in a path; a slash in it is percent-encoded. What nobody may be called is a page of its own."""

ROUTES = [
    web.get("/", timelines.home, name="home"),
    web.get("/public", timelines.public, name="public"),
    web.get("/register", users.sign_up_form, name="register"),
    web.post("/register", same_origin(users.sign_up)),
    web.get("/login", users.sign_in_form, name="login"),
    web.post("/login", same_origin(users.sign_in)),
    web.get("/logout", same_origin(users.sign_out), name="logout", allow_head=False),
    web.post("/logout", same_origin(users.sign_out)),
    web.post("/add_message", same_origin(messages.add), name="add_message"),
    web.get("/healthz", observe.healthz, name="healthz"),
    web.get("/readyz", observe.readyz, name="readyz"),
    web.get("/metrics", observe.page, name="metrics"),
    web.get("/static/{file}", assets.versioned, name="static"),
    web.get(r"/{file:favicon\.ico|robots\.txt}", assets.plain, name="plain"),
    web.get(f"/avatars/{NAME}.svg", avatars.avatar, name="avatar"),
    web.get(f"/{NAME}", timelines.profile, name="profile"),
    web.get(f"/{NAME}/followers", followers.followers_of, name="followers"),
    web.get(f"/{NAME}/following", followers.followees_of, name="following"),
    # the pages' buttons POST; GET is for programs that know only that
    web.get(f"/{NAME}/follow", same_origin(followers.follow), name="follow", allow_head=False),
    web.post(f"/{NAME}/follow", same_origin(followers.follow)),
    web.get(f"/{NAME}/unfollow", same_origin(followers.unfollow), name="unfollow", allow_head=False),
    web.post(f"/{NAME}/unfollow", same_origin(followers.unfollow)),
]
