//! Which addresses may be connected to at all.
//!
//! Whoever may add a camera makes the server connect to an address of his choice, from inside. So hosts
//! that are no cameras are refused: this machine itself, link-local addresses (where clouds tell secrets
//! of the machine), groups, and what is written to look like something else.

use crate::{Error, Result};
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Forbidden {
    /// 127.0.0.0/8, `::1`.
    #[error("this machine itself")]
    Loopback,
    /// 169.254.0.0/16, `fe80::/10`: also where clouds tell a machine its secrets.
    #[error("a link-local address")]
    LinkLocal,
    /// Where clouds tell a machine its secrets, outside the link-local range.
    #[error("a host of cloud metadata")]
    Metadata,
    /// 0.0.0.0/8, `::`.
    #[error("no address of a host")]
    Unspecified,
    /// Groups and broadcast.
    #[error("an address of many hosts")]
    Multicast,
}

/// The metadata hosts of clouds that are not link-local: AWS, Google and Oracle over IPv6, Alibaba, Azure's wire
/// server.
const METADATA: [IpAddr; 5] = [
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xc1, 0, 0, 0, 0, 0xa9fe, 0xa9fe)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
];

/// Says which addresses may be connected to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Guard {
    allowed: Vec<IpNet>,
}

impl Guard {
    /// A guard that lets `allowed` pass, too: addresses, or networks such as `127.0.0.0/8`.
    ///
    /// # Errors
    /// [`Error::Address`] for what is neither.
    pub fn new<T: AsRef<str>>(allowed: &[T]) -> Result<Self> {
        let one = |text: &T| {
            let text = text.as_ref().trim();
            let network = text.parse::<IpNet>().ok();
            network
                .or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
                .ok_or_else(|| Error::Address(format!("{text:?} is no IP address or network")))
        };
        let allowed = allowed.iter().map(one).collect::<Result<_>>()?;
        Ok(Self { allowed })
    }

    /// Whether `address` may be connected to.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, address: IpAddr) -> std::result::Result<(), Forbidden> {
        let address = plain(address);
        if self
            .allowed
            .iter()
            .any(|network| network.contains(&address))
        {
            return Ok(());
        }
        reason(address).map_or(Ok(()), Err)
    }
}

/// The address of version 4 that one of version 6 leads to, where it is another dress of one: `::ffff:127.0.0.1`,
/// `::127.0.0.1`, NAT64's `64:ff9b::127.0.0.1` and `64:ff9b:1::127.0.0.1` (RFC 8215, with the address in the last 32
/// bits) and 6to4's `2002:7f00:1::`.
fn plain(address: IpAddr) -> IpAddr {
    let IpAddr::V6(six) = address else {
        return address;
    };
    if let Some(four) = six.to_ipv4_mapped() {
        return IpAddr::V4(four);
    }
    let [a, b, c, d, e, f, g, h] = six.segments();
    let compatible = [a, b, c, d, e, f] == [0; 6] && g != 0;
    let translated = [a, b, c, d, e, f] == [0x64, 0xff9b, 0, 0, 0, 0];
    let translated_here = [a, b, c] == [0x64, 0xff9b, 1];
    match () {
        () if compatible || translated || translated_here => four(g, h),
        () if a == 0x2002 => four(b, c),
        () => address,
    }
}

fn four(high: u16, low: u16) -> IpAddr {
    let [[one, two], [three, four]] = [high.to_be_bytes(), low.to_be_bytes()];
    IpAddr::V4(Ipv4Addr::new(one, two, three, four))
}

fn reason(address: IpAddr) -> Option<Forbidden> {
    let link_local = match address {
        IpAddr::V4(four) => four.is_link_local(),
        IpAddr::V6(six) => six.is_unicast_link_local(),
    };
    let nowhere = match address {
        IpAddr::V4(four) => four.octets()[0] == 0,
        IpAddr::V6(six) => six.is_unspecified(),
    };
    let many = match address {
        IpAddr::V4(four) => four.is_multicast() || four.is_broadcast(),
        IpAddr::V6(six) => six.is_multicast(),
    };
    match () {
        () if address.is_loopback() => Some(Forbidden::Loopback),
        () if link_local => Some(Forbidden::LinkLocal),
        () if METADATA.contains(&address) => Some(Forbidden::Metadata),
        () if nowhere => Some(Forbidden::Unspecified),
        () if many => Some(Forbidden::Multicast),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn why(address: &str) -> Option<Forbidden> {
        Guard::default().check(address.parse().unwrap()).err()
    }

    #[test]
    fn this_machine_link_local_metadata_and_groups_are_refused() {
        let refused = [
            ("127.0.0.1", Forbidden::Loopback),
            ("127.8.9.1", Forbidden::Loopback),
            ("::1", Forbidden::Loopback),
            ("169.254.169.254", Forbidden::LinkLocal),
            ("fe80::1", Forbidden::LinkLocal),
            ("febf::1", Forbidden::LinkLocal),
            ("fd00:ec2::254", Forbidden::Metadata),
            ("fd20:ce::254", Forbidden::Metadata),
            ("fd00:c1::a9fe:a9fe", Forbidden::Metadata),
            ("100.100.100.200", Forbidden::Metadata),
            ("168.63.129.16", Forbidden::Metadata),
            ("0.0.0.0", Forbidden::Unspecified),
            ("0.1.2.3", Forbidden::Unspecified),
            ("::", Forbidden::Unspecified),
            ("224.0.0.1", Forbidden::Multicast),
            ("239.255.255.250", Forbidden::Multicast),
            ("255.255.255.255", Forbidden::Multicast),
            ("ff02::1", Forbidden::Multicast),
        ];
        for (address, reason) in refused {
            assert_eq!(why(address), Some(reason), "{address}");
        }
    }

    #[test]
    fn cameras_of_a_local_network_and_elsewhere_pass() {
        for address in [
            "192.168.1.20",
            "10.0.0.5",
            "172.16.3.4",
            "fd12:3456::5",
            "203.0.113.9",
        ] {
            assert_eq!(why(address), None, "{address}");
        }
    }

    #[test]
    fn what_is_allowed_by_name_passes_and_nothing_beside_it() {
        let guard = Guard::new(&["127.0.0.1", "169.254.7.0/24"]).unwrap();
        let check = |text: &str| guard.check(text.parse().unwrap());
        assert_eq!(check("127.0.0.1"), Ok(()));
        assert_eq!(check("::ffff:127.0.0.1"), Ok(()));
        assert_eq!(check("127.0.0.2"), Err(Forbidden::Loopback));
        assert_eq!(check("169.254.7.9"), Ok(()));
        assert_eq!(check("169.254.8.9"), Err(Forbidden::LinkLocal));
    }

    #[test]
    fn what_is_no_network_is_named() {
        let error = Guard::new(&["camera.lan"]).unwrap_err();
        assert!(error.to_string().contains("camera.lan"), "{error}");
    }

    proptest! {
        #[test]
        fn an_address_of_version_4_is_judged_alike_in_every_dress(bytes: [u8; 4]) {
            let four = Ipv4Addr::from(bytes);
            let [a, b, c, d] = bytes.map(u16::from);
            let (high, low) = (a << 8 | b, c << 8 | d);
            let expected = Guard::default().check(IpAddr::V4(four));
            let mapped = IpAddr::V6(four.to_ipv6_mapped());
            let translated = IpAddr::V6(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low));
            prop_assert_eq!(Guard::default().check(mapped), expected);
            prop_assert_eq!(Guard::default().check(translated), expected);
            let here = IpAddr::V6(Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, low));
            prop_assert_eq!(Guard::default().check(here), expected);
            let six_to_four = IpAddr::V6(Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1));
            prop_assert_eq!(Guard::default().check(six_to_four), expected);
        }
    }
}
