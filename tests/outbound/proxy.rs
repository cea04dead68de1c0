//! The client ignores a proxy of the environment.

use super::receiver::{AMPLE, Forbidden, PATH, Receiver, post};
use super::tls;
use rollcall::outbound::{AddressPolicy, Client};
use std::process::Command;

/// The variable with the URLs that the child process calls.
const URLS: &str = "ROLLCALL_TEST_URLS";
const PROXIES: [&str; 6] =
    ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// Runs this test again in a process with proxies in its environment.
#[tokio::test]
async fn a_proxy_of_the_environment_is_not_used() {
    if let Ok(urls) = std::env::var(URLS) {
        return call_all(&urls).await;
    }
    let proxy = Forbidden::new();
    let plain = Receiver::answering("HTTP/1.1 204 No Content\r\n\r\n").await;
    let secure = tls::receiver(tls::HOOKS).await;
    let urls = format!("{} https://hooks.example.com:{}{PATH}", plain.url(), secure.port());
    let mut child = Command::new(std::env::current_exe().expect("this program"));
    let name = std::thread::current().name().expect("the name of this test").to_owned();
    child.args(["--exact", &name, "--test-threads=1"]).env(URLS, urls);
    let address = format!("http://127.0.0.1:{}", proxy.port());
    child
        .envs(PROXIES.map(|variable| (variable, &address)))
        .env_remove("NO_PROXY")
        .env_remove("no_proxy");
    let output = tokio::task::spawn_blocking(move || child.output()).await;
    let output = output.expect("a thread").expect("a process");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    assert_eq!((plain.connections(), secure.connections()), (1, 1));
    proxy.nothing_connected();
}

async fn call_all(urls: &str) {
    let loopback = "127.0.0.1".parse().expect("an address");
    let client = Client::new(AddressPolicy::allowing_loopback(None))
        .with_lookup(move |_| std::future::ready(Ok(vec![loopback])))
        .with_roots(tls::ROOT);
    for url in urls.split(' ') {
        let answer = post(&client, url, AMPLE).await;
        assert!(answer.is_ok_and(|answer| answer.status.is_success()), "a call has an answer");
    }
}
