//! The checksums that some vendors put into their tokens.

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// CRC-32 as in Ethernet and zlib.
#[must_use]
pub fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            let mask = (crc & 1).wrapping_neg();
            crc >> 1 ^ 0xedb8_8320 & mask
        })
    })
}

/// GitHub and npm: the last 6 characters are the CRC-32 of the 30 before them, in base 62.
#[must_use]
pub fn ends_with_base62(token: &str) -> bool {
    let Some((_, body)) = token.split_once('_') else {
        return false;
    };
    let Some((random, checksum)) = body
        .len()
        .checked_sub(6)
        .and_then(|place| body.split_at_checked(place))
    else {
        return false;
    };
    base62(crc32(random.as_bytes())) == checksum
}

/// Grafana: the last 8 digits are the CRC-32 of what is before them, least byte first.
#[must_use]
pub fn ends_with_hex(token: &str) -> bool {
    let Some((body, checksum)) = token.rsplit_once('_') else {
        return false;
    };
    let crc = crc32(body.as_bytes());
    checksum == format!("{:08x}", crc.swap_bytes()) || checksum == format!("{crc:08x}")
}

/// Matrix: the last 6 characters are the CRC-32 of what is before their underscore, in base 62.
#[must_use]
pub fn ends_with_base62_of_all(token: &str) -> bool {
    token
        .rsplit_once('_')
        .is_some_and(|(body, checksum)| base62(crc32(body.as_bytes())) == checksum)
}

/// GitLab: the last 7 characters are the CRC-32 of all before them, in base 36.
#[must_use]
pub fn ends_with_base36(token: &str) -> bool {
    let place = token.len().checked_sub(7);
    let parts = place.and_then(|place| token.split_at_checked(place));
    parts.is_some_and(|(body, checksum)| {
        token.contains('.') && digits::<7>(crc32(body.as_bytes()), BASE36) == checksum
    })
}

/// BIP 173: a checksum over the prefix and the 5-bit values of the characters behind the last `1`.
#[must_use]
pub fn is_bech32(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let Some((prefix, data)) = text.rsplit_once('1') else {
        return false;
    };
    let high = prefix.bytes().map(|byte| u32::from(byte >> 5));
    let low = prefix.bytes().map(|byte| u32::from(byte & 31));
    let values: Option<Vec<u32>> = data
        .bytes()
        .map(|byte| BECH32.iter().position(|&known| known == byte))
        .map(|place| u32::try_from(place?).ok())
        .collect();
    let Some(values) = values else {
        return false;
    };
    let all = high.chain(std::iter::once(0)).chain(low).chain(values);
    all.fold(1, polymod) == 1
}

fn polymod(sum: u32, value: u32) -> u32 {
    const GENERATOR: [u32; 5] = [
        0x3b6a_57b2,
        0x2650_8e6d,
        0x1ea1_19fa,
        0x3d42_33dd,
        0x2a14_62b3,
    ];
    let top = sum >> 25;
    let start = (sum & 0x01ff_ffff) << 5 ^ value;
    let chosen = (0..).zip(GENERATOR).filter(|(bit, _)| top >> bit & 1 == 1);
    chosen.fold(start, |sum, (_, generator)| sum ^ generator)
}

/// AWS: the account is 39 bits of the 6 bytes in base 32 behind the prefix of a newer key id.
#[must_use]
pub fn aws_account(key_id: &str) -> Option<String> {
    let body = key_id.get(4..14)?;
    // Ids of the older kind begin with these.
    if body.starts_with(['I', 'J']) {
        return None;
    }
    let bits = body.bytes().try_fold(0u64, |bits, byte| {
        let place = BASE32.iter().position(|&known| known == byte)?;
        Some(bits << 5 | u64::try_from(place).ok()?)
    })?;
    // Of 48 bits, all but the first and the last 7; 2 more were read.
    let account = bits >> 9 & 0xff_ffff_ffff;
    (account < 1_000_000_000_000).then(|| format!("{account:012}"))
}

fn base62(number: u32) -> String {
    digits::<6>(number, BASE62)
}

/// The last digits of a number in the base of an alphabet.
fn digits<const N: usize>(mut number: u32, alphabet: &[u8]) -> String {
    let base = u32::try_from(alphabet.len()).unwrap_or(u32::MAX);
    let mut digits = ['0'; N];
    for digit in digits.iter_mut().rev() {
        let place = usize::try_from(number % base).unwrap_or(0);
        *digit = alphabet.get(place).map_or('0', |&byte| char::from(byte));
        number /= base;
    }
    digits.iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crc_is_the_known_one() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn a_token_with_its_own_checksum_is_valid_and_any_other_is_not() {
        let random = "abcdefghijklmnopqrstuvwxyz0123";
        let checksum = base62(crc32(random.as_bytes()));
        assert_eq!(checksum.len(), 6);
        assert!(ends_with_base62(&format!("ghp_{random}{checksum}")));
        assert!(!ends_with_base62(&format!("ghp_{random}AAAAAA")));
        assert!(!ends_with_base62("ghp_x"));
        assert!(!ends_with_base62("é_éé"));
    }

    #[test]
    fn gitlab_and_matrix_tokens_carry_that_of_all_before_it() {
        let body = "glpat-bzox79Zp2LmX9vK4tR8wN3bY6cJ1.01.0t";
        let checksum = digits::<7>(crc32(body.as_bytes()), BASE36);
        assert!(ends_with_base36(&format!("{body}{checksum}")));
        assert!(!ends_with_base36(&format!("{body}zzzzzzz")));
        let body = "syt_Ym90_qTfGhJkLmNbVcXzAsDwE";
        let checksum = base62(crc32(body.as_bytes()));
        assert!(ends_with_base62_of_all(&format!("{body}_{checksum}")));
        assert!(!ends_with_base62_of_all(&format!("{body}_000000")));
    }

    #[test]
    fn bech32_is_that_of_bip_173() {
        assert!(is_bech32("A12UEL5L"));
        assert!(is_bech32("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"));
        assert!(!is_bech32("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxx"));
        assert!(!is_bech32("none"));
    }

    #[test]
    fn the_account_of_a_key_id_is_read() {
        // Published with its account by the researcher who described the form.
        let id = concat!("ASIA", "QNZGKIQY56JQ7WML");
        assert_eq!(aws_account(id).as_deref(), Some("029608264753"));
        assert_eq!(aws_account(concat!("AKIA", "IOSFODNN7EXAMPLE")), None);
    }

    #[test]
    fn grafana_tokens_carry_theirs_in_hexadecimal() {
        let body = format!("glsa_{}", "a".repeat(32));
        let crc = crc32(body.as_bytes()).swap_bytes();
        assert!(ends_with_hex(&format!("{body}_{crc:08x}")));
        assert!(!ends_with_hex(&format!("{body}_00000000")));
    }
}
