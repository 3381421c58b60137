//! placeholder
#[derive(Debug, Clone)]
pub struct List(u8);
impl List {
    pub fn len(&self) -> usize {
        0
    }
    pub fn memory(&self) -> usize {
        0
    }
}
