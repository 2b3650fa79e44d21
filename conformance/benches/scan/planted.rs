//! Secrets of the kinds that every scanner knows, so that there is something to agree on. The letters are
//! always the same and never were anybody's.

use std::path::Path;

use crate::draw::Draw;

/// Below the root of an image.
pub(crate) fn write(root: &Path) {
    let mut draw = Draw::from(7);
    let mut take = |alphabet, count| take(&mut draw, alphabet, count);
    let id = format!("AKIA{}", take(UPPER, 16));
    let key = take(BASE64, 40);
    let token = format!("sk_live_{}", take(ALPHANUMERIC, 24));
    let body: Vec<String> = (0..24).map(|_| take(BASE64, 70)).collect();
    let kind = "OPENSSH PRIVATE KEY";
    let files = [
        (
            "root/.aws/credentials",
            format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = {key}\n"),
        ),
        (
            "app/.env",
            format!("PORT=8080\nSTRIPE_SECRET_KEY={token}\n"),
        ),
        (
            "root/.ssh/id_ed25519",
            format!(
                "-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n",
                body.join("\n")
            ),
        ),
    ];
    for (path, text) in files {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const ALPHANUMERIC: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn take(draw: &mut Draw, alphabet: &str, count: usize) -> String {
    let alphabet = alphabet.as_bytes();
    (0..count).map(|_| char::from(*draw.of(alphabet))).collect()
}
