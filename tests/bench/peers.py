"""What a user would pick instead: each peer from its registry, with a stub of our server's three answers."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from . import job
from .servers import HOME, Server, free_port, start

PACKAGES = {
    "prism": "@stoplight/prism-cli@5.16.0",
    "mockoon": "@mockoon/cli@9.9.0",
    "wiremock": "wiremock@3.13.2",  # carries the jar of the same version
    "mountebank": "mountebank@2.9.1",
}
Answers = dict[str, bytes]
_ROUTES = {each: "GET" if each != "submit" else "POST" for each in job.OPERATIONS}


class NotInstalled(Exception):
    """A peer that the registry or this machine did not give; the text is the end of the log."""


@dataclass(frozen=True)
class Peer:
    """One way to run one peer."""

    name: str
    package: str
    validates: bool
    command: Callable[[Path, int], list[str]]
    stub: Callable[[Path, int, Answers], None]
    # What it takes to be hot: V8 is there in seconds, the JVM's second compiler needs most of a minute.
    warm: float = 10

    def start(self, answers: Answers) -> Server:
        """Write the stub and start the peer on it."""
        port = free_port()
        folder = HOME / "peers" / self.package
        self.stub(folder, port, answers)
        return start(self.name, self.command(folder, port), port)


def install(package: str) -> None:
    """Have npm put one pinned package into its own folder, once; the log stays beside it."""
    folder, wanted = HOME / "peers" / package, PACKAGES[package]
    stamp, log = folder / "installed.txt", folder / "install.log"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    folder.mkdir(parents=True, exist_ok=True)
    npm = shutil.which("npm")
    if npm is None or (package == "wiremock" and shutil.which("java") is None):
        log.write_text(f"{'npm' if npm is None else 'java'} is not on PATH\n")
        raise NotInstalled(log.read_text().strip())
    # No install scripts: nothing of a stranger's runs here before it is asked to serve.
    command = [npm, "install", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund", wanted]
    with log.open("wb") as words:
        try:
            code = subprocess.run(command, stdout=words, stderr=words, timeout=600, check=False).returncode
        except subprocess.TimeoutExpired:
            words.write(b"\nended: not done after 600 s\n")
            code = -1
    if code:
        raise NotInstalled(
            f"npm install {wanted} ended with code {code}: {log.read_text(errors='replace').strip()[-1500:]}"
        )
    stamp.write_text(wanted)


def _bin(folder: Path, name: str) -> str:
    return str(folder / "node_modules" / ".bin" / name)


def _write(file: Path, content: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=1))


# Prism: an OpenAPI document; it checks every request against it.


def _prism_stub(folder: Path, port: int, answers: Answers) -> None:
    paths: dict[str, Any] = {}
    for operation, method in _ROUTES.items():
        route: dict[str, Any] = {
            "responses": {
                "200": {
                    "description": "ok",
                    "content": {"application/json": {"example": json.loads(answers[operation])}},
                }
            }
        }
        if operation == "submit":
            route["requestBody"] = {"required": True, "content": {"application/json": {"schema": job.SCHEMA}}}
        else:
            route["parameters"] = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
        paths[job.path(operation, "{id}")] = {method.lower(): route}
    _write(folder / "openapi.json", {"openapi": "3.0.3", "info": {"title": "job", "version": "1"}, "paths": paths})


def _prism(*extra: str) -> Callable[[Path, int], list[str]]:
    def command(folder: Path, port: int) -> list[str]:
        where = ["-h", "127.0.0.1", "-p", str(port), "--errors"]
        return [_bin(folder, "prism"), "mock", str(folder / "openapi.json"), *where, *extra]

    return command


# Mockoon: an environment file of static routes.


def _mockoon_stub(folder: Path, port: int, answers: Answers) -> None:
    routes = []
    for operation, method in _ROUTES.items():
        response = {
            "uuid": str(uuid5(NAMESPACE_URL, operation + "/answer")),
            "body": answers[operation].decode(),
            "statusCode": 200,
            "headers": [{"key": "Content-Type", "value": "application/json"}],
            "bodyType": "INLINE",
            "disableTemplating": True,
            "default": True,
        }
        uuid, endpoint = str(uuid5(NAMESPACE_URL, operation)), job.path(operation, ":id").lstrip("/")
        routes.append(
            {"uuid": uuid, "type": "http", "method": method.lower(), "endpoint": endpoint, "responses": [response]}
        )
    tree = [{"type": "route", "uuid": each["uuid"]} for each in routes]
    _write(
        folder / "environment.json",
        {
            "uuid": str(uuid5(NAMESPACE_URL, "job")),
            "lastMigration": 33,
            "name": "job",
            "port": port,
            "hostname": "127.0.0.1",
        }
        | {"routes": routes, "rootChildren": tree},
    )


def _mockoon(folder: Path, port: int) -> list[str]:
    # --repair fills in the fields of the format that a static route has no use for.
    where = ["-l", "127.0.0.1", "-p", str(port)]
    return [_bin(folder, "mockoon-cli"), "start", "-d", str(folder / "environment.json"), *where, "--repair"]


# WireMock: a mapping for each answer, the submit's with or without a schema to match.


def _wiremock_stub(schema: bool) -> Callable[[Path, int, Answers], None]:
    def stub(folder: Path, port: int, answers: Answers) -> None:
        for operation, method in _ROUTES.items():
            request: dict[str, Any] = {"method": method, "urlPathPattern": job.path(operation, "[^/]+")}
            if operation == "submit":
                request = {"method": method, "urlPath": job.path(operation, "")}
                if schema:
                    request["bodyPatterns"] = [
                        {"matchesJsonSchema": json.dumps(job.SCHEMA), "schemaVersion": "V202012"}
                    ]
            response = {
                "status": 200,
                "headers": {"Content-Type": "application/json"},
                "body": answers[operation].decode(),
            }
            folded = _wiremock_root(folder, schema) / "mappings" / f"{operation}.json"
            _write(folded, {"request": request, "response": response})

    return stub


def _wiremock_root(folder: Path, schema: bool) -> Path:
    return folder / ("with_schema" if schema else "static")


def _wiremock(schema: bool, *extra: str) -> Callable[[Path, int], list[str]]:
    def command(folder: Path, port: int) -> list[str]:
        jar = next((folder / "node_modules" / "wiremock" / "build").glob("*.jar"))
        where = ["--bind-address", "127.0.0.1", "--port", str(port), "--root-dir", str(_wiremock_root(folder, schema))]
        return ["java", "-jar", str(jar), *where, "--disable-banner", *extra]

    return command


# mountebank: one imposter with a predicate for each answer.


def _mountebank_stub(folder: Path, port: int, answers: Answers) -> None:
    stubs = []
    for operation, method in _ROUTES.items():
        where = (
            {"equals": {"method": method, "path": job.path(operation, "")}}
            if operation == "submit"
            else {"matches": {"method": method, "path": f"^{job.path(operation, '[^/]+')}$"}}
        )
        # Without the second header it closes every connection, which would measure the kernel.
        headers = {"Content-Type": "application/json", "Connection": "keep-alive"}
        response = {"statusCode": 200, "headers": headers, "body": answers[operation].decode()}
        stubs.append({"predicates": [where], "responses": [{"is": response}]})
    _write(
        folder / "imposters.json",
        {"imposters": [{"protocol": "http", "host": "127.0.0.1", "port": port, "stubs": stubs}]},
    )


def _mountebank(*extra: str) -> Callable[[Path, int], list[str]]:
    def command(folder: Path, port: int) -> list[str]:
        files = [
            "--configfile",
            str(folder / "imposters.json"),
            "--noParse",
            "--nologfile",
            "--pidfile",
            str(folder / "mb.pid"),
        ]
        return [_bin(folder, "mb"), "start", "--host", "127.0.0.1", "--port", str(free_port()), *files, *extra]

    return command


_FAST = ("--no-request-journal", "--disable-request-logging")
PEERS = (
    Peer("prism", "prism", True, _prism(), _prism_stub),
    Peer("prism-silent", "prism", True, _prism("-v", "silent"), _prism_stub),
    Peer("mockoon", "mockoon", False, _mockoon, _mockoon_stub),
    Peer("wiremock", "wiremock", False, _wiremock(False), _wiremock_stub(False), warm=40),
    Peer("wiremock-tuned", "wiremock", False, _wiremock(False, *_FAST), _wiremock_stub(False), warm=40),
    Peer("wiremock-schema", "wiremock", True, _wiremock(True), _wiremock_stub(True), warm=40),
    Peer("mountebank", "mountebank", False, _mountebank(), _mountebank_stub),
    Peer("mountebank-quiet", "mountebank", False, _mountebank("--loglevel", "error"), _mountebank_stub),
)
