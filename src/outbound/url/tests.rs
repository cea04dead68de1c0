use super::{AddressPolicy, MAX_URL_BYTES, Target, UrlProblem};

fn production() -> AddressPolicy {
    let hosts = ["hooks.corp.internal".to_owned()];
    AddressPolicy::production(Some("https://scim.example.com"), &hosts).expect("a host name")
}

fn problem(text: &str, policy: &AddressPolicy) -> Option<UrlProblem> {
    Target::parse(text, policy).err()
}

#[test]
fn a_url_of_a_webhook_passes() {
    let policy = production();
    let same = [
        "https://hooks.slack.com/services/T0/B0/x",
        "https://default.13.environment.api.powerplatform.com:443/a?sp=%2Ftriggers%2Fmanual&sig=a-b_c",
        "https://hooks.example.com:1024/",
        "https://hooks.example.com:65535",
        "https://hooks.example.com?a=b@c://d",
        "https://xn--bcher-kva.example/%C3%BC",
        "https://3com.example.a1/{id}",
        "https://hooks.corp.internal/a",
        "https://internal.example.com/a",
    ];
    for url in same {
        let target = Target::parse(url, &policy);
        assert_eq!(target.as_ref().map(Target::as_str), Ok(url));
    }
    let longest = format!("https://hooks.example.com/{}", "a".repeat(MAX_URL_BYTES - 26));
    assert_eq!(problem(&longest, &policy), None);
    assert_eq!(problem(&format!("{longest}a"), &policy), Some(UrlProblem::TooLong));
}

#[test]
fn scheme_and_host_become_lower_case_and_the_path_stays() {
    let target =
        Target::parse("HTTPS://Hooks.Example.COM.:443/Path?Q", &production()).expect("a URL");
    assert_eq!(target.as_str(), "https://hooks.example.com:443/Path?Q");
    assert_eq!(target.host(), "hooks.example.com");
}

#[test]
fn a_url_that_breaks_a_rule_is_refused() {
    use UrlProblem::{
        Character, Fragment, Host, Literal, NotAUrl, OwnHost, Port, ReservedName, Scheme, UserInfo,
    };
    let label = "a".repeat(64);
    let rules: [(UrlProblem, &[&str]); 10] = [
        (
            Character,
            &[
                "https://hooks.example.com\\@127.0.0.1/",
                "https://hooks.example.com/\r\nHost: a",
                "https://hooks.example.com/\0",
                " https://hooks.example.com/",
                "https://hooks.example.com/a b",
                "https://hooks.example.com/\u{7f}",
                "https://bücher.example/",
                "https://hooks。example.com/",
                "https://１２７.0.0.1/",
            ],
        ),
        (
            NotAUrl,
            &[
                "",
                "hooks.example.com",
                "https:hooks.example.com",
                "https:/hooks.example.com",
                "mailto:a.example",
            ],
        ),
        (
            Scheme,
            &[
                "http://hooks.example.com/",
                "ftp://hooks.example.com/",
                "://hooks.example.com/",
                "http://localhost/",
                "file:///etc/passwd",
            ],
        ),
        (
            UserInfo,
            &[
                "https://user@hooks.example.com/",
                "https://user:word@hooks.example.com/",
                "https://@hooks.example.com/",
                "https://:@hooks.example.com/",
                "https://hooks.example.com@127.0.0.1/",
            ],
        ),
        (
            Fragment,
            &[
                "https://hooks.example.com/#a",
                "https://hooks.example.com#",
                "https://hooks.example.com/?a#b",
            ],
        ),
        (
            Port,
            &[
                "https://hooks.example.com:80/",
                "https://hooks.example.com:22/",
                "https://hooks.example.com:1023/",
                "https://hooks.example.com:0/",
                "https://hooks.example.com:/",
                "https://hooks.example.com:+443/",
                "https://hooks.example.com:0443/",
                "https://hooks.example.com:65536/",
                "https://hooks.example.com:443:443/",
                "https://hooks.example.com:a/",
            ],
        ),
        (
            Literal,
            &[
                "https://127.0.0.1/",
                "https://127.0.0.1./",
                "https://127.1/",
                "https://2130706433/",
                "https://0x7f.1/",
                "https://0x7f000001/",
                "https://127.0.0.0x1/",
                "https://0177.0.0.1/",
                "https://169.254.169.254/latest/meta-data",
                "https://1.1.1.1/",
                "https://[::1]/",
                "https://[::ffff:127.0.0.1]:443/",
                "https://[2606:4700::1111]/",
                "https://hooks.example.1/",
                "https://hooks.0X1/",
            ],
        ),
        (
            Host,
            &[
                "https://",
                "https:///path",
                "https://?a",
                "https://./",
                "https://hooks/",
                "https://hooks.example.com../",
                "https://.hooks.example.com/",
                "https://hooks..example.com/",
                "https://-hooks.example.com/",
                "https://hooks-.example.com/",
                "https://ho_oks.example.com/",
                "https://ho%6fks.example.com/",
                "https://hooks.example.com,a.example/",
                "https://hooks.1-2/",
            ],
        ),
        (
            ReservedName,
            &[
                "https://localhost/",
                "https://localhost./",
                "https://LOCALHOST:8443/",
                "https://a.localhost/",
                "https://printer.local/",
                "https://printer.local./",
                "https://metadata.google.internal/",
                "https://metadata.google.INTERNAL./",
            ],
        ),
        (
            OwnHost,
            &[
                "https://scim.example.com/tenants/acme",
                "https://SCIM.example.com./",
                "https://scim.example.com:8443/",
            ],
        ),
    ];
    for (expected, urls) in rules {
        for url in urls {
            assert_eq!(problem(url, &production()), Some(expected), "{url:?}");
        }
    }
    for host in [format!("{label}.example"), format!("{}example", "a.".repeat(124))] {
        assert_eq!(problem(&format!("https://{host}/"), &production()), Some(Host), "{host}");
    }
}

#[test]
fn the_loopback_policy_allows_http_and_loopback_hosts_and_nothing_else() {
    let policy = AddressPolicy::allowing_loopback(Some("http://127.0.0.1:8080"));
    let urls = [
        "http://localhost/hook",
        "http://127.0.0.1:9001/",
        "https://[::1]:9001/",
        "http://a.localhost:9001",
        "http://localhost:80/",
        "https://hooks.example.com/",
    ];
    for url in urls {
        assert_eq!(problem(url, &policy), None, "{url}");
    }
    let refused = [
        ("http://hooks.example.com/", UrlProblem::Scheme),
        ("http://10.0.0.1/", UrlProblem::Scheme),
        ("https://10.0.0.1/", UrlProblem::Literal),
        ("http://127.1/", UrlProblem::Scheme),
        ("https://[::ffff:127.0.0.1]/", UrlProblem::Literal),
        ("http://localhost:22/", UrlProblem::Port),
        ("http://localhost:8080/", UrlProblem::OwnHost),
        ("https://printer.local/", UrlProblem::ReservedName),
    ];
    for (url, expected) in refused {
        assert_eq!(problem(url, &policy), Some(expected), "{url}");
    }
}

#[test]
fn a_target_prints_its_host_only() {
    let target = Target::parse("https://hooks.example.com/T0/secret?sig=secret", &production());
    let target = target.expect("a URL");
    assert_eq!(format!("{target}"), "hooks.example.com");
    assert_eq!(format!("{target:?}"), "Target(\"hooks.example.com\")");
}
