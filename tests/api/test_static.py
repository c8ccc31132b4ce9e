"""The built front end's files, plain and packed."""

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from starlette.middleware.exceptions import ExceptionMiddleware

from app.api.static import FrontEnd, takes_gzip
from tests.api.server import URL

SCRIPT = b"let answer = 42; " * 200


@asynccontextmanager
async def browsing(folder: Path, accept_encoding: str) -> AsyncIterator[httpx.AsyncClient]:
    """A front end with one packed and one plain script, and a browser that takes these encodings."""
    assets = folder / "dist" / "assets"
    assets.mkdir(parents=True)
    (folder / "dist" / "index.html").write_text("<!doctype html><title>map</title>")
    (assets / "large.js").write_bytes(SCRIPT)
    (assets / "large.js.gz").write_bytes(gzip.compress(SCRIPT))
    (assets / "small.js").write_bytes(b"1;")
    (folder / "secret.js").write_bytes(b"secret")
    (folder / "secret.js.gz").write_bytes(gzip.compress(b"secret"))
    transport = httpx.ASGITransport(ExceptionMiddleware(FrontEnd(folder / "dist")))
    headers = {"Accept-Encoding": accept_encoding}
    async with httpx.AsyncClient(transport=transport, base_url=URL, headers=headers) as client:
        yield client


async def test_a_browser_that_takes_gzip_gets_the_packed_file_as_what_it_holds(tmp_path: Path) -> None:
    async with browsing(tmp_path, "gzip, deflate, br") as browser:
        answer = await browser.get("/assets/large.js")

        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["content-type"].partition(";")[0] in ("text/javascript", "application/javascript")
        assert answer.headers["vary"] == "Accept-Encoding"
        assert "immutable" in answer.headers["cache-control"]
        assert int(answer.headers["content-length"]) == len(gzip.compress(SCRIPT))
        assert answer.content == SCRIPT


async def test_a_browser_without_gzip_gets_the_plain_file_under_another_tag(tmp_path: Path) -> None:
    async with browsing(tmp_path, "identity") as browser:
        plain = await browser.get("/assets/large.js")
        packed = await browser.get("/assets/large.js", headers={"Accept-Encoding": "gzip"})

        assert "content-encoding" not in plain.headers
        assert plain.headers["vary"] == "Accept-Encoding"
        assert plain.content == SCRIPT
        assert plain.headers["etag"] != packed.headers["etag"]


async def test_a_kept_packed_file_is_not_sent_again(tmp_path: Path) -> None:
    async with browsing(tmp_path, "gzip") as browser:
        tag = (await browser.get("/assets/large.js")).headers["etag"]

        again = await browser.get("/assets/large.js", headers={"If-None-Match": tag})

        assert again.status_code == 304
        assert again.headers["vary"] == "Accept-Encoding"
        assert again.content == b""


async def test_what_was_not_worth_packing_is_sent_plain(tmp_path: Path) -> None:
    async with browsing(tmp_path, "gzip") as browser:
        answer = await browser.get("/assets/small.js")

        assert answer.content == b"1;"
        assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/assets/large.js.gz", "/assets/..%2f..%2fsecret.js", "/%2e%2e/secret.js", "/assets/%00", "/assets"]
)
async def test_nothing_beside_the_front_end_s_own_files_is_served(tmp_path: Path, path: str) -> None:
    async with browsing(tmp_path, "gzip") as browser:
        answer = await browser.get(path)

        assert answer.status_code == 404
        assert b"secret" not in answer.content


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("*", True),
        ("gzip; q=1.000", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000, *", False),
        ("*;q=0", False),
        ("gzip;q=many", False),
        ("xgzip", False),
    ],
)
def test_gzip_is_taken_only_by_who_says_so(header: str, taken: bool) -> None:
    assert takes_gzip(header) is taken
