//! `net.cidr_*` on addresses alone: nothing is looked up.

use std::net::IpAddr;

use regorus::Value;

use super::{Tools, text};

/// The addresses whose first `bits` bits are those of `first`; as wide as IPv6.
#[derive(Clone, Copy)]
struct Network {
    family: Family,
    first: u128,
    last: u128,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    V4,
    V6,
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/')?;
        let bits = bits
            .parse::<u32>()
            .ok()
            .filter(|_| bits.bytes().all(|b| b.is_ascii_digit()))?;
        Self::new(address.parse().ok()?, bits)
    }

    /// A network, or an address as the network of it alone.
    fn parse_either(text: &str) -> Option<Self> {
        match text.parse() {
            Ok(address @ IpAddr::V4(_)) => Self::new(address, 32),
            Ok(address @ IpAddr::V6(_)) => Self::new(address, 128),
            Err(_) => Self::parse(text),
        }
    }

    fn new(address: IpAddr, bits: u32) -> Option<Self> {
        let (family, value, width) = match address {
            IpAddr::V4(v4) => (Family::V4, u128::from(v4.to_bits()), 32_u32),
            IpAddr::V6(v6) => (Family::V6, v6.to_bits(), 128),
        };
        let free = width.checked_sub(bits)?;
        let mask = 1_u128.checked_shl(free).map_or(u128::MAX, |next| next - 1);
        Some(Self {
            family,
            first: value & !mask,
            last: value | mask,
        })
    }

    fn contains(self, other: Self) -> bool {
        self.family == other.family && self.first <= other.first && other.last <= self.last
    }

    fn intersects(self, other: Self) -> bool {
        self.family == other.family && self.first <= other.last && other.first <= self.last
    }
}

fn pair(arguments: &[Value], test: fn(Network, Network) -> bool) -> Value {
    let network = text(arguments.first()).and_then(Network::parse);
    let other = text(arguments.get(1)).and_then(Network::parse_either);
    match (network, other) {
        (Some(network), Some(other)) => test(network, other).into(),
        _ => Value::Undefined,
    }
}

pub(super) fn contains(_: &Tools, arguments: &[Value]) -> anyhow::Result<Value> {
    Ok(pair(arguments, Network::contains))
}

pub(super) fn intersects(_: &Tools, arguments: &[Value]) -> anyhow::Result<Value> {
    Ok(pair(arguments, Network::intersects))
}

pub(super) fn is_valid(_: &Tools, arguments: &[Value]) -> anyhow::Result<Value> {
    Ok(text(arguments.first()).map_or(Value::Bool(false), |text| {
        Network::parse(text).is_some().into()
    }))
}

/// The set of all addresses, network and broadcast included.
pub(super) fn expand(tools: &Tools, arguments: &[Value]) -> anyhow::Result<Value> {
    const ADDRESS: usize = 96;
    let Some(network) = text(arguments.first()).and_then(Network::parse) else {
        return Ok(Value::Undefined);
    };
    let count = usize::try_from(network.last - network.first).unwrap_or(usize::MAX);
    tools.budget.spend(
        "net.cidr_expand",
        count.saturating_add(1).saturating_mul(ADDRESS),
    )?;
    let addresses = (network.first..=network.last).map(|bits| {
        let address = match network.family {
            Family::V4 => IpAddr::from(u32::try_from(bits).unwrap_or(u32::MAX).to_be_bytes()),
            Family::V6 => IpAddr::from(bits.to_be_bytes()),
        };
        Value::from(address.to_string())
    });
    Ok(Value::from(
        addresses.collect::<std::collections::BTreeSet<_>>(),
    ))
}
