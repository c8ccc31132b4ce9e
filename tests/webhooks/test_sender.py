import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from standardwebhooks.webhooks import Webhook

from app.webhooks.addresses import parse_allowed
from app.webhooks.guard import REFUSED, Guard
from app.webhooks.sender import MOST_READ, Result, Sender
from app.webhooks.signature import new_secret, secret_text, signed_headers

DATA = Path(__file__).parent / "data"
LOOPBACK = "127.0.0.0/8"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def now_us() -> int:
    return time.time_ns() // 1000


class Names(AbstractResolver):
    """A name server whose answers are given, one list of addresses for each time it is asked."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self.answers = {name.replace("_", "."): list(lists) for name, lists in answers.items()}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        lists = self.answers.get(host)
        if not lists:
            raise OSError("no such name")
        addresses = lists.pop(0) if len(lists) > 1 else lists[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        pass


class Receiver:
    """A real HTTP server on a loopback address that keeps what it was sent."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.taken: list[tuple[dict[str, str], bytes]] = []


@asynccontextmanager
async def receiver(
    answer: Answer | None = None, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Receiver]:
    kept = Receiver(host, port)

    async def take(request: web.Request) -> web.StreamResponse:
        kept.taken.append((dict(request.headers), await request.read()))
        return web.Response(text="ok") if answer is None else await answer(request)

    app = web.Application()
    app.router.add_post("/{path:.*}", take)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, host, port, ssl_context=tls)
    await site.start()
    kept.port = runner.addresses[0][1]
    try:
        yield kept
    finally:
        await runner.cleanup()


async def sent(
    url: str, allowed: str = LOOPBACK, names: AbstractResolver | None = None, total_s: float = 10.0, body: bytes = b"{}"
) -> Result:
    headers = signed_headers(b"x" * 32, "msg_1", now_us(), body)
    async with Sender(Guard(parse_allowed(allowed)), now_us, names or Names(), total_s) as sender:
        return await sender.send(url, headers, body)


async def test_a_message_arrives_whole_and_signed() -> None:
    secret, body = new_secret(), '{"type":"violation.confirmed","é":1}'.encode()
    async with receiver() as there, Sender(Guard(parse_allowed(LOOPBACK)), now_us) as sender:
        headers = signed_headers(secret, "msg_1", now_us(), body)
        result = await sender.send(f"http://127.0.0.1:{there.port}/hook", headers, body)

    assert (result.code, result.error) == (200, None)
    [(headers, arrived)] = there.taken
    assert arrived == body
    assert headers["Content-Type"] == "application/json"
    Webhook(secret_text(secret)).verify(arrived, headers, json_parse=False)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_a_failure_and_not_followed(status: int) -> None:
    async with receiver() as inside:

        async def away(request: web.Request) -> web.Response:
            return web.Response(status=status, headers={"location": f"http://127.0.0.1:{inside.port}/meta"})

        async with receiver(away) as there:
            result = await sent(f"http://127.0.0.1:{there.port}/redir")

    assert (result.code, result.error) == (status, f"HTTP {status}: redirects are not followed")
    assert inside.taken == []


async def test_a_refusal_tells_status_words_and_retry_after() -> None:
    async def busy(request: web.Request) -> web.Response:
        return web.Response(status=503, text="not\nnow \u202e" + "x" * 5000, headers={"retry-after": "30"})

    async with receiver(busy) as there:
        result = await sent(f"http://127.0.0.1:{there.port}/")

    assert (result.code, result.retry_after_s) == (503, 30.0)
    assert result.error is not None
    assert result.error.startswith("HTTP 503: not now ")
    assert result.error.isprintable()
    assert len(result.error.encode()) <= 1024


async def test_a_receiver_that_never_answers_costs_no_more_than_the_time_allowed() -> None:
    over = asyncio.Event()

    async def never(request: web.Request) -> web.Response:
        await over.wait()
        return web.Response()

    async with receiver(never) as there:
        result = await sent(f"http://127.0.0.1:{there.port}/", total_s=0.2)
        over.set()

    assert (result.code, result.error) == (None, "no whole answer within 0.2 s")


async def test_an_answer_that_begins_and_does_not_end_is_cut_off_in_time() -> None:
    over = asyncio.Event()

    async def stall(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        await answer.write(b"x")
        await over.wait()
        return answer

    async with receiver(stall) as there:
        result = await sent(f"http://127.0.0.1:{there.port}/", total_s=0.3)
        over.set()

    assert result.error == "no whole answer within 0.3 s"


async def test_an_endless_answer_is_read_no_further_than_needed() -> None:
    written = 0
    cut = asyncio.Event()

    async def flood(request: web.Request) -> web.StreamResponse:
        nonlocal written
        answer = web.StreamResponse()
        await answer.prepare(request)
        try:
            while True:
                await answer.write(b"x" * 65536)
                written += 65536
        except ConnectionError:
            cut.set()
        return answer

    async with receiver(flood) as there, asyncio.timeout(20):
        result = await sent(f"http://127.0.0.1:{there.port}/")
        await cut.wait()

    assert (result.code, result.error) == (200, None)
    assert MOST_READ <= written < 64 * 1024 * 1024


async def test_a_compressed_bomb_is_not_inflated() -> None:
    async def bomb(request: web.Request) -> web.Response:
        return web.Response(body=b"\x1f\x8b no gzip at all", headers={"content-encoding": "gzip"})

    async with receiver(bomb) as there:
        assert (await sent(f"http://127.0.0.1:{there.port}/")).error is None


@pytest.mark.parametrize(
    ("url", "addresses"),
    [
        ("http://{here}/x", None),
        ("http://127.1:{port}/x", None),
        ("http://2130706433:{port}/x", None),
        ("http://0x7f000001:{port}/x", None),
        ("http://0177.0.0.1:{port}/x", None),
        ("http://0.0.0.0:{port}/x", None),
        ("http://[::1]:{port}/x", None),
        ("http://[::ffff:127.0.0.1]:{port}/x", None),
        ("http://[64:ff9b::7f00:1]:{port}/x", None),
        ("https://{here}/x", None),
        ("https://169.254.169.254/x", None),
        ("https://100.64.0.1/x", None),
        ("https://10.0.0.5/x", None),
        ("https://inside.test:{port}/x", ["127.0.0.1"]),
        ("http://inside.test:{port}/x", ["127.0.0.1"]),
        ("https://inside.test/x", ["::ffff:127.0.0.1"]),
        ("https://inside.test/x", ["fd12::1"]),
        ("https://inside.test/x", ["169.254.169.254"]),
        ("https://inside.test/x", ["93.184.216.34", "127.0.0.1"]),
        ("https://inside.test/x", ["127.0.0.1", "93.184.216.34"]),
        ("https://inside.test/x", ["2606:4700::1111", "::1"]),
        ("https://inside.test:22/x", ["93.184.216.34"]),
        ("http://inside.test/x", ["93.184.216.34"]),
        ("http://93.184.216.34/x", None),
    ],
)
async def test_nothing_inside_is_reached_by_any_spelling_or_name(url: str, addresses: list[str] | None) -> None:
    names = Names(inside_test=[addresses]) if addresses else Names()
    async with receiver() as inside:
        result = await sent(url.format(port=inside.port, here=f"127.0.0.1:{inside.port}"), allowed="", names=names)

    assert inside.taken == []
    assert result.code is None
    if "127.1:" not in url and "2130706433" not in url and "0x7f" not in url and "0177" not in url:
        assert result.error == REFUSED


async def test_a_name_that_is_pointed_elsewhere_between_two_tries_is_refused_at_the_second() -> None:
    names = Names(rebind_test=[["127.0.0.2"], ["127.0.0.1"]])
    async with receiver(host="127.0.0.2") as there, receiver(host="127.0.0.1", port=there.port) as inside:
        async with Sender(Guard(parse_allowed("127.0.0.2/32")), now_us, names) as sender:
            url = f"http://rebind.test:{there.port}/x"
            first = await sender.send(url, {}, b"{}")
            second = await sender.send(url, {}, b"{}")

    assert (first.error, second.error) == (None, REFUSED)
    assert (len(there.taken), len(inside.taken)) == (1, 0)


async def test_the_socket_is_checked_even_when_the_name_server_is_not_asked() -> None:
    async with receiver(host="127.0.0.1") as inside:
        result = await sent(f"http://127.0.0.1:{inside.port}/x", allowed="127.0.0.2/32")

    assert (result.error, inside.taken) == (REFUSED, [])


async def test_a_proxy_in_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiver() as proxy, receiver() as there:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        result = await sent(f"http://127.0.0.1:{there.port}/")

    assert (result.code, len(there.taken), len(proxy.taken)) == (200, 1, 0)


async def test_an_untrusted_certificate_is_refused_before_anything_is_sent() -> None:
    async with receiver(tls=own_certificate()) as there:
        result = await sent(f"https://127.0.0.1:{there.port}/")

    assert result.code is None
    assert result.error is not None
    assert result.error.startswith("TLS: ")
    assert there.taken == []


async def test_a_trusted_certificate_is_good_for_its_own_name_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(DATA / "receiver.crt"))
    names = Names(receiver_test=[["127.0.0.1"]], other_test=[["127.0.0.1"]])
    async with receiver(tls=own_certificate()) as there:
        good = await sent(f"https://receiver.test:{there.port}/", names=names)
        wrong = await sent(f"https://other.test:{there.port}/", names=names)

    assert (good.code, good.error) == (200, None)
    assert wrong.code is None
    assert len(there.taken) == 1


async def test_whatever_goes_wrong_is_told_in_a_word() -> None:
    async with receiver() as there:
        closed = f"http://127.0.0.1:{there.port}/"
    unknown = await sent("https://nowhere.test/")
    nobody = await sent(closed)

    assert unknown.error == "the name has no address"
    assert nobody.error is not None
    assert nobody.error.startswith("no connection: ")


async def test_an_answer_that_is_not_http_is_a_failure() -> None:
    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"\x00\x01 what\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(nonsense, "127.0.0.1", 0)
    async with server:
        result = await sent(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")

    assert result.code is None
    assert result.error is not None
    assert result.error.startswith("no answer: ")


def own_certificate() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(DATA / "receiver.crt", DATA / "receiver.key")
    return context
