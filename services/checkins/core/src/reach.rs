//! Where a message may go whose address somebody else named: to the open internet, and never back into the house.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether this address is out there. Everything that a network of one's own, this machine, or a tunnel into either may
/// answer to is not (reliability.md §5, row 90).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    // This network and what is reserved; shared by a provider's customers; assignments; benchmarks.
    let is_special = matches!(
        (first, second, third),
        (0 | 240.., _, _) | (100, 64..=127, _) | (192, 0, 0) | (198, 18 | 19, _)
    );
    !(is_special
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    // Global unicast is 2000::/3. Out of it: Teredo, documentation and 6to4, which may lead anywhere.
    let is_global = first & 0xe000 == 0x2000;
    is_global && !matches!((first, second), (0x2001, 0x0000 | 0x0db8) | (0x2002 | 0x3fff, _))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_may_answer_inside_of_the_house_is_public() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "::1",
            "::",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2001::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
    }

    #[test]
    fn what_is_out_there_is_public() {
        for outside in
            ["8.8.8.8", "142.250.1.1", "100.128.0.1", "172.32.0.1", "2a00:1450:4001::1", "2606:4700::1"]
        {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }
}
