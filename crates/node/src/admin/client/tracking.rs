//! CLIENT TRACKING and what goes with it; see `crate::tracking`.

use std::collections::BTreeSet;

use commands::{Args, CmdResult, CommandError};
use keyspace::ClientId;

use crate::Node;
use crate::admin::Admin;
use crate::tracking::{Mode, Wish, overlap};

/// The options of CLIENT TRACKING.
#[derive(Default)]
struct Options<'a> {
    redirect: Option<ClientId>,
    prefixes: Vec<&'a [u8]>,
    broadcast: bool,
    opt_in: bool,
    opt_out: bool,
    no_loop: bool,
}

impl<'a> Options<'a> {
    fn parse(node: &Node, args: &Args<'a>) -> Result<Self, CommandError> {
        let mut options = Self::default();
        let mut index = 3;
        while index < args.len() {
            let more = index + 1 < args.len();
            if args.is(index, "REDIRECT") && more {
                index += 1;
                if options.redirect.is_some() {
                    let text = "ERR A client can only redirect to a single other client";
                    return Err(CommandError::other(text));
                }
                options.redirect = Some(existing(node, args.integer(index)?)?);
            } else if args.is(index, "PREFIX") && more {
                index += 1;
                options.prefixes.push(args[index]);
            } else if args.is(index, "BCAST") {
                options.broadcast = true;
            } else if args.is(index, "OPTIN") {
                options.opt_in = true;
            } else if args.is(index, "OPTOUT") {
                options.opt_out = true;
            } else if args.is(index, "NOLOOP") {
                options.no_loop = true;
            } else {
                return Err(CommandError::Syntax);
            }
            index += 1;
        }
        Ok(options)
    }

    fn mode(&self) -> Mode {
        match (self.broadcast, self.opt_in, self.opt_out) {
            (true, ..) => Mode::Broadcast,
            (_, true, _) => Mode::OptIn,
            (_, _, true) => Mode::OptOut,
            _ => Mode::All,
        }
    }

    /// Refuses what contradicts itself, or the way in which the client is told of changes already.
    fn check(&self, now: Option<&Wish>) -> CmdResult {
        let refuse = |text: &'static str| Err(CommandError::other(text));
        if !self.broadcast && !self.prefixes.is_empty() {
            return refuse("ERR PREFIX option requires BCAST mode to be enabled");
        }
        if now.is_some_and(|wish| (wish.mode == Mode::Broadcast) != self.broadcast) {
            return refuse(
                "ERR You can't switch BCAST mode on/off before disabling tracking for this \
                 client, and then re-enabling it with a different mode.",
            );
        }
        if self.broadcast && (self.opt_in || self.opt_out) {
            return refuse("ERR OPTIN and OPTOUT are not compatible with BCAST");
        }
        if self.opt_in && self.opt_out {
            return refuse("ERR You can't specify both OPTIN mode and OPTOUT mode");
        }
        let other_mode = now.is_some_and(|wish| match wish.mode {
            Mode::OptIn => self.opt_out,
            Mode::OptOut => self.opt_in,
            Mode::All | Mode::Broadcast => false,
        });
        if other_mode {
            return refuse(
                "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this \
                 client, and then re-enabling it with a different mode.",
            );
        }
        check_prefixes(&self.prefixes, now)
    }
}

/// Prefixes of one client must not overlap, lest it be told of a key twice.
fn check_prefixes(new: &[&[u8]], now: Option<&Wish>) -> CmdResult {
    let refuse = |one: &[u8], with: &str, other: &[u8]| {
        let (one, other) = (String::from_utf8_lossy(one), String::from_utf8_lossy(other));
        Err(CommandError::other(format!(
            "ERR Prefix '{one}' overlaps with {with} prefix '{other}'. Prefixes for a single \
             client must not overlap."
        )))
    };
    for (index, prefix) in new.iter().enumerate() {
        if let Some(old) = now.and_then(|wish| wish.overlapping(prefix)) {
            return refuse(prefix, "an existing", old);
        }
        if let Some(other) = new[index + 1..].iter().find(|other| overlap(prefix, other)) {
            return refuse(prefix, "another provided", other);
        }
    }
    Ok(())
}

fn existing(node: &Node, id: i64) -> Result<ClientId, CommandError> {
    let id = u64::try_from(id).ok().map(ClientId).filter(|id| node.clients.find(*id).is_some());
    id.ok_or_else(|| CommandError::other("ERR The client ID you want redirect to does not exist"))
}

pub(super) fn tracking(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let options = Options::parse(cx.node, args)?;
    let token = cx.token;
    if args.is(2, "OFF") {
        cx.node.stop_tracking(token);
    } else if args.is(2, "ON") {
        let now = cx.client().tracking.as_deref();
        options.check(now)?;
        let mut prefixes: BTreeSet<Box<[u8]>> =
            options.prefixes.iter().map(|&prefix| prefix.into()).collect();
        if options.broadcast && prefixes.is_empty() {
            prefixes.insert(Box::default());
        }
        let wish = Wish {
            mode: options.mode(),
            no_loop: options.no_loop,
            redirect: options.redirect,
            redirect_broken: false,
            caching: now.is_some_and(|wish| wish.caching),
            prefixes,
        };
        cx.node.start_tracking(token, wish);
    } else {
        return Err(CommandError::Syntax);
    }
    cx.reply().ok();
    Ok(())
}

pub(super) fn caching(cx: &mut Admin<'_>, args: &Args<'_>) -> CmdResult {
    let Some(wish) = &mut cx.client().tracking else {
        return Err(CommandError::other(
            "ERR CLIENT CACHING can be called only when the client is in tracking mode with \
             OPTIN or OPTOUT mode enabled",
        ));
    };
    if args.is(2, "YES") {
        if wish.mode != Mode::OptIn {
            return Err(CommandError::other(
                "ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.",
            ));
        }
    } else if args.is(2, "NO") {
        if wish.mode != Mode::OptOut {
            return Err(CommandError::other(
                "ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.",
            ));
        }
    } else {
        return Err(CommandError::Syntax);
    }
    wish.caching = true;
    cx.reply().ok();
    Ok(())
}

pub(super) fn getredir(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    let redirect = redirect_of(cx.client().tracking.as_deref());
    cx.reply().integer(redirect);
    Ok(())
}

/// Returns the client that gets the messages, zero for the client itself, and -1 if there are none.
fn redirect_of(wish: Option<&Wish>) -> i64 {
    wish.map_or(-1, |wish| wish.redirect.map_or(0, |ClientId(id)| id as i64))
}

pub(super) fn trackinginfo(cx: &mut Admin<'_>, _: &Args<'_>) -> CmdResult {
    let wish = cx.client().tracking.as_deref();
    let flags = flags_of(wish);
    let redirect = redirect_of(wish);
    let prefixes = wish.map_or_else(BTreeSet::new, |wish| wish.prefixes.clone());
    let mut reply = cx.reply();
    reply.map(3);
    reply.bulk(b"flags");
    reply.set(flags.len());
    flags.iter().for_each(|flag| reply.bulk(flag.as_bytes()));
    reply.bulk(b"redirect");
    reply.integer(redirect);
    reply.bulk(b"prefixes");
    reply.array(prefixes.len());
    prefixes.iter().for_each(|prefix| reply.bulk(prefix));
    Ok(())
}

fn flags_of(wish: Option<&Wish>) -> Vec<&'static str> {
    let Some(wish) = wish else { return vec!["off"] };
    let facts = [
        ("on", true),
        ("bcast", wish.mode == Mode::Broadcast),
        ("optin", wish.mode == Mode::OptIn),
        ("caching-yes", wish.mode == Mode::OptIn && wish.caching),
        ("optout", wish.mode == Mode::OptOut),
        ("caching-no", wish.mode == Mode::OptOut && wish.caching),
        ("noloop", wish.no_loop),
        ("broken_redirect", wish.redirect_broken),
    ];
    facts.iter().filter(|(_, holds)| *holds).map(|(flag, _)| *flag).collect()
}
