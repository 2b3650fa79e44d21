//! The checksums that some vendors put into their tokens.

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

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

fn base62(mut number: u32) -> String {
    let mut digits = ['0'; 6];
    for digit in digits.iter_mut().rev() {
        let place = usize::try_from(number % 62).unwrap_or(0);
        *digit = BASE62.get(place).map_or('0', |&byte| char::from(byte));
        number /= 62;
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
    fn grafana_tokens_carry_theirs_in_hexadecimal() {
        let body = format!("glsa_{}", "a".repeat(32));
        let crc = crc32(body.as_bytes()).swap_bytes();
        assert!(ends_with_hex(&format!("{body}_{crc:08x}")));
        assert!(!ends_with_hex(&format!("{body}_00000000")));
    }
}
