//! Nodes as others see them: for files, and for lists that are short enough to do without.

use super::node::Node;
use super::{End, Limits, List};
use crate::blob::Blob;
use crate::listpack::Listpack;

/// What the content of a node is. The numbers are those of RDB files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// One element, as it is.
    Plain = 1,
    /// A listpack.
    Packed = 2,
}

/// The content of a node, as it is kept.
#[derive(Debug, Clone, Copy)]
pub enum Content<'l> {
    /// As it is.
    Raw(&'l [u8]),
    /// Compressed.
    Lzf {
        /// The compressed bytes.
        compressed: &'l [u8],
        /// The number of bytes that they expand to.
        raw_len: usize,
    },
}

/// A node to be looked at.
#[derive(Debug, Clone, Copy)]
pub struct NodeView<'l> {
    /// What the content is.
    pub container: Container,
    /// The number of elements.
    pub len: usize,
    /// The content.
    pub content: Content<'l>,
}

/// A node that was taken out of a list, to be saved as it is. It shares its content with clones of
/// the list until they change it.
#[derive(Debug)]
pub struct TakenNode(Node);

impl TakenNode {
    /// What there is to be seen.
    pub fn view(&self) -> NodeView<'_> {
        self.0.view()
    }

    /// The bytes of its allocation.
    pub fn memory(&self) -> usize {
        self.0.memory()
    }
}

impl List {
    /// Takes the first node out, as it is: for a clone that is to be saved and let go on the way.
    pub fn take_first_node(&mut self) -> Option<TakenNode> {
        (!self.is_empty()).then(|| TakenNode(self.take_node(0)))
    }

    /// The nodes, to be saved as they are.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = NodeView<'_>> + ExactSizeIterator {
        self.nodes.iter().map(Node::view)
    }

    /// Adds the elements of a listpack at the end, as a node of their own, if there are any. Its
    /// frame has been checked; of a damaged one, the elements that can be walked to are added.
    pub fn push_listpack(&mut self, listpack: Blob, limits: Limits) {
        if let Some(node) = Node::from_listpack(listpack) {
            self.push_node(End::Back, node, limits);
        }
    }

    /// Adds an element at the end, as a node of its own however small it is: for reading back what
    /// [`Self::nodes`] gave.
    pub fn push_plain(&mut self, element: Blob, limits: Limits) {
        self.push_node(End::Back, Node::from_plain(element), limits);
    }

    /// The list as a listpack, if it has a single node that is one.
    pub fn as_listpack(&self) -> Option<Listpack<'_>> {
        let node = self.only_packed()?;
        node.raw_bytes().map(Listpack::new)
    }

    /// The list as a listpack, if it has a single node that is one: without a copy if possible.
    pub fn to_listpack(&self) -> Option<Blob> {
        let node = self.only_packed()?;
        Some(match node.whole_blob() {
            Some(blob) => blob.clone(),
            None => Blob::from_slice(&node.bytes()),
        })
    }

    /// Has the list shrunk so far that it should become a listpack again? That is half of what
    /// would make a list of a listpack ([`Limits::exceeded_by`]).
    pub fn fits_listpack(&self, limits: Limits) -> bool {
        self.only_packed().is_some_and(|node| limits.permit_listpack(node.raw_len(), node.len()))
    }

    fn only_packed(&self) -> Option<&Node> {
        self.nodes.front().filter(|node| self.nodes.len() == 1 && node.is_packed())
    }
}

/// A list with a single node, or with none if the listpack has no elements.
impl From<Blob> for List {
    fn from(listpack: Blob) -> Self {
        let mut list = Self::new();
        if let Some(node) = Node::from_listpack(listpack) {
            list.insert_node(0, node);
        }
        list
    }
}
