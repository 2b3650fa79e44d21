//! Signatures of artifacts: checked before a byte of the artifact is read, and made.
//!
//! No network and no files: whoever fetched an artifact's manifest brings its digest and what lies beside
//! it in the registry, and gets a [`Verified`] digest or the reasons why not. Formats are cosign's: the
//! simple-signing payload of the tag `sha256-<hex>.sig`, and the sigstore bundle of the OCI referrer.

mod bundle;
mod candidate;
mod digest;
mod error;
mod keyless;
mod payload;
mod policy;
mod public_key;
mod signing;
mod verified;

pub use candidate::Candidate;
pub use digest::{Digest, DigestError};
pub use error::{KeyError, Refusal, TrustError};
pub use keyless::{IdentityMatcher, TrustRoot};
pub use policy::Policy;
pub use public_key::PublicKey;
pub use signing::{LegacySignature, SigningKey};
pub use verified::{Signer, Verified};

/// The media type and artifact type of a sigstore bundle in a registry.
pub const BUNDLE_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
/// The media type of the layer that a legacy signature is about.
pub const SIMPLE_SIGNING_TYPE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
/// The annotation that tells what a bundle states; cosign looks for it.
pub const PREDICATE_ANNOTATION: &str = "dev.sigstore.bundle.predicateType";
/// What a bundle states when it is a signature.
pub const SIGN_PREDICATE: &str = "https://sigstore.dev/cosign/sign/v1";
