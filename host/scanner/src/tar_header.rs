//! The header block of a tar entry, and the PAX records that override it.

use crate::tar::TarError;

/// Bytes of a block; headers are one block, data is padded to whole ones.
pub(crate) const BLOCK: usize = 512;

/// A header whose checksum is right.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) path: Vec<u8>,
    pub(crate) link: Vec<u8>,
    pub(crate) flag: u8,
    pub(crate) size: u64,
    pub(crate) mode: u32,
    pub(crate) uid: u32,
    /// GNU sparse: the map goes on in the next block.
    pub(crate) more_sparse: bool,
}

impl Header {
    pub(crate) fn parse(block: &[u8; BLOCK]) -> Option<Self> {
        checksum(block)?;
        let mut path = text(block.get(..100)?);
        let ustar = block.get(257..263)? == b"ustar\0";
        let prefix = text(block.get(345..500)?);
        if ustar && !prefix.is_empty() {
            path = [prefix.as_slice(), b"/", &path].concat();
        }
        let flag = *block.get(156)?;
        Some(Self {
            path,
            link: text(block.get(157..257)?),
            flag,
            size: number(block.get(124..136)?)?,
            mode: low(number(block.get(100..108)?)?) & 0o7777,
            uid: low(number(block.get(108..116)?)?),
            more_sparse: flag == b'S' && *block.get(482)? == 1,
        })
    }
}

// The field itself counts as spaces; old writers summed signed bytes.
fn checksum(block: &[u8; BLOCK]) -> Option<()> {
    let stated = number(block.get(148..156)?)?;
    let (mut unsigned, mut signed) = (0u64, 0i64);
    for (at, byte) in block.iter().enumerate() {
        let byte = if (148..156).contains(&at) {
            b' '
        } else {
            *byte
        };
        unsigned += u64::from(byte);
        signed += i64::from(byte.cast_signed());
    }
    (unsigned == stated || u64::try_from(signed) == Ok(stated)).then_some(())
}

fn text(field: &[u8]) -> Vec<u8> {
    field
        .split(|byte| *byte == 0)
        .next()
        .unwrap_or_default()
        .to_vec()
}

fn low(number: u64) -> u32 {
    u32::try_from(number & u64::from(u32::MAX)).unwrap_or_default()
}

// Octal text, or for large numbers binary with the highest bit set; a negative one is refused.
fn number(field: &[u8]) -> Option<u64> {
    if let [first @ 0x80..=0xff, rest @ ..] = field {
        if first & 0x40 != 0 {
            return None;
        }
        return rest.iter().try_fold(u64::from(first & 0x3f), |sum, byte| {
            sum.checked_mul(256)?.checked_add(u64::from(*byte))
        });
    }
    let digits = field.trim_ascii_start();
    let end = digits.iter().position(|byte| matches!(byte, 0 | b' '));
    let (digits, rest) = digits.split_at_checked(end.unwrap_or(digits.len()))?;
    if rest.iter().any(|byte| !matches!(byte, 0 | b' ')) {
        return None;
    }
    digits.iter().try_fold(0u64, |sum, digit| match digit {
        b'0'..=b'7' => sum.checked_mul(8)?.checked_add(u64::from(digit - b'0')),
        _ => None,
    })
}

/// What extended headers say of the next entry.
#[derive(Debug, Default)]
pub(crate) struct Pax {
    pub(crate) path: Option<Vec<u8>>,
    pub(crate) link: Option<Vec<u8>>,
    pub(crate) size: Option<u64>,
    pub(crate) uid: Option<u32>,
    pub(crate) sparse: bool,
    /// Of a file with holes: the name that it has when it is unpacked.
    pub(crate) sparse_path: Option<Vec<u8>>,
}

impl Pax {
    /// Reads `LENGTH KEY=VALUE\n` records; `at` is for the error.
    pub(crate) fn parse(&mut self, mut data: &[u8], at: u64) -> Result<(), TarError> {
        while !data.is_empty() {
            data = self.record(data).ok_or(TarError::Extended { at })?;
        }
        Ok(())
    }

    fn record<'d>(&mut self, data: &'d [u8]) -> Option<&'d [u8]> {
        let space = data.iter().take(20).position(|byte| *byte == b' ')?;
        let length: usize = std::str::from_utf8(data.get(..space)?).ok()?.parse().ok()?;
        let (record, rest) = data.split_at_checked(length)?;
        let record = record.get(space + 1..)?.strip_suffix(b"\n")?;
        let equals = record.iter().position(|byte| *byte == b'=')?;
        let (key, value) = (record.get(..equals)?, record.get(equals + 1..)?);
        match key {
            b"path" | b"linkpath" if value.contains(&0) => return None,
            b"path" => self.path = Some(value.to_vec()),
            b"linkpath" => self.link = Some(value.to_vec()),
            b"size" => self.size = Some(decimal(value)?),
            // A fraction or an id beyond 32 bits is nobody's.
            b"uid" => self.uid = decimal(value).and_then(|uid| u32::try_from(uid).ok()),
            b"GNU.sparse.name" if value.contains(&0) => return None,
            b"GNU.sparse.name" => {
                self.sparse = true;
                self.sparse_path = Some(value.to_vec());
            }
            _ if key.starts_with(b"GNU.sparse.") => self.sparse = true,
            _ => {}
        }
        Some(rest)
    }
}

fn decimal(value: &[u8]) -> Option<u64> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_octal_or_binary_and_never_negative() {
        assert_eq!(number(b"0000644\0"), Some(0o644));
        assert_eq!(number(b"  644 \0 "), Some(0o644));
        assert_eq!(number(b"\0\0\0\0\0\0\0\0"), Some(0));
        let mut binary = [0u8; 12];
        binary[0] = 0x80;
        binary[7] = 2;
        assert_eq!(number(&binary), Some(2 << 32));
        for wrong in [&b"12x4"[..], b"9", b"\xff\xff\xff\xff", b"1 2"] {
            assert_eq!(number(wrong), None, "{wrong:?}");
        }
        assert_eq!(number(&[0xbf; 12]), None);
    }

    #[test]
    fn pax_records_with_wrong_lengths_are_refused() {
        for wrong in [
            &b"5 a=b"[..],
            b"999999 path=x\n",
            b"0 path=x\n",
            b"18446744073709551616 p=x\n",
            b"path=x\n",
            b"12 path=a\0b\n",
            b"10 size=-1\n",
        ] {
            assert!(Pax::default().parse(wrong, 0).is_err(), "{wrong:?}");
        }
        let mut pax = Pax::default();
        pax.parse(b"12 path=abc\n22 GNU.sparse.major=1\n", 0)
            .unwrap();
        assert_eq!(pax.path.as_deref(), Some(&b"abc"[..]));
        assert!(pax.sparse);
        pax.parse(b"29 GNU.sparse.name=real/name\n", 0).unwrap();
        assert_eq!(pax.sparse_path.as_deref(), Some(&b"real/name"[..]));
    }
}
