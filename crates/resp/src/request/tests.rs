use super::*;
use proptest::prelude::*;

type Outcome = (Vec<Vec<Vec<u8>>>, Option<ProtocolError>);

/// Feeds `pieces` the way a connection does, and collects what comes out.
fn feed<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, limits: Limits) -> Outcome {
    let mut parser = Parser::default();
    let mut kept: Vec<u8> = Vec::new();
    let mut requests = Vec::new();
    for piece in pieces {
        let mut piece = piece;
        // Bytes of a big argument go straight into it.
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
                    let args = spans.iter().map(|s| s.slice(&kept, parser.blobs()).to_vec());
                    requests.push(args.collect());
                    parser.take_blobs();
                    at = end;
                }
                Ok(Parsed::Nothing(end)) => at = end,
                Ok(Parsed::Incomplete) => {
                    assert_eq!(spans, [], "an incomplete request leaves nothing");
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

fn whole(bytes: &[u8]) -> Outcome {
    feed([bytes], Limits::default())
}

#[test]
fn pipelined_requests_are_told_apart() {
    let (requests, error) = whole(b"*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n");
    assert_eq!(requests, [vec![b"PING".to_vec()], vec![b"GET".to_vec(), b"k".to_vec()]]);
    assert_eq!(error, None);
}

#[test]
fn inline_requests_know_quotes() {
    let (requests, _) = whole(b"SET key \"a b\\n\"\r\n\r\nPING\n");
    assert_eq!(
        requests,
        [vec![b"SET".to_vec(), b"key".to_vec(), b"a b\n".to_vec()], vec![b"PING".to_vec()]]
    );
}

#[test]
fn nonsense_is_refused_in_the_words_of_the_protocol() {
    for (bytes, text) in [
        (&b"*abc\r\n"[..], "ERR Protocol error: invalid multibulk length"),
        (b"*3000000000\r\n", "ERR Protocol error: invalid multibulk length"),
        (b"*1\r\nxx\r\n", "ERR Protocol error: expected '$', got 'x'"),
        (b"*1\r\n$-10\r\n", "ERR Protocol error: invalid bulk length"),
        (b"*1\r\n$blabla\r\n", "ERR Protocol error: invalid bulk length"),
        (b"*1\r\n$2000000000\r\n", "ERR Protocol error: invalid bulk length"),
        (b"\"unbalanced\r\n", "ERR Protocol error: unbalanced quotes in request"),
    ] {
        let (requests, error) = whole(bytes);
        assert_eq!(requests.len(), 0);
        assert_eq!(error.expect("refused").text(), text);
    }
    let endless = vec![b'a'; 70_000];
    assert_eq!(whole(&endless).1, Some(ProtocolError::InlineTooLong));
    let endless = [b"*".as_slice(), &vec![b'1'; 70_000]].concat();
    assert_eq!(whole(&endless).1, Some(ProtocolError::CountTooLong));
}

#[test]
fn strangers_have_tight_limits() {
    let limits = Limits { unauthenticated: true, ..Limits::default() };
    let error = |bytes: &[u8]| feed([bytes], limits).1;
    assert_eq!(error(b"*11\r\n"), Some(ProtocolError::UnauthenticatedCount));
    assert_eq!(error(b"*1\r\n$16385\r\n"), Some(ProtocolError::UnauthenticatedBulkLen));
    assert_eq!(error(b"*1\r\n$4\r\nPING\r\n"), None);
}

#[test]
fn a_big_argument_arrives_in_its_own_allocation() {
    let value = vec![b'v'; 200_000];
    let mut bytes = b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$200000\r\n".to_vec();
    bytes.extend_from_slice(&value);
    bytes.extend_from_slice(b"\r\n*1\r\n$4\r\nPING\r\n");
    let (requests, error) = feed(bytes.chunks(1000), Limits::default());
    assert_eq!(error, None);
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0][2], value);
}

fn request() -> impl Strategy<Value = Vec<u8>> {
    let arg = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..20),
        (40_000_usize..40_010).prop_map(|len| vec![b'x'; len]),
    ];
    prop::collection::vec(arg, 1..5).prop_map(|args| {
        let mut bytes = format!("*{}\r\n", args.len()).into_bytes();
        for arg in args {
            bytes.extend_from_slice(format!("${}\r\n", arg.len()).as_bytes());
            bytes.extend_from_slice(&arg);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes
    })
}

proptest! {
    #[test]
    fn cutting_valid_input_anywhere_changes_nothing(
        requests in prop::collection::vec(request(), 1..4),
        step in 1_usize..5000,
    ) {
        let bytes = requests.concat();
        let expected = whole(&bytes);
        prop_assert_eq!(expected.0.len(), requests.len());
        prop_assert_eq!(feed(bytes.chunks(step), Limits::default()), expected);
    }

    #[test]
    fn cutting_any_input_changes_nothing(bytes in "[*$\\-0-9a\"\r\n ]{0,60}", step in 1_usize..8) {
        let expected = whole(bytes.as_bytes());
        prop_assert_eq!(feed(bytes.as_bytes().chunks(step), Limits::default()), expected);
    }
}
