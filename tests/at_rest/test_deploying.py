"""The files to deploy with hold together, as far as this machine can tell."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
DEPLOY = DOCS / "deploy"
UNITS = sorted(DEPLOY.glob("plumbline*.*"))
MOST_EXPOSED = 2.0  # of 10, by systemd's own rating


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed here")
def test_nginx_takes_the_configuration(tmp_path: Path) -> None:
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=plumbline.example",
        "-keyout", str(tmp_path / "plumbline.key"), "-out", str(tmp_path / "plumbline.crt"))  # fmt: skip
    own = (DEPLOY / "nginx.conf").read_text().replace("/etc/nginx/tls", str(tmp_path))
    own = own.replace("/var/log/nginx", str(tmp_path))
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid; events {{}} http {{ {own} }}")
    said = run("nginx", "-t", "-c", str(whole), "-e", str(tmp_path / "errors"))
    assert said.returncode == 0, said.stderr


def test_the_proxy_passes_on_what_the_portal_judges_by_and_writes_no_upload_to_a_file() -> None:
    text = (DEPLOY / "nginx.conf").read_text()
    for line in ("proxy_set_header Host $host;", "proxy_set_header X-Forwarded-For $remote_addr;",
                 "proxy_set_header Upgrade $http_upgrade;", "proxy_request_buffering off;",
                 "proxy_max_temp_file_size 0;", "proxy_cache off;"):  # fmt: skip
        assert line in text
    log = re.search(r"log_format plumbline '([^']*)'", text)
    assert log is not None
    assert not {"$request", "$request_uri", "$args", "$http_referer", "$remote_addr"} & set(log[1].split())
    assert text.count("{") == text.count("}")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed here")
def test_the_units_are_understood_and_the_portal_is_hardly_exposed(tmp_path: Path) -> None:
    for unit in UNITS:
        text = unit.read_text().replace("/opt/plumbline/.venv/bin/plumbline", "/bin/true")
        (tmp_path / unit.name).write_text(text)
    said = run("systemd-analyze", "verify", *(str(tmp_path / unit.name) for unit in UNITS))
    ours = [line for line in said.stderr.splitlines() if "plumbline" in line and "nknown" in line]
    assert not ours, said.stderr
    rated = run("systemd-analyze", "security", "--offline=true", str(tmp_path / "plumbline.service"))
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", rated.stdout)
    if found is None:
        pytest.skip("this systemd rates no unit that is not loaded")
    assert float(found[1]) <= MOST_EXPOSED, rated.stdout


def test_every_setting_that_the_files_name_is_one_of_the_programs() -> None:
    root = DOCS.parent
    known = set()
    for path in [*root.glob("pipelines/**/*.py"), *root.glob("app/**/*.py")]:
        known |= set(re.findall(r"PLUMBLINE_[A-Z_]+", path.read_text()))
    known |= {f"PLUMBLINE_OIDC_{name}" for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET_FILE")}
    for path in [*DEPLOY.iterdir(), DOCS / "deploy.md"]:
        assert set(re.findall(r"PLUMBLINE_[A-Z_]+", path.read_text())) <= known, path.name


def test_the_environment_file_holds_no_secret() -> None:
    names = re.findall(r"^([A-Z_]+)=", (DEPLOY / "environment").read_text(), re.MULTILINE)
    assert not [name for name in names if re.search(r"KEY|SECRET|PASSWORD", name) and name != "PLUMBLINE_KEEP_YEARS"]


def test_the_page_links_to_files_that_are_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", (DOCS / "deploy.md").read_text()):
        assert (DOCS / target).exists(), target
