//! Expressions of the kind that secret rules are made of: prefixes, keywords in the middle, long tails,
//! none at all.

use merlon_matching::{CaseRule, Pattern, Source};

pub(crate) const EXPRESSIONS: &[&str] = &[
    r"\b((?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})\b",
    r"ghp_[0-9a-zA-Z]{36}",
    r"gh[ours]_[0-9a-zA-Z]{36}",
    r"github_pat_\w{82}",
    r"glpat-[\w-]{20}",
    r"xox[baprs]-[0-9a-zA-Z-]{10,48}",
    r"https://hooks\.slack\.com/services/[A-Za-z0-9+/]{44,46}",
    r"\b(eyJ[a-zA-Z0-9]{17,}\.eyJ[a-zA-Z0-9/\\_-]{17,}\.[a-zA-Z0-9/\\_-]{10,}={0,2})",
    r"(?i)-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY-----[\s\S]{64,}?KEY-----",
    r"AIza[\w-]{35}",
    r"sk_live_[0-9a-zA-Z]{24,99}",
    r"(?:rk|pk)_(?:live|test)_[0-9a-zA-Z]{10,99}",
    r"npm_[a-z0-9]{36}",
    r"pypi-AgEIcHlwaS5vcmc[\w-]{50,1000}",
    r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}",
    r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",
    r"dop_v1_[a-f0-9]{64}",
    r"hv[sb]\.[\w-]{90,120}",
    r"AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}",
    r"(?i)[\w.-]{0,50}?(?:adobe)(?:[ \t\w.-]{0,20})[\s'\x22]{0,3}(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'\x22\s=]{0,5}([a-f0-9]{32})\b",
    r"(?i)[\w.-]{0,50}?(?:access|auth|api|credential|creds|key|passwd|password|secret|token)(?:[ \t\w.-]{0,20})[\s'\x22]{0,3}(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'\x22\s=]{0,5}([\w.=-]{10,150})(?:[\x60'\x22\s;]|\\[nr]|$)",
    r"(?i)[\w.-]{0,50}?(?:datadog)(?:[ \t\w.-]{0,20})[\s'\x22]{0,3}(?:=|:)[\s'\x22]{0,5}([a-z0-9]{40})",
    r"(?i)[\w.-]{0,50}?(?:twilio)(?:[ \t\w.-]{0,20})[\s'\x22]{0,3}(?:=|:)[\s'\x22]{0,5}(SK[0-9a-f]{32})",
    r"(?i)[\w.-]{0,50}?(?:heroku)(?:[ \t\w.-]{0,20})[\s'\x22]{0,3}(?:=|:)[\s'\x22]{0,5}([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})",
    r"(?i)aws.{0,20}?(?:secret|key).{0,20}?['\x22]([0-9a-z/+]{40})['\x22]",
    r"[a-zA-Z][a-zA-Z0-9+.-]{2,20}://[^\s:/@]{1,60}:([^\s:/@]{3,100})@[\w.-]+",
    r"(?m)^machine\s+\S+\s+login\s+\S+\s+password\s+(\S+)",
    r"(?i)authorization:\s*(?:basic|bearer)\s+([\w+/=.-]{16,})",
    r"curl\b.*?(?:-u|--user)\s+['\x22]?([^\s'\x22:]+:[^\s'\x22]+)",
    r"(?m)^[\w.-]+:\$(?:1|2[aby]|5|6|y)\$[./A-Za-z0-9$]{20,}",
    r"\b[0-9]{8,10}:AA[\w-]{33}\b",
    r"sq0(?:atp|csp)-[\w-]{22,43}",
    r"EAACEdEose0cBA[0-9A-Za-z]+",
    r"ya29\.[\w-]{30,}",
    r"lin_api_[a-zA-Z0-9]{40}",
    r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}",
    r"xkeysib-[a-f0-9]{64}-[a-z0-9]{16}",
    r"dapi[a-f0-9]{32}",
    r"NRAK-[A-Z0-9]{27}",
    r"rubygems_[a-f0-9]{48}",
    r"pul-[a-f0-9]{40}",
    r"tfp_[A-Za-z0-9]{40,}|atlasv1\.[\w-]{60,70}",
    r"\bs\.[0-9A-Za-z]{24}\b",
    r"(?:sk|pk)\.[A-Za-z0-9]{60}\.[A-Za-z0-9]{22}",
    r"\b[0-9a-f]{32}-us[0-9]{1,2}\b",
    r"(?:^|[^0-9])(4[0-9]{3}-[0-9]{4}-[0-9]{4}-[0-9]{4})(?:$|[^0-9])",
    r"(?i)\w+\.docker\.auth\s*=",
    r"[\w.+]+@corp\.example",
];

pub(crate) fn regex(id: usize, text: &str) -> Pattern {
    Pattern {
        ruleset: 0,
        id: u32::try_from(id).unwrap(),
        source: Source::Regex(text.to_owned()),
        case: CaseRule::Sensitive,
        files: None,
    }
}

pub(crate) fn patterns() -> Vec<Pattern> {
    let expressions = EXPRESSIONS.iter().enumerate();
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
