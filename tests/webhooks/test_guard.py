import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.webhooks.addresses import parse_allowed
from app.webhooks.guard import AddressRefused, Guard, UrlRefused

STRICT = Guard()
LOCAL = Guard(parse_allowed("127.0.0.0/8"))

REFUSED = [
    "", "receiver.test/hook", "//receiver.test/hook", "http://", "https:///hook", "gopher://127.0.0.1:9999/x",
    "file:///etc/passwd", "javascript:alert(1)", "ftp://receiver.test/", "unix:///run/docker.sock",
    "http://receiver.test/hook", "http://93.184.216.34/hook", "https://93.184.216.34:22/",
    "http://127.0.0.1:9999/x", "https://127.0.0.1/x", "https://127.1/x", "https://2130706433/x", "https://0x7f000001/x",
    "https://0x7f.1/x", "https://0177.0.0.1/x", "https://0.0.0.0/x", "https://[::1]/x", "https://[::ffff:127.0.0.1]/x",
    "https://[64:ff9b::7f00:1]/x", "https://169.254.169.254/latest", "https://100.64.0.1/x", "https://10.0.0.5/x",
    "https://localhost/x", "https://LOCALHOST./x", "https://api.localhost/x", "https://127.0.0.1%2eexample/",
    "https://user@receiver.test/x", "https://user:word@receiver.test/x", "https://:@receiver.test/x",
    "https://@receiver.test/x", "https://receiver.test#@127.0.0.1/", "https://receiver.test\\@127.0.0.1/",
    "https://１２７.0.0.1/x", "https://receiver.test /x", "https://receiver.test\n/x", "https://\treceiver.test/x",
    "https://receiver.test:99999/", "https://receiver.test:x/", "https://[fe80::1%25eth0]/x", "https://[::1", "https://a..b/",
    "https://-a.test/", "https://receiver.test/" + "x" * 2048, "https://bücher.test/", "https://1.2.3.4.5/", "https://a.1/",
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_a_url_that_cannot_be_meant_well_is_refused_when_the_hook_is_made(url: str) -> None:
    with pytest.raises(UrlRefused) as refused:
        STRICT.checked_url(url)

    assert not url or url not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://receiver.test/hook",
        "https://receiver.test:8443/hook?mission=a&b=%20c",
        "https://xn--bcher-kva.test/",
        "https://a_b.receiver.test./x",
        "https://93.184.216.34/hook",
        "https://[2606:4700::1111]:443/hook",
    ],
)
def test_an_ordinary_https_url_is_taken(url: str) -> None:
    assert STRICT.checked_url(url).rstrip("/") in (url.rstrip("/"), url.replace(":443", ""))


def test_plain_http_is_taken_where_the_operator_listed_the_address() -> None:
    assert LOCAL.checked_url("http://127.0.0.1:9000/hook") == "http://127.0.0.1:9000/hook"
    assert LOCAL.checked_url("http://localhost:9000/hook") == "http://localhost:9000/hook"
    assert LOCAL.checked_url("http://receiver.test/hook") == "http://receiver.test/hook"
    with pytest.raises(UrlRefused):
        LOCAL.checked_url("http://10.0.0.1/hook")


@given(st.text() | st.text().map("https://{}".format) | st.ip_addresses().map("https://{}/".format))
def test_any_text_is_taken_or_refused_and_nothing_else(text: str) -> None:
    try:
        taken = STRICT.checked_url(text)
    except UrlRefused:
        return
    assert STRICT.checked_url(taken) == taken


def test_the_address_dialled_is_what_counts() -> None:
    STRICT.check_address("93.184.216.34", 443, plain=False)
    LOCAL.check_address("127.0.0.1", 9000, plain=True)
    for address, port, plain in [("127.0.0.1", 443, False), ("93.184.216.34", 443, True), ("nonsense", 443, False)]:
        with pytest.raises(AddressRefused):
            STRICT.check_address(address, port, plain)
