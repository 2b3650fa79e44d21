//! Text that a file says in another encoding is found where its encoded bytes are.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod borders;
mod encodings;
mod hostile;
mod presence;
mod support;
