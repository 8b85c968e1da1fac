//! leaklint finds leak-prone JavaScript and TypeScript: this is the map of the house and the pipeline in one function.

pub mod apis;
pub mod facts;
pub mod finding;
pub mod program;
pub mod rule;
#[path = "../rules/mod.rs"]
pub mod rules;
