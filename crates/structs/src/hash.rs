//! placeholder
#[derive(Debug, Clone)]
pub struct Hash<H>(H);
impl<H> Hash<H> {
    pub fn len(&self) -> usize {
        0
    }
    pub fn memory(&self) -> usize {
        0
    }
    pub fn begin_cut(&mut self) {}
}
