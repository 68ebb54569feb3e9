"""A hub on this machine: repositories of files that speak to the real client as the real hub does."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from huggingface_hub import constants

FIRST, SECOND = "1" * 40, "2" * 40
"""Two commits."""


@dataclass
class Repository:
    """One model or data set: files by their paths, for each commit, and names of commits."""

    commits: Mapping[str, Mapping[str, bytes]]
    branches: dict[str, str] = field(default_factory=lambda: {"main": FIRST})
    gated: bool = False
    private: bool = False

    def commit(self, revision: str) -> str | None:
        """Return the commit of a branch, a tag or a commit."""
        found = self.branches.get(revision, revision)
        return found if found in self.commits else None


class Handler(BaseHTTPRequestHandler):
    """Answers what the clients of huggingface_hub, transformers and datasets ask."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.respond()

    def do_HEAD(self) -> None:
        self.respond()

    def do_POST(self) -> None:
        self.respond(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def respond(self, body: bytes = b"") -> None:
        """Answer one request."""
        path = unquote(urlsplit(self.path).path).strip("/")
        self.server.asked.append(f"{self.command} {path}")
        parts = path.removeprefix("api/").split("/")
        kind = parts.pop(0) if parts[0] in ("models", "datasets") else "models"
        name, rest = "/".join(parts[:2]), parts[2:]
        repository = self.server.repositories.get(f"{kind}/{name}")
        if repository is None or repository.private:
            return self.refuse(401 if repository else 404, "RepoNotFound", "Repository not found")
        verb = rest.pop(0) if rest else "info"
        if repository.gated and verb in ("resolve", "auth-check"):
            return self.refuse(403, "GatedRepo", "Access to this repository is restricted")
        revision = rest.pop(0) if rest else "main"
        commit = repository.commit(revision)
        if commit is None:
            return self.refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        return self.give(name, repository, commit, verb, "/".join(rest), body)

    def give(self, name: str, repository: Repository, commit: str, verb: str, path: str, body: bytes) -> None:
        """Answer a request that somebody may make of something that is there."""
        files = repository.commits[commit]
        if verb == "resolve":
            self.file(files, path, commit)
        elif verb == "tree":
            self.json(entries(files, path))
        elif verb == "paths-info":
            wanted = json.loads(body)["paths"]
            self.json([entry for entry in entries(files, "") if entry["path"] in wanted])
        else:
            info = {"id": name, "sha": commit, "private": False, "gated": "auto" if repository.gated else False}
            self.json({**info, "tags": [], "downloads": 0, "siblings": [{"rfilename": path} for path in files]})

    def file(self, files: Mapping[str, bytes], path: str, commit: str) -> None:
        """Send a file with the headers that the cache goes by."""
        if path not in files:
            return self.refuse(404, "EntryNotFound", "Entry not found", commit)
        content = files[path]
        return self.send(200, content, {"ETag": f'"{etag(content)}"', "X-Repo-Commit": commit})

    def refuse(self, status: int, code: str, message: str, commit: str = "") -> None:
        """Say why not."""
        headers = {"X-Error-Code": code, "X-Error-Message": message, **({"X-Repo-Commit": commit} if commit else {})}
        self.send(status, json.dumps({"error": message}).encode(), headers)

    def json(self, value: Any) -> None:
        """Send a value as JSON."""
        self.send(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def send(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
        """Send an answer."""
        self.send_response(status)
        for header, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(header, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Holds the repositories and remembers what it was asked."""

    daemon_threads = True

    def __init__(self, repositories: dict[str, Repository]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.repositories = repositories
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"


def entries(files: Mapping[str, bytes], folder: str) -> list[dict[str, Any]]:
    """Return what lies in a folder, as the hub lists it."""
    inside = {path: content for path, content in files.items() if not folder or path.startswith(f"{folder}/")}
    return [
        {"type": "file", "path": path, "size": len(content), "oid": etag(content)} for path, content in inside.items()
    ]


def etag(content: bytes) -> str:
    """Return what changes whenever a file does."""
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


@contextmanager
def serving(repositories: dict[str, Repository]) -> Iterator[Server]:
    """Serve repositories for the length of a block."""
    server = Server(repositories)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def at(address: str, monkeypatch: pytest.MonkeyPatch, cache: str, *, offline: bool = False) -> None:
    """Have the real client talk to a hub at an address, with a cache of its own."""
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(
        constants, "HUGGINGFACE_CO_URL_TEMPLATE", f"{address}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
    )
    monkeypatch.setattr(constants, "HF_HUB_CACHE", cache)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", offline)
