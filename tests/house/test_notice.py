"""NOTICE is what the lock file installs; LICENSE is the GPL, whole."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_notice_is_current() -> None:
    checked = subprocess.run(
        [sys.executable, "scripts/notice.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr


def test_the_notice_names_each_locked_package_with_its_version_and_a_licence() -> None:
    locked = re.findall(
        r"^([a-z0-9-]+)==([^ ]+)(?! ; sys_platform == 'win32')[ \\]",
        (ROOT / "requirements" / "runtime.txt").read_text(),
        re.MULTILINE,
    )
    notice = (ROOT / "NOTICE").read_text()
    assert len(locked) > 30
    for name, version in locked:
        assert re.search(rf"^{name} +{re.escape(version)} +\w+", notice, re.MULTILINE) or "win32" in name, name
    assert "UNKNOWN" not in notice


def test_the_license_is_the_full_text_of_gpl_3() -> None:
    """The digest is that of the text that the Free Software Foundation publishes."""
    digest = hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest()
    assert digest == "3972dc9744f6499f0f9b2dbf76696f2ae7ad8af9b23dde66d6af86c9dfb36986"


def test_every_dependency_is_pinned_with_a_hash_and_no_file_names_an_index() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text()
        pins = re.findall(r"^[a-z0-9][a-z0-9._-]*==.*(?:\n    --hash=sha256:[0-9a-f]{64}.*)+", text, re.MULTILINE)
        assert len(pins) == len(re.findall(r"^[a-z0-9][^\s]*==", text, re.MULTILINE))
        assert "://" not in text, path.name
