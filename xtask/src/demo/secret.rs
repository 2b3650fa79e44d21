//! Keys that look real and open nothing. They are made at run time: in the source they would be
//! findings of every scanner that reads this repository.

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Small generator with a fixed start: the same demo every time.
pub(crate) struct Letters(u64);

impl Letters {
    pub(crate) fn new() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }

    /// `length` letters of an alphabet.
    fn take(&mut self, alphabet: &[u8], length: usize) -> String {
        let size = u64::try_from(alphabet.len()).unwrap_or(1).max(1);
        let letter = |_| {
            // Knuth's linear congruential constants; the high bits are the good ones.
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let at = usize::try_from((self.0 >> 33) % size).unwrap_or_default();
            alphabet.get(at).copied().map_or('A', char::from)
        };
        (0..length).map(letter).collect()
    }

    /// A credentials file of the AWS command line.
    pub(crate) fn cloud_credentials(&mut self) -> String {
        let id = self.take(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16);
        let key = self.take(BASE64, 40);
        format!(
            "[default]\naws_access_key_id = {}{id}\naws_secret_access_key = {key}\n",
            "AKIA"
        )
    }

    /// A private key as ssh-keygen writes it, as far as a reader of the header can tell.
    pub(crate) fn private_key(&mut self) -> String {
        let header = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW";
        let mut text = format!("-----BEGIN OPENSSH {} KEY-----\n{header}\n", "PRIVATE");
        for _ in 0..4 {
            text.push_str(&self.take(BASE64, 70));
            text.push('\n');
        }
        text.push_str(&format!("-----END OPENSSH {} KEY-----\n", "PRIVATE"));
        text
    }

    /// A GitHub token: 30 letters and their checksum.
    pub(crate) fn code_token(&mut self) -> String {
        let letters = self.take(BASE64.get(..62).unwrap_or_default(), 30);
        let checksum = checksum(letters.as_bytes());
        format!("{}_{letters}{checksum}", "ghp")
    }
}

/// CRC-32 in six digits to the base 62, as GitHub appends it.
fn checksum(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xedb8_8320
            } else {
                crc >> 1
            };
        }
    }
    let mut rest = !crc;
    let mut digits = Vec::new();
    for _ in 0..6 {
        let at = usize::try_from(rest % 62).unwrap_or_default();
        digits.push(DIGITS.get(at).copied().map_or('0', char::from));
        rest /= 62;
    }
    digits.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_crc_32_to_the_base_62() {
        // CRC-32 of "123456789" is 0xcbf43926 = 3421780262 = 3.45.35.26.4.10 to the base 62.
        let mut value: u64 = 0;
        for digit in checksum(b"123456789").bytes() {
            let place = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
            value = value * 62 + place.iter().position(|own| *own == digit).unwrap() as u64;
        }
        assert_eq!(value, 0xcbf4_3926);
    }

    #[test]
    fn keys_have_the_lengths_that_scanners_look_for() {
        assert_eq!(Letters::new().code_token().len(), 40);
        assert!(
            Letters::new()
                .cloud_credentials()
                .lines()
                .any(|line| line.len() == "aws_access_key_id = ".len() + 20)
        );
    }
}
