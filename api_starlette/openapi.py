"""The OpenAPI 3.1 description of this API, and GET /openapi.json. Tests hold it against the routes and the answers."""

from typing import Any

import msgspec
from starlette.responses import Response

from api_starlette import answers, auth, bodies, parameters
from api_starlette.state import Request
from core import rules

Described = dict[str, Any]


async def document(request: Request) -> Response:
    """GET /openapi.json: what you are reading, for programs."""
    return answers.json(DOCUMENT)


def ref(kind: str, name: str) -> Described:
    return {"$ref": f"#/components/{kind}/{name}"}


def operation(
    noun: str,
    summary: str,
    answers: Described,
    *,
    refusals: tuple[int, ...] = (),
    takes: tuple[str, ...] = (),
    body: str | None = None,
    signed: bool = False,
) -> Described:
    """One method of one address. Any request may bring `latest`, and any may find the database away."""
    described: Described = {
        "tags": [noun],
        "summary": summary,
        "parameters": [ref("parameters", name) for name in takes if name != "username"] + [ref("parameters", "latest")],
        "responses": answers | {str(status): ref("responses", str(status)) for status in (*refusals, 500, 503)},
    }
    if body:
        content = {"application/json": {"schema": ref("schemas", body)}}
        described["requestBody"] = {"required": True, "content": content}
    if signed:
        described["security"] = [{"basic": []}]
    return described


def content_of(schema: Described, description: str, kind: str = "application/json") -> Described:
    return {"200": {"description": description, "content": {kind: {"schema": schema}}}}


def error(description: str, words: str, status: int) -> Described:
    content = {"schema": ref("schemas", "Error"), "example": {"status": status, "error_msg": words}}
    return {"description": description, "content": {"application/json": content}}


def text(example: str, **limits: Any) -> Described:
    return {"type": "string", "examples": [example], **limits}


def texts(description: str, properties: Described, **more: Any) -> Described:
    """A JSON object that holds nothing but text."""
    return {"type": "object", "description": description, "properties": properties, **more}


def by_username(**operations: Described) -> Described:
    return {"parameters": [ref("parameters", "username")], **operations}


DONE: Described = {"204": {"description": "It is done."}}
MESSAGES = content_of({"type": "array", "items": ref("schemas", "Message")}, "Messages, newest first.")

PATHS: Described = {
    "/register": {
        "post": operation("users", "Register a user", DONE, refusals=(400, 413), body="Registration"),
    },
    "/login": {
        "post": operation("users", "Ask whether credentials are good", DONE, refusals=(403, 413), signed=True),
    },
    "/latest": {
        "get": operation(
            "simulator", "The number that a call brought last", content_of(ref("schemas", "Latest"), "It.")
        ),
    },
    "/msgs": {
        "get": operation("timelines", "Messages of everyone", MESSAGES, refusals=(403,), takes=("no",), signed=True),
    },
    "/msgs/{username}": by_username(
        get=operation(
            "timelines", "Messages of a user", MESSAGES, refusals=(400, 403, 404), takes=("no",), signed=True
        ),
        post=operation("messages", "Write a message", DONE, refusals=(400, 403, 404, 413), body="Writing", signed=True),
    ),
    "/fllws/{username}": by_username(
        get=operation(
            "followers",
            "Whom a user follows",
            content_of(ref("schemas", "Following"), "Names, in the order in which they registered."),
            refusals=(400, 403, 404),
            takes=("no",),
            signed=True,
        ),
        post=operation(
            "followers", "Follow or unfollow", DONE, refusals=(400, 403, 404, 413), body="Change", signed=True
        ),
    ),
    "/openapi.json": {
        "get": operation("operation", "This document", content_of({"type": "object"}, "OpenAPI 3.1.")),
    },
    "/healthz": {
        "get": operation("operation", "Does the process answer?", content_of(ref("schemas", "Healthy"), "It does.")),
    },
    "/readyz": {
        "get": operation("operation", "Does the database answer?", content_of(ref("schemas", "Ready"), "It does.")),
    },
    "/metrics": {
        "get": operation(
            "operation",
            "Numbers for Prometheus",
            content_of({"type": "string"}, "Prometheus' text format.", "text/plain"),
        ),
    },
}

COMPONENTS: Described = {
    "securitySchemes": {
        "basic": {
            "type": "http",
            "scheme": "basic",
            "description": "The operator's account, which may act for any user, or a user's own name and password. "
            "Users read everything, but write only as themselves. A name with a colon cannot be used here (RFC 7617).",
        }
    },
    "parameters": {
        "latest": {
            "name": "latest",
            "in": "query",
            "description": "The number of this call. It is stored before the answer leaves, even when the call is "
            "refused; what is not an integer is ignored.",
            "schema": {"type": "integer", "format": "int64"},
        },
        "no": {
            "name": "no",
            "in": "query",
            "description": f"How many entries at most, brought within 0 and {parameters.GREATEST_LIMIT}; what is not "
            "an integer counts as the default.",
            "schema": {"type": "integer", "default": parameters.DEFAULT_LIMIT},
        },
        "username": {
            "name": "username",
            "in": "path",
            "required": True,
            "description": "A user's name, percent-encoded.",
            "schema": {"type": "string", "minLength": 1},
            "example": "Grace Hopper",
        },
    },
    "schemas": {
        "Registration": texts(
            "A new user. An e-mail may be used twice, a name may not.",
            {
                "username": text("Grace Hopper", minLength=1, maxLength=rules.LONGEST_USERNAME),
                "email": text("grace@example.com", pattern="@"),
                "pwd": text("correct horse battery staple", minLength=1),
            },
            required=["username", "email", "pwd"],
        ),
        "Writing": texts(
            "A message; white space alone is none.",
            {"content": text("Hello, world", minLength=1, maxLength=rules.LONGEST_MESSAGE)},
            required=["content"],
        ),
        "Change": texts(
            "Whom to follow, or to unfollow; `follow` wins. Doing it twice changes nothing.",
            {"follow": text("Alan Turing"), "unfollow": text("Alan Turing")},
            anyOf=[{"required": ["follow"]}, {"required": ["unfollow"]}],
        ),
        "Message": {
            "type": "object",
            "properties": {
                "content": {"type": "string"},
                "pub_date": {"type": "integer", "description": "Seconds since the epoch."},
                "user": {"type": "string", "description": "The author's name."},
            },
            "required": ["content", "pub_date", "user"],
            "additionalProperties": False,
            "examples": [{"content": "Hello, world", "pub_date": 1700000000, "user": "Grace Hopper"}],
        },
        "Following": {
            "type": "object",
            "properties": {"follows": {"type": "array", "items": {"type": "string"}}},
            "required": ["follows"],
            "additionalProperties": False,
            "examples": [{"follows": ["Alan Turing"]}],
        },
        "Latest": {
            "type": "object",
            "properties": {"latest": {"type": "integer", "format": "int64", "description": "-1: none yet."}},
            "required": ["latest"],
            "additionalProperties": False,
            "examples": [{"latest": 1337}],
        },
        "Healthy": {"type": "object", "properties": {"healthy": {"const": True}}, "required": ["healthy"]},
        "Ready": {"type": "object", "properties": {"ready": {"const": True}}, "required": ["ready"]},
        "Error": {
            "type": "object",
            "properties": {
                "status": {"type": "integer", "description": "The HTTP status."},
                "error_msg": {"type": "string", "description": "A sentence that may be shown to a person."},
            },
            "required": ["status", "error_msg"],
            "additionalProperties": False,
        },
    },
    "responses": {
        "400": error("The request cannot be understood, or is not valid.", "You have to enter a username", 400),
        "403": error("The credentials are missing or wrong, or belong to another user.", auth.REFUSAL, 403),
        "404": error("There is no such user.", "There is no such user", 404),
        "413": error(
            f"The body is larger than {bodies.LARGEST} bytes.", "The body is too large: it may have 256 KiB", 413
        ),
        "500": error("A fault of ours.", "Something went wrong on our side. We have written it down", 500),
        "503": error(
            "The database is away. Try again in a moment, as Retry-After says.",
            "MiniTwit cannot reach its database. Please try again in a moment",
            503,
        ),
    },
}

DOCUMENT = msgspec.Raw(
    msgspec.json.encode(
        {
            "openapi": "3.1.1",
            "info": {
                "title": "MiniTwit",
                "version": "1",
                "description": "A small Twitter. Every answer carries `X-Request-Id`, every error is "
                '`{"status": …, "error_msg": …}`; an address that does not exist is 404, a wrong method 405.',
                "license": {"name": "GPL-3.0-or-later", "identifier": "GPL-3.0-or-later"},
            },
            "paths": PATHS,
            "components": COMPONENTS,
        }
    )
)
