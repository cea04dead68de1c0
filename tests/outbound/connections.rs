//! Connections that calls share, and the number of calls in flight.

use super::receiver::{AMPLE, HANGS_AFTER, PATH, Receiver, answer_ok, client, post, read_request};
use futures_util::future::join_all;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use tokio::sync::{Semaphore, mpsc as async_mpsc};

#[tokio::test]
async fn calls_of_one_host_share_a_connection() {
    let receiver = Receiver::start(|mut stream| async move {
        while !read_request(&mut stream).await.is_empty() {
            answer_ok(&mut stream).await;
        }
    })
    .await;
    let client = client();
    for _ in 0..3 {
        post(&client, &receiver.url(), AMPLE).await.expect("an answer");
    }
    assert_eq!(receiver.connections(), 1);
}

/// Reads one request of a connection. Returns whether there was one.
fn read_blocking(stream: &mut BufReader<TcpStream>) -> bool {
    let (mut head, mut length) = (String::new(), 0);
    while !head.ends_with("\r\n\r\n") {
        let start = head.len();
        if stream.read_line(&mut head).expect("a line") == 0 {
            return false;
        }
        if let Some(value) = head[start..].strip_prefix("content-length: ") {
            length = value.trim().parse().expect("a number");
        }
    }
    stream.read_exact(&mut vec![0; length]).expect("a body");
    true
}

/// The server closes the connection between two calls. The second call finds the connection in the pool, notices that
/// it is closed before the request is written, and uses another connection.
#[tokio::test]
async fn a_call_on_a_closed_connection_is_repeated_once_and_delivered_once() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (close, told_to_close) = mpsc::channel();
    let (closed, is_closed) = mpsc::channel();
    let server = std::thread::spawn(move || {
        let mut requests = Vec::new();
        for _ in 0..2 {
            let (stream, _) = listener.accept().expect("a connection");
            let mut stream = BufReader::new(stream);
            let mut count = 0;
            if read_blocking(&mut stream) {
                count += 1;
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
                stream.get_mut().write_all(answer).expect("written");
            }
            told_to_close.recv_timeout(HANGS_AFTER).expect("a call that ends");
            // Further requests on this connection would be here now.
            stream.get_mut().set_nonblocking(true).expect("a stream that does not block");
            count += usize::from(stream.fill_buf().is_ok_and(|rest| !rest.is_empty()));
            drop(stream);
            closed.send(()).expect("a test");
            requests.push(count);
        }
        requests
    });
    let client = client();
    let url = format!("http://127.0.0.1:{port}{PATH}");
    for _ in 0..2 {
        post(&client, &url, AMPLE).await.expect("an answer");
        close.send(()).expect("a server");
        // The thread of the runtime waits here, so the client has not seen the end of the connection.
        is_closed.recv_timeout(HANGS_AFTER).expect("a closed connection");
        // The runtime learns that the connection is readable, and runs this test before the task of the connection.
        tokio::task::yield_now().await;
    }
    assert_eq!(server.join().expect("the server ends"), [1, 1]);
}

#[tokio::test]
async fn at_most_64_calls_are_in_flight() {
    let (arrived, mut arrivals) = async_mpsc::unbounded_channel();
    let (gate, current, peak) =
        (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (pass, highest) = (Arc::clone(&gate), Arc::clone(&peak));
    let receiver = Receiver::start(move |mut stream| {
        let (arrived, pass) = (arrived.clone(), Arc::clone(&pass));
        let (current, peak) = (Arc::clone(&current), Arc::clone(&highest));
        async move {
            while !read_request(&mut stream).await.is_empty() {
                peak.fetch_max(current.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                let _ = arrived.send(());
                let _pass = pass.acquire().await.expect("a gate");
                current.fetch_sub(1, Ordering::SeqCst);
                answer_ok(&mut stream).await;
            }
        }
    })
    .await;
    let (client, url) = (client(), receiver.url());
    let calls = join_all((0..70).map(|_| post(&client, &url, AMPLE)));
    let watch = async {
        for _ in 0..64 {
            arrivals.recv().await.expect("a call");
        }
        // A call above the limit would arrive meanwhile.
        for _ in 0..1_000 {
            tokio::task::yield_now().await;
        }
        gate.add_permits(70);
    };
    let (answers, ()) = tokio::join!(calls, watch);
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(peak.load(Ordering::SeqCst), 64);
}
