//! The verdicts on answers of receivers.

use rollcall::delivery::verdict::{Reply, Verdict, judge};
use rollcall::directory::destinations::DestinationKind;

const ALL: [DestinationKind; 3] =
    [DestinationKind::Webhook, DestinationKind::Slack, DestinationKind::Teams];

fn judged(kind: DestinationKind, code: u16, body: &str) -> Verdict {
    judge(kind, Reply::Status { code, body: body.as_bytes() })
}

#[test]
fn each_status_has_its_meaning() {
    for kind in ALL {
        for code in [200, 201, 202, 204, 299] {
            assert_eq!(judged(kind, code, "invalid_payload"), Verdict::Accepted, "{code}");
        }
        for code in [400, 402, 406, 409, 413, 415, 418, 422, 451, 499] {
            assert_eq!(judged(kind, code, ""), Verdict::EventFault, "{code}");
        }
        for code in [100, 301, 302, 308, 401, 404, 405, 408, 425, 429, 500, 502, 503, 504, 599] {
            assert_eq!(judged(kind, code, ""), Verdict::EndpointFault, "{code}");
        }
        assert_eq!(judged(kind, 410, ""), Verdict::Gone);
        assert_eq!(judge(kind, Reply::None), Verdict::EndpointFault);
    }
}

#[test]
fn slack_has_more_answers_for_a_webhook_that_is_gone() {
    assert_eq!(judged(DestinationKind::Slack, 404, "no_service"), Verdict::Gone);
    assert_eq!(judged(DestinationKind::Slack, 404, "no_service\n"), Verdict::Gone);
    assert_eq!(judged(DestinationKind::Slack, 404, "channel_not_found"), Verdict::EndpointFault);
    assert_eq!(judged(DestinationKind::Slack, 403, "action_prohibited"), Verdict::Gone);
    for kind in [DestinationKind::Webhook, DestinationKind::Teams] {
        assert_eq!(judged(kind, 404, "no_service"), Verdict::EndpointFault);
        assert_eq!(judged(kind, 403, ""), Verdict::EndpointFault);
    }
}
