//! Rulesets in OCI registries and layouts: pushed, pulled, cached, and their signatures found. Images in
//! registries: read as they come.
//!
//! Everything that comes from outside is a stranger's: sizes are capped before they are read, digests
//! are compared before bytes are used, and a signature that is demanded is verified before any byte of
//! the content is fetched.
//!
//! The protocol is spoken by this crate, on `ureq`: what a registry answers has to be bounded in bytes,
//! in time and in redirects, which no published client of registries does.

mod access;
mod blob;
mod challenge;
mod contents;
mod credential_helper;
mod credentials;
mod download;
mod error;
mod host;
mod layout;
mod lock;
mod manifest;
mod memory;
mod package;
mod place;
mod pull;
mod reference;
mod registry;
mod remote;
mod repository;
mod retry;
mod signature;
mod store;
mod synthesis;
mod tls;
mod token;
mod transport;
mod unpack;
mod upload;
mod url;
mod whole_file;

pub use access::{Access, HostAccess, Network, Patience, Proxy, Scheme};
pub use blob::Blob;
pub use contents::Kind;
pub use credentials::Credentials;
pub use error::{ConnectionError, RegistryError};
pub use lock::{Lock, LockError};
pub use package::PushOptions;
pub use pull::{Demand, Pulled};
pub use reference::{LayoutReference, Reference, ReferenceError, RegistryReference};
pub use registry::Registry;
pub use repository::{Repositories, Repository};
pub use signature::Signatures;
