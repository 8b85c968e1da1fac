//! Queries of the program in the words of leaks: what a rule asks, and how sure the answer is.

pub mod claims;
pub mod settling;

pub use claims::{Claim, Usual, confidence};
