//! API tables in memory: what the calls of libraries do.

pub mod row;

pub use row::{By, Callback, Delivers, EventRow, Life, Often, Row, Sink, Table, TypeRow, What, Which};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeId(pub u16);
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowId(pub u16);

pub struct Apis;

#[allow(unused_variables, clippy::all, clippy::pedantic)]
impl Apis {
    pub fn built_in() -> &'static Apis {
        &Apis
    }
    pub fn type_name(&self, t: TypeId) -> &str {
        ""
    }
    pub fn type_named(&self, n: &str) -> Option<TypeId> {
        None
    }
    pub fn is_a(&self, t: TypeId, u: TypeId) -> bool {
        false
    }
    pub fn is_a_named(&self, t: TypeId, u: &str) -> bool {
        false
    }
    pub fn row(&self, r: RowId) -> &Row {
        unimplemented!()
    }
    pub fn function(&self, module: &str, export: &str) -> Option<RowId> {
        None
    }
    pub fn exported_type(&self, module: &str, export: &str) -> Option<TypeId> {
        None
    }
    pub fn global_function(&self, n: &str) -> Option<RowId> {
        None
    }
    pub fn global_type(&self, n: &str) -> Option<TypeId> {
        None
    }
    pub fn global_value(&self, n: &str) -> Option<TypeId> {
        None
    }
    pub fn exported_value(&self, module: &str, export: &str) -> Option<TypeId> {
        None
    }
    pub fn method(&self, t: TypeId, n: &str) -> Option<RowId> {
        None
    }
    pub fn any_method(&self, n: &str) -> Option<RowId> {
        None
    }
    pub fn field(&self, t: TypeId, n: &str) -> Option<TypeId> {
        None
    }
    pub fn field_life(&self, t: TypeId, n: &str) -> Option<Life> {
        None
    }
    pub fn type_life(&self, t: TypeId) -> Option<Life> {
        None
    }
    pub fn event(&self, t: TypeId, n: &str) -> Option<&EventRow> {
        None
    }
    pub fn fails(&self, t: TypeId) -> impl Iterator<Item = &str> {
        std::iter::empty()
    }
    pub fn ends(&self, t: TypeId, n: &str) -> bool {
        false
    }
    pub fn constructor(&self, module: &str, export: &str) -> Option<RowId> {
        None
    }
    pub fn knows_module(&self, module: &str) -> bool {
        false
    }
}
