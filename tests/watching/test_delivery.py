"""Alertmanager: a page goes out by mail and webhook at once, a ticket by mail alone; what follows from something else
is not told beside it."""

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest
import yaml

from tests.watching import delivery
from tests.watching.rules import alerts

pytestmark = pytest.mark.alertmanager


async def tell(url: str, *names: str, job: str = "web") -> None:
    """These alerts fire, as Prometheus would say it."""
    fired = [
        {
            "labels": {"alertname": name, "job": job, "severity": alerts()[name]["labels"]["severity"]},
            "annotations": {"summary": f"{name} of {job}"},
        }
        for name in names
    ]
    async with aiohttp.ClientSession() as session, session.post(f"{url}/api/v2/alerts", json=fired) as answer:
        assert answer.status == 200


async def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    for _ in range(int(seconds * 20)):
        if true():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come")


async def test_a_page_goes_by_mail_and_webhook_with_its_token(tmp_path: Path) -> None:
    async with delivery.running(tmp_path) as (url, heard):
        await tell(url, "DatabaseIsDown")
        await until(lambda: bool(heard.mails and heard.pages))
    token, page = heard.pages[0]
    assert token == "Bearer the webhook_token"
    assert page["commonLabels"]["alertname"] == "DatabaseIsDown"
    assert "Subject: [firing] DatabaseIsDown of web" in heard.mails[0]
    assert "To: oncall@example.com" in heard.mails[0]


async def test_a_ticket_goes_by_mail_alone(tmp_path: Path) -> None:
    async with delivery.running(tmp_path) as (url, heard):
        await tell(url, "PagesAreSlow")
        await until(lambda: bool(heard.mails))
        await asyncio.sleep(0.5)
    assert heard.pages == []
    assert "[ticket] PagesAreSlow of web" in heard.mails[0]


async def test_while_the_database_is_down_nobody_hears_that_requests_fail(tmp_path: Path) -> None:
    async with delivery.running(tmp_path) as (url, heard):
        await tell(url, "DatabaseIsDown", "ErrorBudgetBurnsFast", "PoolIsExhausted", "CertificateExpiresNow")
        await until(lambda: len(heard.pages) > 1)
        await asyncio.sleep(0.5)
    told = {page["commonLabels"]["alertname"] for _, page in heard.pages}
    assert told == {"DatabaseIsDown", "CertificateExpiresNow"}


def test_amtool_finds_no_fault(tmp_path: Path) -> None:
    path = delivery.rendered(tmp_path, 25, "http://127.0.0.1/hook")
    checked = subprocess.run([delivery.AMTOOL, "check-config", path], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    path.write_text(path.read_text("utf-8").replace("receiver: pages", "receiver: nobody"), "utf-8")
    checked = subprocess.run([delivery.AMTOOL, "check-config", path], capture_output=True, text=True, check=False)
    assert checked.returncode != 0, "it would find one"


def test_rules_of_inhibition_name_alerts_that_there_are() -> None:
    text = delivery.TEMPLATE.read_text("utf-8")
    named = [
        name.strip('"')
        for rule in yaml.safe_load(text)["inhibit_rules"]
        for matcher in rule["source_matchers"] + rule["target_matchers"]
        for name in matcher.partition("=")[2].lstrip("~").strip('"').split("|")
    ]
    assert named
    for name in named:
        known = [alert for alert in alerts() if alert == name or (name.endswith(".*") and alert.startswith(name[:-2]))]
        assert known, f"{name} is no alert"


def test_no_secret_stands_in_the_configuration() -> None:
    text = delivery.TEMPLATE.read_text("utf-8")
    for line in text.splitlines():
        if "password" in line or "credentials" in line:
            assert "/run/secrets/" in line or line.startswith("#"), line
