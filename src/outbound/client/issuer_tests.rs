use crate::outbound::{AddressPolicy, Client, Target, UrlProblem};

const LOCAL: [&str; 3] = ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"];

fn parse(client: &Client, url: &str) -> Result<(), UrlProblem> {
    Target::parse(url, client.policy()).map(|_| ())
}

#[test]
fn a_loopback_issuer_may_be_called_by_a_service_on_the_same_machine() {
    for own in LOCAL {
        let client = Client::new(AddressPolicy::public_only(Some(own)));
        for issuer in ["http://127.0.0.1:9000", "http://LOCALHOST.:9000/a", "http://[::1]:9000"] {
            let for_issuer = client.for_issuer(issuer);
            for url in ["http://127.0.0.1:9000/keys", "http://localhost:9001/token"] {
                assert_eq!(parse(&for_issuer, url), Ok(()), "{own} {issuer} {url}");
            }
            let elsewhere = parse(&for_issuer, "http://idp.example.com/keys");
            assert_eq!(elsewhere, Err(UrlProblem::Scheme));
            assert_eq!(parse(&for_issuer, "https://10.0.0.1/keys"), Err(UrlProblem::Literal));
            let own_host = parse(&for_issuer, "http://127.0.0.1:8080/keys");
            assert_eq!(own_host, Err(UrlProblem::OwnHost), "{own}");
        }
        assert_eq!(parse(&client, "http://127.0.0.1:9000/hooks"), Err(UrlProblem::Scheme));
    }
}

/// The URLs of another issuer must not reach this machine, so a public issuer gets no exception.
#[test]
fn no_other_issuer_and_no_other_service_gets_loopback_addresses() {
    let local = AddressPolicy::public_only(Some(LOCAL[0]));
    let issuers = [
        "https://idp.example.com",
        "https://127.0.0.1.example.com",
        "https://127.0.0.1@idp.example.com",
        "https://localhost.example.com",
        "https://idp.example.com/127.0.0.1",
        "localhost",
        "",
    ];
    for issuer in issuers {
        assert_eq!(Client::new(local.clone()).for_issuer(issuer).policy(), &local, "{issuer}");
    }
    for own in [Some("https://rollcall.example"), Some("rollcall.example"), None] {
        let policy = AddressPolicy::public_only(own);
        let client = Client::new(policy.clone()).for_issuer("http://127.0.0.1:9000");
        assert_eq!(client.policy(), &policy);
    }
}
