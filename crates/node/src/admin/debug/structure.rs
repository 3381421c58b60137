//! Looks into listpacks and lists, and has elements of lists in nodes of their own.

use std::fmt::Write as _;
use std::rc::Rc;

use commands::{Args, CmdResult, CommandError};
use keyspace::{Entry, LargeList, ListRef};
use structs::list::{Container, Content, End, NodeView};
use structs::listpack::{Element, Listpack};

use super::inspect::{report, with_entry};
use super::length;
use crate::admin::Admin;

/// How many nodes or elements are shown at most.
const SHOWN_MAX: usize = 1000;

/// How many bytes of an element are shown at most.
const TEXT_MAX: usize = 40;

/// From here on a threshold is none any more.
const THRESHOLD_END: u64 = 4 << 30;

/// DEBUG QUICKLIST-PACKED-THRESHOLD size
pub(super) fn packed_threshold(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let size = config::parse_memory(args[2]).filter(|&size| size < THRESHOLD_END);
    let size = size.ok_or_else(|| {
        CommandError::other(
            "ERR argument must be a memory value bigger than 1 and smaller than 4gb",
        )
    })?;
    let config = Rc::make_mut(&mut cx.node.config);
    config.list_large_from = usize::try_from(size).ok().filter(|&size| size > 0);
    cx.reply().ok();
    Ok(())
}

/// DEBUG LISTPACK key
pub(super) fn listpack(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let text = with_entry(cx, args[2], |entry, _| entry.as_listpack().map(elements_of))?;
    let text = text.ok_or_else(|| CommandError::other("ERR Not a listpack encoded object."))?;
    report(cx.reply(), &text);
    Ok(())
}

/// DEBUG QUICKLIST key [0|1]
pub(super) fn quicklist(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let full = match args.len() {
        ..=3 => false,
        _ => stdx::number::parse_i64(args[3]).is_some_and(|number| number != 0),
    };
    let text = with_entry(cx, args[2], |entry, _| match entry.as_list() {
        Ok(ListRef::Large(list)) => Some(nodes_of(list, full)),
        _ => None,
    })?;
    let text = text.ok_or_else(|| CommandError::other("ERR Not a quicklist encoded object."))?;
    report(cx.reply(), &text);
    Ok(())
}

/// Returns what DEBUG OBJECT adds for a list that consists of nodes.
pub(super) fn nodes_in_brief(entry: &Entry, fill: i32, depth: u32) -> String {
    let Ok(ListRef::Large(list)) = entry.as_list() else { return String::new() };
    let nodes = list.nodes().len();
    let bytes: usize = list.nodes().map(|node| length::raw_len(node.content)).sum();
    format!(
        " ql_nodes:{nodes} ql_avg_node:{:.2} ql_listpack_max:{fill} ql_compressed:{} \
         ql_uncompressed_size:{bytes}",
        list.len() as f64 / nodes.max(1) as f64,
        u8::from(depth > 0),
    )
}

fn elements_of(listpack: Listpack<'_>) -> String {
    let len = listpack.len();
    let mut text = format!("{} bytes, {len} elements\n", listpack.as_bytes().len());
    listpack.iter().take(SHOWN_MAX).for_each(|element| push_element(&mut text, "", element));
    push_rest(&mut text, len);
    text
}

fn nodes_of(list: &LargeList, full: bool) -> String {
    let nodes = list.nodes().len();
    let mut text = format!("{} bytes, {} elements, {nodes} nodes\n", list.memory(), list.len());
    let mut elements = list.iter(0..list.len(), End::Front);
    let mut shown = 0;
    for node in list.nodes().take(SHOWN_MAX) {
        push_node(&mut text, node);
        for _ in 0..node.len {
            if !full || shown == SHOWN_MAX {
                break;
            }
            shown += 1;
            if let Some(element) = elements.next() {
                push_element(&mut text, "  ", element);
            }
        }
    }
    push_rest(&mut text, nodes);
    text
}

fn push_node(text: &mut String, node: NodeView<'_>) {
    let container = match node.container {
        Container::Plain => "plain",
        Container::Packed => "packed",
    };
    let bytes = length::raw_len(node.content);
    let _ = write!(text, "{container}, {} elements, {bytes} bytes", node.len);
    if let Content::Lzf { compressed, .. } = node.content {
        let _ = write!(text, ", compressed to {}", compressed.len());
    }
    text.push('\n');
}

fn push_element(text: &mut String, indent: &str, element: Element<'_>) {
    let _ = match element {
        Element::Int(number) => writeln!(text, "{indent}integer {number}"),
        Element::Bytes(bytes) => {
            let (shown, dots) = match bytes.get(..TEXT_MAX) {
                Some(start) => (start, "..."),
                None => (bytes, ""),
            };
            writeln!(text, "{indent}{} bytes \"{}\"{dots}", bytes.len(), shown.escape_ascii())
        }
    };
}

fn push_rest(text: &mut String, len: usize) {
    if len > SHOWN_MAX {
        let _ = writeln!(text, "... and {} more", len - SHOWN_MAX);
    }
}
