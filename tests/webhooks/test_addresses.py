from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.webhooks.addresses import address_of, is_reachable, parse_allowed

REFUSED = [
    "0.0.0.0", "0.1.2.3", "10.0.0.5", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255",
    "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192",
    "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::ffff:0:7f00:1",
    "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::a00:1", "100::1", "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fd12:3456::1",
    "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "4000::1",
]  # fmt: skip
PUBLIC = [
    "1.1.1.1", "8.8.8.8", "93.184.216.34", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.0.1.1",
    "198.17.255.255", "198.20.0.1", "223.255.255.255", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8",
]  # fmt: skip


def reachable(text: str, port: int = 443, plain: bool = False, allowed: str = "") -> bool:
    address = address_of(text)
    assert address is not None
    return is_reachable(address, port, plain, parse_allowed(allowed))


@pytest.mark.parametrize("text", REFUSED)
def test_addresses_that_are_not_public_are_refused(text: str) -> None:
    assert not reachable(text)


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_are_reached_over_tls_on_its_ports_alone(text: str) -> None:
    assert reachable(text)
    assert reachable(text, port=8443)
    assert not reachable(text, plain=True)
    assert not reachable(text, port=80, plain=True)
    assert not reachable(text, port=6379)


def test_a_listed_address_is_reached_on_any_port_and_without_tls() -> None:
    assert reachable("127.0.0.1", port=9000, plain=True, allowed="10.0.0.0/8, 127.0.0.0/8")
    assert reachable("::ffff:127.0.0.1", port=9000, plain=True, allowed="127.0.0.0/8")
    assert reachable("fd12::1", port=80, plain=True, allowed="fd12::/16")
    assert not reachable("192.168.0.1", allowed="10.0.0.0/8,127.0.0.0/8")


@pytest.mark.parametrize(
    "text", ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "fd00:ec2::254", "0.0.0.0", "224.0.0.1", "ff02::1"]
)
def test_metadata_link_local_unspecified_and_multicast_are_never_reached_though_listed(text: str) -> None:
    assert not reachable(text, allowed="0.0.0.0/0,::/0")


@given(st.ip_addresses(v=4))
def test_no_ipv4_address_is_reached_that_the_standard_library_calls_not_global(address: IPv4Address) -> None:
    if not address.is_global:
        assert not is_reachable(address, 443, False, ())


@given(st.ip_addresses(v=6))
def test_no_ipv6_address_is_reached_that_the_standard_library_calls_not_global(address: IPv6Address) -> None:
    if not address.is_global:
        assert not is_reachable(address, 443, False, ())


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_judged_as_the_one_it_maps(address: IPv4Address) -> None:
    mapped = address_of(f"::ffff:{address}")

    assert mapped == address


@pytest.mark.parametrize(
    "text", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "", "1.2.3.4.5", "１２７.0.0.1"]
)
def test_odd_spellings_are_no_addresses(text: str) -> None:
    assert address_of(text) is None


def test_a_list_names_networks_or_fails_loudly() -> None:
    assert [str(network) for network in parse_allowed(" 127.0.0.0/8 ,::1/128,")] == ["127.0.0.0/8", "::1/128"]
    assert ip_address("10.1.2.3") in parse_allowed("10.1.2.3")[0]
    for wrong in ("10.0.0.1/8", "localhost", "10.0.0.0/33"):
        with pytest.raises(ValueError, match=r"."):
            parse_allowed(wrong)
