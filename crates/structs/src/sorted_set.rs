//! placeholder
#[derive(Debug, Clone)]
pub struct SortedSet<H>(H);
impl<H> SortedSet<H> {
    pub fn len(&self) -> usize {
        0
    }
    pub fn memory(&self) -> usize {
        0
    }
    pub fn begin_cut(&mut self) {}
}
