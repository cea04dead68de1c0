use super::read;
use crate::outbound::{Failure, Limits, WhenLonger};
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::StreamBody;
use hyper::body::Frame;
use std::io;
use std::pin::pin;
use std::time::Duration;

/// Reads a body of these parts that then neither continues nor ends.
async fn read_hanging(parts: &'static [&'static str], limits: Limits) -> Result<Vec<u8>, Failure> {
    let frame =
        |part: &&'static str| Ok::<_, io::Error>(Frame::data(Bytes::from_static(part.as_bytes())));
    let body = StreamBody::new(stream::iter(parts).map(frame).chain(stream::pending()));
    read(SdkBody::from_body_1_x(body), limits, pin!(tokio::time::sleep(limits.whole))).await
}

#[tokio::test(start_paused = true)]
async fn a_body_that_hangs_leaves_its_first_part_or_fails() {
    let truncate = Limits { body: 8, ..Limits::DELIVERY };
    let fail = Limits { when_longer: WhenLonger::Fail, ..truncate };
    assert_eq!(read_hanging(&["ab", "cd"], truncate).await, Ok(b"abcd".to_vec()));
    assert_eq!(read_hanging(&["ab", "cd"], fail).await, Err(Failure::Timeout));
    assert_eq!(read_hanging(&["abcdef", "ghij"], fail).await, Err(Failure::TooLarge));
}

#[tokio::test(start_paused = true)]
async fn a_truncated_body_at_its_limit_waits_for_no_further_part() {
    let limits = Limits { body: 8, ..Limits::DELIVERY };
    #[allow(clippy::disallowed_methods, reason = "the test compares two moments of the runtime")]
    let begin = tokio::time::Instant::now();
    assert_eq!(read_hanging(&["abcdef", "ghij"], limits).await, Ok(b"abcdefgh".to_vec()));
    assert_eq!(read_hanging(&["abcdefgh"], limits).await, Ok(b"abcdefgh".to_vec()));
    assert_eq!(begin.elapsed(), Duration::ZERO);
}
