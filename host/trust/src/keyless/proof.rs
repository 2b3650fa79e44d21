//! A proof that an entry is in a log: RFC 6962 section 2.1.1, and the log's signed checkpoint
//! (transparency-dev/formats, `log`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::root::Log;
use crate::Refusal;
use crate::bundle::decoded;

/// Hashes of a path: a log of 2^64 entries needs 64.
const LONGEST: usize = 64;
/// What stands before a signature of a note.
const SIGNATURE_LINE: &str = "\u{2014} ";
/// Bytes before the signature itself that name the key.
const KEY_HINT: usize = 4;

type Hash = [u8; 32];

/// A proof of inclusion.
#[derive(Debug)]
pub(crate) struct Proof {
    index: u64,
    size: u64,
    root: Hash,
    path: Vec<Hash>,
    checkpoint: String,
}

impl Proof {
    pub(crate) fn parse(value: &Value) -> Result<Self, Refusal> {
        let text = |pointer: &str| {
            value
                .pointer(pointer)
                .and_then(Value::as_str)
                .ok_or_else(|| broken(&format!("it has no {pointer}")))
        };
        let number = |pointer: &str| -> Result<u64, Refusal> {
            text(pointer)?
                .parse()
                .map_err(|error: std::num::ParseIntError| broken(&error.to_string()))
        };
        let hashes = value.get("hashes").and_then(Value::as_array);
        let hashes = hashes.map_or(&[][..], Vec::as_slice);
        if hashes.len() > LONGEST {
            return Err(broken("its path is too long"));
        }
        Ok(Self {
            index: match value.get("logIndex") {
                Some(_) => number("/logIndex")?,
                None => 0,
            },
            size: number("/treeSize")?,
            root: hash(text("/rootHash")?)?,
            path: hashes
                .iter()
                .map(|one| hash(one.as_str().unwrap_or_default()))
                .collect::<Result<_, _>>()?,
            checkpoint: text("/checkpoint/envelope")?.to_owned(),
        })
    }

    /// The path leads from the body to the root, and the log signed that root.
    pub(crate) fn holds(&self, body: &[u8], log: &Log) -> Result<(), Refusal> {
        if self.root_of(body)? != self.root {
            return Err(broken("its path does not lead to its root"));
        }
        self.signed_by(log)
    }

    fn root_of(&self, body: &[u8]) -> Result<Hash, Refusal> {
        if self.index >= self.size {
            return Err(broken("its entry lies outside of the log"));
        }
        let mut hash = leaf(body);
        let (mut node, mut last) = (self.index, self.size - 1);
        for sibling in &self.path {
            if last == 0 {
                return Err(broken("its path is too long"));
            }
            if node & 1 == 1 || node == last {
                hash = inner(sibling, &hash);
                while node & 1 == 0 && node != 0 {
                    node >>= 1;
                    last >>= 1;
                }
            } else {
                hash = inner(&hash, sibling);
            }
            node >>= 1;
            last >>= 1;
        }
        if last != 0 {
            return Err(broken("its path is too short"));
        }
        Ok(hash)
    }

    fn signed_by(&self, log: &Log) -> Result<(), Refusal> {
        let (text, signatures) = self
            .checkpoint
            .split_once("\n\n")
            .ok_or_else(|| broken("its checkpoint is no signed note"))?;
        let text = format!("{text}\n");
        let mut lines = text.lines().skip(1);
        let size = lines.next().and_then(|line| line.parse::<u64>().ok());
        let root = lines.next().and_then(|line| STANDARD.decode(line).ok());
        if size != Some(self.size) || root.as_deref() != Some(&self.root[..]) {
            return Err(broken("its checkpoint is of another tree"));
        }
        let is_good = signatures
            .lines()
            .filter_map(|line| line.strip_prefix(SIGNATURE_LINE)?.split_once(' '))
            .filter_map(|(_, signature)| STANDARD.decode(signature).ok())
            .filter_map(|bytes| bytes.get(KEY_HINT..).map(<[u8]>::to_vec))
            .any(|signature| log.key.signed(text.as_bytes(), &signature));
        match is_good {
            true => Ok(()),
            false => Err(broken("its checkpoint is not signed by that log")),
        }
    }
}

/// The hash of an entry; the first byte tells it from an inner node.
pub(crate) fn leaf(body: &[u8]) -> Hash {
    let mut hash = Sha256::new();
    hash.update([0]);
    hash.update(body);
    hash.finalize().into()
}

fn inner(left: &Hash, right: &Hash) -> Hash {
    let mut hash = Sha256::new();
    hash.update([1]);
    hash.update(left);
    hash.update(right);
    hash.finalize().into()
}

fn hash(text: &str) -> Result<Hash, Refusal> {
    decoded(text, "a hash of the proof")?
        .try_into()
        .map_err(|other: Vec<u8>| broken(&format!("a hash has {} bytes", other.len())))
}

fn broken(why: &str) -> Refusal {
    Refusal::Log(format!("the proof of inclusion does not hold: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => leaf(b""),
            [only] => *only,
            _ => {
                let split = leaves.len().next_power_of_two() / 2;
                let (left, right) = leaves.split_at(split);
                inner(&tree(left), &tree(right))
            }
        }
    }

    fn path(leaves: &[Hash], index: usize) -> Vec<Hash> {
        if leaves.len() < 2 {
            return Vec::new();
        }
        let split = leaves.len().next_power_of_two() / 2;
        let (left, right) = leaves.split_at(split);
        if index < split {
            let mut below = path(left, index);
            below.push(tree(right));
            below
        } else {
            let mut below = path(right, index - split);
            below.push(tree(left));
            below
        }
    }

    #[test]
    fn every_entry_of_every_small_tree_is_proved_and_no_other() {
        for size in 1..40_usize {
            let bodies: Vec<Vec<u8>> = (0..size).map(|n| vec![u8::try_from(n).unwrap()]).collect();
            let leaves: Vec<Hash> = bodies.iter().map(|body| leaf(body)).collect();
            for (index, body) in bodies.iter().enumerate() {
                let proof = Proof {
                    index: index as u64,
                    size: size as u64,
                    root: tree(&leaves),
                    path: path(&leaves, index),
                    checkpoint: String::new(),
                };
                assert_eq!(
                    proof.root_of(body).unwrap(),
                    proof.root,
                    "{index} of {size}"
                );
                assert_ne!(proof.root_of(b"another").unwrap(), proof.root);
                let mut longer = proof.path.clone();
                longer.push([0; 32]);
                let longer = Proof {
                    path: longer,
                    ..proof
                };
                assert!(!longer.root_of(body).is_ok_and(|root| root == longer.root));
            }
        }
    }
}
