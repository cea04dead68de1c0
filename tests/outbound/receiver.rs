//! Receivers on loopback addresses, and clients for them.

use rollcall::outbound::{
    AddressPolicy, Client, Failure, Limits, Request, Response, Target, WhenLonger,
};
use std::future::Future;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The path of every URL. It stands for the credential in a webhook's URL.
pub const PATH: &str = "/services/T0/kestrel?sig=osprey";

/// A test fails when a call takes longer than this. The bound only ends a hang.
pub const HANGS_AFTER: Duration = Duration::from_secs(60);

/// A receiver that ends with the test's runtime.
pub struct Receiver {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Receiver {
    /// Handles each connection with a function.
    pub async fn start<F, H>(handle: F) -> Self
    where
        F: Fn(TcpStream) -> H + Send + 'static,
        H: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(handle(stream));
            }
        });
        Self { address, connections }
    }

    /// Answers one request of each connection with these bytes, and closes the connection.
    pub async fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer = Arc::new(answer.into());
        Self::start(move |mut stream| {
            let answer = Arc::clone(&answer);
            async move {
                read_request(&mut stream).await;
                let _ = stream.write_all(&answer).await;
                let _ = stream.shutdown().await;
            }
        })
        .await
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn url(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// A port on which nobody may connect.
pub struct Forbidden(StdListener);

impl Forbidden {
    pub fn new() -> Self {
        let listener = StdListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a listener that does not block");
        Self(listener)
    }

    pub fn port(&self) -> u16 {
        self.0.local_addr().expect("an address").port()
    }

    /// The kernel accepts connections by itself, so a connection would be here now.
    #[track_caller]
    pub fn nothing_connected(&self) {
        let error = self.0.accept().expect_err("nothing connects");
        assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
    }
}

/// A client that may call this machine.
pub fn client() -> Client {
    Client::new(AddressPolicy::allowing_loopback(None))
}

/// Limits that a fast receiver keeps on a slow machine.
pub const AMPLE: Limits = Limits {
    connect: HANGS_AFTER,
    whole: HANGS_AFTER,
    body: 64 * 1_024,
    when_longer: WhenLonger::Fail,
};

/// Limits for a receiver that hangs. The call may end at any step before its answer.
pub const SHORT: Limits = Limits { whole: Duration::from_millis(300), ..AMPLE };

/// Posts a small body to a URL.
pub async fn post(client: &Client, url: &str, limits: Limits) -> Result<Response, Failure> {
    let target = Target::parse(url, client.policy()).expect("a URL that may be called");
    send(client, &target, limits).await
}

/// Posts a small body to a target.
pub async fn send(client: &Client, target: &Target, limits: Limits) -> Result<Response, Failure> {
    let request = Request {
        method: http::Method::POST,
        headers: vec![(
            http::header::AUTHORIZATION,
            http::HeaderValue::from_static("Bearer goshawk"),
        )],
        body: br#"{"name":"harrier"}"#.to_vec(),
    };
    let call = client.send(target, request, limits);
    tokio::time::timeout(HANGS_AFTER * 2, call).await.expect("each call ends")
}

/// Reads a request with its body. Returns an empty text when the connection ends first.
pub async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let length = |head: &str| {
            let line = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            line.map_or(0, |length| length.parse().expect("a number"))
        };
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && body.len() >= length(head)
        {
            return text;
        }
        let mut part = [0; 1_024];
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return String::new(),
            Ok(length) => bytes.extend_from_slice(&part[..length]),
        }
    }
}

/// Answers 200 with a body, and keeps the connection.
pub async fn answer_ok(stream: &mut (impl AsyncWrite + Unpin)) {
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
    let _ = stream.flush().await;
}
