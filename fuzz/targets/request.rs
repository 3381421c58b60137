//! The parser of requests must not notice how the network cuts its input.
//!
//! Whatever the bytes are, feeding them whole and feeding them in pieces has to give the same requests and the same protocol error, in the same order.

#![no_main]

use libfuzzer_sys::fuzz_target;
use resp::limits::Limits;
use resp::request::{Parsed, Parser, ProtocolError};

type Outcome = (Vec<Vec<Vec<u8>>>, Option<ProtocolError>);

fn parse<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let limits = Limits { bulk_max: 1 << 20, ..Limits::default() };
    let mut parser = Parser::default();
    let (mut kept, mut requests) = (Vec::new(), Vec::new());
    for mut piece in pieces {
        while let Some((blob, missing)) = parser.big_argument() {
            let take = missing.min(piece.len());
            if take == 0 {
                break;
            }
            blob.extend(&piece[..take]);
            piece = &piece[take..];
        }
        kept.extend_from_slice(piece);
        let mut at = 0;
        loop {
            let mut spans = Vec::new();
            match parser.parse(&kept, at, &mut spans, &limits) {
                Ok(Parsed::Request(end)) => {
                    let args = spans.iter().map(|span| span.slice(&kept, parser.blobs()).to_vec());
                    requests.push(args.collect());
                    parser.take_blobs();
                    at = end;
                }
                Ok(Parsed::Nothing(end)) => at = end,
                Ok(Parsed::Incomplete) => {
                    let keep = parser.keep_until(at, kept.len());
                    kept.truncate(keep);
                    break;
                }
                Err(error) => return (requests, Some(error)),
            }
        }
        kept.drain(..at);
    }
    (requests, None)
}

fuzz_target!(|input: (Vec<u8>, u8)| {
    let (bytes, step) = input;
    let step = usize::from(step).max(1);
    assert_eq!(parse([bytes.as_slice()]), parse(bytes.chunks(step)));
});
