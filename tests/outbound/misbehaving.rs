//! Receivers that misbehave. Each call ends in time, with the right failure.

use super::receiver::{AMPLE, Forbidden, Receiver, SHORT, client, post, read_request};
use flate2::Compression;
use flate2::write::GzEncoder;
use rollcall::outbound::{Failure, Limits, WhenLonger};
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;

const TRUNCATE: Limits = Limits { body: 2_048, when_longer: WhenLonger::Truncate, ..AMPLE };

#[tokio::test]
async fn a_request_has_our_headers_and_no_others() {
    let (sender, mut requests) = mpsc::unbounded_channel();
    let receiver = Receiver::start(move |mut stream| {
        let sender = sender.clone();
        async move {
            let _ = sender.send(read_request(&mut stream).await);
            let _ = stream
                .write_all(b"HTTP/1.1 404 Not Found\r\nx-a: b\r\ncontent-length: 4\r\n\r\ngone")
                .await;
        }
    })
    .await;
    let answer = post(&client(), &receiver.url(), AMPLE).await.expect("an answer");
    assert_eq!((answer.status.as_u16(), &*answer.body), (404, &b"gone"[..]));
    assert_eq!(answer.headers["x-a"], "b");
    let request = requests.recv().await.expect("a request");
    let (head, body) = request.split_once("\r\n\r\n").expect("a body");
    assert_eq!(body, r#"{"name":"harrier"}"#);
    let mut lines: Vec<&str> = head.lines().collect();
    assert_eq!(lines.remove(0), "POST /services/T0/kestrel?sig=osprey HTTP/1.1");
    lines.sort_unstable();
    let host = format!("host: 127.0.0.1:{}", receiver.port());
    assert_eq!(
        lines,
        ["authorization: Bearer goshawk", "content-length: 18", &*host, "user-agent: Rollcall"]
    );
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let forbidden = Forbidden::new();
    for status in [301, 302, 303, 307, 308] {
        let port = forbidden.port();
        let answer = format!(
            "HTTP/1.1 {status} Moved\r\nlocation: http://127.0.0.1:{port}/\r\ncontent-length: 0\r\n\r\n"
        );
        let receiver = Receiver::answering(answer).await;
        let answer = post(&client(), &receiver.url(), AMPLE).await.expect("an answer");
        assert_eq!(answer.status, status);
    }
    forbidden.nothing_connected();
}

#[tokio::test]
async fn a_cookie_is_not_sent_back() {
    let (sender, mut requests) = mpsc::unbounded_channel();
    let receiver = Receiver::start(move |mut stream| {
        let sender = sender.clone();
        async move {
            let _ = sender.send(read_request(&mut stream).await);
            let _ = stream
                .write_all(
                    b"HTTP/1.1 204 No Content\r\nset-cookie: a=b\r\nconnection: close\r\n\r\n",
                )
                .await;
        }
    })
    .await;
    let client = client();
    for _ in 0..2 {
        post(&client, &receiver.url(), AMPLE).await.expect("an answer");
        let request = requests.recv().await.expect("a request");
        assert!(request.contains("user-agent") && !request.contains("cookie"), "{request}");
    }
}

#[tokio::test]
async fn a_receiver_that_hangs_before_its_headers_runs_into_the_time_limit() {
    let receiver = Receiver::start(|mut stream| async move {
        read_request(&mut stream).await;
        std::future::pending().await
    })
    .await;
    assert_eq!(post(&client(), &receiver.url(), SHORT).await.err(), Some(Failure::Timeout));
}

#[tokio::test]
async fn a_receiver_that_hangs_in_its_body_runs_into_the_time_limit() {
    let receiver = Receiver::start(|mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npart").await;
        std::future::pending().await
    })
    .await;
    assert_eq!(post(&client(), &receiver.url(), SHORT).await.err(), Some(Failure::Timeout));
}

/// Each byte comes long before the limit, so only a limit for the whole call ends it.
#[tokio::test]
async fn a_body_that_trickles_runs_into_the_time_limit() {
    let receiver = Receiver::start(|mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n").await;
        while stream.write_all(b".").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    assert_eq!(post(&client(), &receiver.url(), SHORT).await.err(), Some(Failure::Timeout));
}

/// The clock of the test stands still, and moves on when everything waits.
#[tokio::test(start_paused = true)]
async fn a_look_up_that_hangs_runs_into_the_limit_for_connections() {
    let client = client().with_lookup(|_| std::future::pending());
    let begin = tokio::time::Instant::now();
    let limits = Limits { connect: Duration::from_secs(5), ..AMPLE };
    let answer = post(&client, "https://hooks.example.com/", limits).await;
    assert_eq!(answer.err(), Some(Failure::Timeout));
    assert_eq!(begin.elapsed().as_secs(), 5);
}

/// The receiver writes without an end, until the client closes the connection.
#[tokio::test]
async fn a_body_without_an_end_is_read_up_to_its_limit() {
    let (sender, mut closed) = mpsc::unbounded_channel();
    let receiver = Receiver::start(move |mut stream| {
        let sender = sender.clone();
        async move {
            read_request(&mut stream).await;
            let _ =
                stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await;
            let part = format!("2000\r\n{}\r\n", "a".repeat(0x2000));
            while stream.write_all(part.as_bytes()).await.is_ok() {}
            let _ = sender.send(());
        }
    })
    .await;
    let answer = post(&client(), &receiver.url(), TRUNCATE).await.expect("an answer");
    assert_eq!((answer.status.as_u16(), answer.body), (200, vec![b'a'; 2_048]));
    closed.recv().await.expect("the connection is closed");
    let answer = post(&client(), &receiver.url(), AMPLE).await;
    assert_eq!(answer.err(), Some(Failure::TooLarge));
    closed.recv().await.expect("the connection is closed");
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_not_too_large() {
    for (length, expected) in [(AMPLE.body, None), (AMPLE.body + 1, Some(Failure::TooLarge))] {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
        let receiver = Receiver::answering(head + &"a".repeat(length)).await;
        assert_eq!(post(&client(), &receiver.url(), AMPLE).await.err(), expected);
    }
}

/// 10 MB of zeros have 10 KB.
#[tokio::test]
async fn a_compressed_body_stays_compressed() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; 10 * 1_024 * 1_024]).expect("compressed");
    let bomb = encoder.finish().expect("compressed");
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        bomb.len()
    );
    let receiver = Receiver::answering([head.as_bytes(), &bomb].concat()).await;
    let answer = post(&client(), &receiver.url(), AMPLE).await.expect("an answer");
    assert!(answer.body == bomb, "{} bytes", answer.body.len());
}

#[tokio::test]
async fn a_connection_that_breaks_is_broken_and_is_not_repeated() {
    for answer in [
        "",
        "HTTP/1.1 200 OK\r\ncontent-le",
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npart",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\npart\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nnonsense\r\n",
        "nonsense\r\n\r\n",
    ] {
        let receiver = Receiver::answering(answer).await;
        let failure = post(&client(), &receiver.url(), AMPLE).await.err();
        assert_eq!((failure, receiver.connections()), (Some(Failure::Broken), 1), "{answer:?}");
    }
}

/// A delivery is accepted by its status, whatever happens to the body.
#[tokio::test]
async fn a_truncated_body_may_also_break() {
    let receiver = Receiver::answering("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npart").await;
    let answer = post(&client(), &receiver.url(), TRUNCATE).await.expect("an answer");
    assert_eq!((answer.status.as_u16(), &*answer.body), (200, &b"part"[..]));
}

#[tokio::test]
async fn a_closed_port_fails_with_connect() {
    let port = Forbidden::new().port();
    let answer = post(&client(), &format!("http://127.0.0.1:{port}/"), AMPLE).await;
    assert_eq!(answer.err(), Some(Failure::Connect));
}

#[tokio::test]
async fn a_connection_that_breaks_in_a_request_body_is_broken() {
    let gate = Arc::new(tokio::sync::Notify::new());
    let open = Arc::clone(&gate);
    let receiver = Receiver::start(move |stream| {
        let open = Arc::clone(&open);
        async move {
            // Closing with unread bytes resets the connection.
            stream.readable().await.expect("bytes");
            drop(stream);
            open.notify_one();
        }
    })
    .await;
    let answer = post(&client(), &receiver.url(), AMPLE).await;
    gate.notified().await;
    assert_eq!(answer.err(), Some(Failure::Broken));
}
