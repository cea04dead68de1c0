//! Serves HTTP/1.1 on a socket, with limits for slow and silent clients.

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use axum::serve::Listener;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceExt};

/// The limits on connections and slow clients.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The time in which a client must send the head of a request. An idle connection ends after the same time.
    pub header_timeout: Duration,
    /// The number of open connections. Further connections wait.
    pub connections: usize,
}

/// The limits of a server.
pub const LIMITS: Limits = Limits { header_timeout: Duration::from_secs(10), connections: 1_024 };

/// Serves until `stop` completes, then finishes the pending requests.
pub async fn serve<S>(
    mut listener: TcpListener,
    service: S,
    limits: Limits,
    stop: impl Future<Output = ()>,
) where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
{
    let service = service.map_request(|request: http::Request<Incoming>| request.map(Body::new));
    let service = BoxCloneSyncService::new(service);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.header_timeout);
    let permits = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = async {
            let permit = Arc::clone(&permits).acquire_owned().await;
            (Listener::accept(&mut listener).await.0, permit)
        };
        let (stream, permit) = tokio::select! {
            () = &mut stop => break,
            accepted = accepted => accepted,
        };
        let service = TowerToHyperService::new(service.clone());
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // A client that disconnects, or is too slow, is not a failure of the server.
            drop(connection.await);
            drop(permit);
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on has failed, and measures time itself"
)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::routing::get;
    use std::net::SocketAddr;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio::time::{Instant, timeout};

    const WHOLE: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    const HALF: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\n";
    const HEADER_TIMEOUT: Duration = Duration::from_millis(300);

    async fn start(connections: usize) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = Router::new().route("/", get(|| async { "ok" }));
        let limits = Limits { header_timeout: HEADER_TIMEOUT, connections };
        tokio::spawn(serve(listener, service, limits, std::future::pending()));
        address
    }

    async fn send(address: SocketAddr, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream
    }

    /// Returns the bytes that the server sends until it closes the connection.
    async fn read(mut stream: TcpStream) -> String {
        let mut answer = String::new();
        let read = stream.read_to_string(&mut answer);
        timeout(Duration::from_secs(20), read).await.unwrap().unwrap();
        answer
    }

    #[tokio::test]
    async fn a_connection_without_a_whole_head_ends() {
        let address = start(4).await;
        for bytes in [HALF, b""] {
            let begun = Instant::now();
            let answer = read(send(address, bytes).await).await;
            assert!(begun.elapsed() >= HEADER_TIMEOUT, "{:?}", begun.elapsed());
            assert!(!answer.contains("200"), "{answer}");
        }
        assert!(read(send(address, WHOLE).await).await.ends_with("ok"));
        assert_eq!(LIMITS.header_timeout, Duration::from_secs(10));
    }

    #[tokio::test]
    async fn a_connection_too_many_waits_for_another_to_end() {
        let address = start(2).await;
        let slow = [send(address, HALF).await, send(address, HALF).await];
        let begun = Instant::now();
        assert!(read(send(address, WHOLE).await).await.ends_with("ok"));
        assert!(begun.elapsed() >= HEADER_TIMEOUT / 2, "{:?}", begun.elapsed());
        drop(slow);
        assert_eq!(LIMITS.connections, 1_024);
    }
}
