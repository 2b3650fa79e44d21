//! Expressions of the kind that secret rules are made of: prefixes, keywords in the middle, long tails,
//! none at all.

use merlon_matching::{CaseRule, Pattern, Source};

/// One a line; `\n` never stands inside one.
pub(crate) fn expressions() -> Vec<&'static str> {
    include_str!("expressions.txt").lines().collect()
}

pub(crate) fn regex(id: usize, text: &str) -> Pattern {
    Pattern {
        ruleset: 0,
        id: u32::try_from(id).unwrap(),
        source: Source::Regex(text.to_owned()),
        case: CaseRule::Sensitive,
        files: None,
        detail: merlon_matching::Detail::Places,
    }
}

pub(crate) fn patterns() -> Vec<Pattern> {
    let expressions = expressions().into_iter().enumerate();
    expressions.map(|(id, text)| regex(id, text)).collect()
}

/// Numbers that look random and are the same in every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }

    fn token(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length)
            .map(|_| char::from(alphabet[self.roll(alphabet.len())]))
            .collect()
    }
}

const ALNUM: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A text of about `length` bytes in which many expressions hold, nearly hold, or hold twice in a row.
pub(crate) fn text(seed: u64, length: usize) -> Vec<u8> {
    let mut dice = Dice(seed | 1);
    let mut out = Vec::with_capacity(length + 4096);
    while out.len() < length {
        let piece = piece(&mut dice);
        out.extend_from_slice(&piece);
        if dice.roll(3) == 0 {
            out.push(b"\n \t;\"'=:"[dice.roll(8)]);
        }
    }
    out
}

fn piece(dice: &mut Dice) -> Vec<u8> {
    let hex = b"0123456789abcdef";
    let length = 10 + dice.roll(70);
    let token = dice.token(ALNUM, length);
    let (near, long) = (34 + dice.roll(5), 60 + dice.roll(4000));
    let text = match dice.roll(22) {
        0 => format!("AKIA{}", dice.token(b"ABCDEFGH234567", 16)),
        1 => format!("ghp_{}", dice.token(ALNUM, near)),
        2 => format!("api_key = \"{token}\"\n"),
        3 => format!("password: {token}\n"),
        4 => format!("secretsecret_token_key: '{token}'"),
        5 => format!("ADOBE_ID='{}'\n", dice.token(hex, 32)),
        6 => format!("https://user{length}:{token}@db.example/x\n"),
        7 => format!("\nmachine a.example login me password {token}\n"),
        8 => {
            let body = dice.token(ALNUM, long);
            format!("-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----\n")
        }
        9 => format!("eyJ{token}{token}.eyJ{token}{token}.{token}"),
        10 => format!("s.{}", dice.token(ALNUM, 24)),
        11 => format!("{}-us{}", dice.token(hex, 32), dice.roll(30)),
        12 => format!("curl -s -u admin:{token} http://x\n"),
        13 => format!("root:$6${token}{token}:19000\n"),
        14 => "4111-1111-1111-1111".to_owned(),
        15 => format!("Authorization: Bearer {token}"),
        16 => format!("me{length}.you+{token}@corp.example"),
        17 => format!("AWS_x secret y '{}'", dice.token(ALNUM, 40)),
        18 => format!("xoxb-{token}"),
        19 => "key key token=auth".to_owned(),
        20 => return vec![0xff, 0x00, 0xc3, 0x28],
        _ => format!("{token}\n"),
    };
    text.into_bytes()
}
