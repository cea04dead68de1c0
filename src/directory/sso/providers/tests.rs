use super::*;
use crate::outbound::AddressPolicy;

const ISSUER: &str = "https://idp.example.com/a";

/// Mistake 19: several slow calls add up. The clock of the test stands still, and jumps when all tasks wait.
#[tokio::test(start_paused = true)]
async fn a_sign_in_ends_after_eight_seconds_whatever_it_waits_for() {
    let client = Client::new(AddressPolicy::public_only(None));
    let client = client.with_lookup(|_| std::future::pending());
    let providers = Providers::new(client, Sources::system());
    let provider = providers.provider(ISSUER);
    let hanging = provider.caller.documents.discovery.fetch(provider.time(), std::future::pending);
    let why = Unreachable::Deadline;
    let late = ProviderProblem::Unreachable { host: "idp.example.com".to_owned(), why };
    tokio::select! {
        biased;
        _ = hanging => panic!("a fetch that never ends"),
        problem = providers.discovery(ISSUER) => assert_eq!(problem.err(), Some(late)),
    }
    assert_eq!(
        provider.late.to_string(),
        "idp.example.com did not answer all calls within 8 seconds."
    );
}
