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
use tokio::sync::Semaphore;
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceExt};

/// The limits on connections and slow clients.
#[derive(Debug, Clone, Copy)]
pub struct ServerLimits {
    /// The time in which a client must send the head of a request. An idle connection ends after the same time.
    pub header_timeout: Duration,
    /// The number of open connections. Further connections wait.
    pub connections: usize,
}

/// The limits of a server.
pub const SERVER_LIMITS: ServerLimits =
    ServerLimits { header_timeout: Duration::from_secs(10), connections: 1_024 };

/// Serves until `stop` completes, then finishes the pending requests.
pub async fn serve<L, S>(
    mut listener: L,
    service: S,
    limits: ServerLimits,
    stop: impl Future<Output = ()>,
) where
    L: Listener,
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
            (listener.accept().await.0, permit)
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
    use std::io;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
    use tokio::time::Instant;

    const WHOLE: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    const HALF: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\n";

    /// Accepts connections in memory. The clock of the runtime is paused, and would not wait for a socket.
    struct Connections(UnboundedReceiver<DuplexStream>);

    impl Listener for Connections {
        type Io = DuplexStream;
        type Addr = ();

        async fn accept(&mut self) -> (DuplexStream, ()) {
            match self.0.recv().await {
                Some(stream) => (stream, ()),
                None => std::future::pending().await,
            }
        }

        fn local_addr(&self) -> io::Result<()> {
            Ok(())
        }
    }

    fn start(connections: usize) -> UnboundedSender<DuplexStream> {
        let (connect, connecting) = unbounded_channel();
        let service = Router::new().route("/", get(|| async { "ok" }));
        let limits = ServerLimits { connections, ..SERVER_LIMITS };
        tokio::spawn(serve(Connections(connecting), service, limits, std::future::pending()));
        connect
    }

    async fn send(server: &UnboundedSender<DuplexStream>, bytes: &[u8]) -> DuplexStream {
        let (mut stream, accepted) = duplex(1_024);
        server.send(accepted).unwrap();
        stream.write_all(bytes).await.unwrap();
        stream
    }

    /// Returns the bytes that the server sends until it closes the connection, and how long that takes from now.
    async fn read(mut stream: DuplexStream) -> (String, Duration) {
        let begun = Instant::now();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        (answer, begun.elapsed())
    }

    /// Timers are exact to a millisecond.
    #[track_caller]
    fn expect_header_timeout(waited: Duration) {
        let longest = SERVER_LIMITS.header_timeout + Duration::from_millis(2);
        assert!((SERVER_LIMITS.header_timeout..=longest).contains(&waited), "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_without_a_whole_head_ends() {
        let server = start(4);
        for bytes in [HALF, b""] {
            let (answer, waited) = read(send(&server, bytes).await).await;
            expect_header_timeout(waited);
            assert!(!answer.contains("200"), "{answer}");
        }
        let (answer, waited) = read(send(&server, WHOLE).await).await;
        assert!(answer.ends_with("ok"), "{answer}");
        assert_eq!(waited, Duration::ZERO);
        assert_eq!(SERVER_LIMITS.header_timeout, Duration::from_secs(10));
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_too_many_waits_for_another_to_end() {
        let server = start(2);
        let slow = [send(&server, HALF).await, send(&server, HALF).await];
        let (answer, waited) = read(send(&server, WHOLE).await).await;
        assert!(answer.ends_with("ok"), "{answer}");
        expect_header_timeout(waited);
        drop(slow);
        assert_eq!(SERVER_LIMITS.connections, 1_024);
    }
}
