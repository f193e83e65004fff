"""openapi: the document is valid, says what the routes say, and every answer is as it describes it."""

import asyncio
import json
from typing import Any
from unittest import SkipTest
from urllib.parse import quote

import aiohttp
import hypothesis
import pytest
import schemathesis
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api_starlette import openapi
from api_starlette.routes import ROUTES
from db import Database
from tests import given

DOCUMENT: dict[str, Any] = json.loads(bytes(openapi.DOCUMENT))

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def operations() -> set[tuple[str, str]]:
    return {(path, method) for path, item in DOCUMENT["paths"].items() for method in item if method != "parameters"}


async def test_the_document_is_served_and_valid(program: aiohttp.ClientSession) -> None:
    answer = await program.get("/openapi.json")
    assert answer.status == 200
    document = await answer.json()
    assert document == DOCUMENT
    assert document["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(document).validate()


def test_the_document_and_the_routes_name_the_same_operations() -> None:
    routed = [(route.path_format, route.methods or set()) for route in ROUTES]
    assert operations() == {(path, method.lower()) for path, methods in routed for method in methods - {"HEAD"}}


@pytest.mark.parametrize(("path", "method"), sorted(operations()))
def test_every_operation_says_what_each_may_answer_and_takes_latest(path: str, method: str) -> None:
    described = DOCUMENT["paths"][path][method]
    assert {"$ref": "#/components/parameters/latest"} in described["parameters"]
    assert {"500", "503"} < described["responses"].keys()
    guarded = path.startswith(("/msgs", "/fllws")) or path == "/login"
    assert ("security" in described) == ("403" in described["responses"]) == guarded
    assert ("413" in described["responses"]) == (method == "post")


async def test_every_answer_is_as_described_to_the_simulator_and_to_strangers(api: str, db: Database) -> None:
    await given.cast(db)
    found = await asyncio.to_thread(explore, api)
    assert found.keys() == operations()
    for who, kinds in (("stranger", {200, 204, 400, 403}), ("simulator", {200, 204, 400, 404})):
        assert {status for seen in found.values() for asker, status in seen if asker == who} >= kinds, who


Seen = set[tuple[str, int]]
"""Who asked, and the status of the answer."""


def explore(api: str) -> dict[tuple[str, str], Seen]:
    """What was seen at each operation; every answer is held against the document."""
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    every = [result.ok() for result in schema.get_all_operations()]
    return {(operation.path, operation.method): answers(operation, api) for operation in every}


def answers(operation: Any, api: str) -> Seen:
    """Sends thirty requests that the document allows and thirty that it does not, each without credentials and with."""
    seen: Seen = set()

    @hypothesis.settings(
        max_examples=30,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(data=st.data())
    def each_is_as_described(data: st.DataObject) -> None:
        for mode in schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE:
            try:
                case = data.draw(operation.as_strategy(generation_mode=mode))
            except SkipTest:
                continue  # there is nothing that the document does not allow
            for who, headers in (("stranger", {}), ("simulator", given.SIMULATOR)):
                answer = case.call(base_url=api, headers=headers, timeout=10)
                seen.add((who, answer.status_code))
                case.validate_response(answer, checks=CHECKS, headers=headers)

    each_is_as_described()
    return seen


@pytest.mark.usefixtures("cast")
async def test_the_examples_of_the_document_work(program: aiohttp.ClientSession) -> None:
    schemas = DOCUMENT["components"]["schemas"]

    def example(name: str) -> dict[str, str]:
        return {key: value["examples"][0] for key, value in schemas[name]["properties"].items()}

    grace = example("Registration")
    alan = grace | {"username": example("Change")["follow"]}
    for registration in (grace, alan):
        assert (await program.post("/register", json=registration)).status == 204
    at = quote(grace["username"])
    for url, body in ((f"/msgs/{at}", example("Writing")), (f"/fllws/{at}", example("Change"))):
        assert (await program.post(url, json=body, headers=given.SIMULATOR)).status == 204
    answer = await program.get(f"/fllws/{at}", headers=given.SIMULATOR)
    assert await answer.json() == schemas["Following"]["examples"][0]


async def test_the_error_examples_are_what_the_api_says(program: aiohttp.ClientSession, api: str) -> None:
    described = DOCUMENT["components"]["responses"]

    def example(status: int) -> Any:
        return described[str(status)]["content"]["application/json"]["example"]

    answers = {
        400: await program.post("/register", json={}),
        403: await program.get("/msgs"),
        404: await program.get("/msgs/nobody", headers=given.SIMULATOR),
        413: await program.post("/register", data=b"x" * 300_000),
    }
    for status, answer in answers.items():
        assert await answer.json() == example(status)
