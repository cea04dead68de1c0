//! What the answer of a receiver means.

use rollcall::delivery::verdict::{Reply, Service, Verdict, judge};

const ALL: [Service; 3] = [Service::Webhook, Service::Slack, Service::Teams];

fn judged(service: Service, code: u16, body: &str) -> Verdict {
    judge(service, Reply::Status { code, body: body.as_bytes() })
}

#[test]
fn each_status_has_its_meaning() {
    for service in ALL {
        for code in [200, 201, 202, 204, 299] {
            assert_eq!(judged(service, code, "invalid_payload"), Verdict::Accepted, "{code}");
        }
        for code in [400, 402, 406, 409, 413, 415, 418, 422, 451, 499] {
            assert_eq!(judged(service, code, ""), Verdict::EventFault, "{code}");
        }
        for code in [100, 301, 302, 308, 401, 404, 405, 408, 425, 429, 500, 502, 503, 504, 599] {
            assert_eq!(judged(service, code, ""), Verdict::EndpointFault, "{code}");
        }
        assert_eq!(judged(service, 410, ""), Verdict::Gone);
        assert_eq!(judge(service, Reply::None), Verdict::EndpointFault);
    }
}

#[test]
fn slack_has_more_answers_for_a_webhook_that_is_gone() {
    assert_eq!(judged(Service::Slack, 404, "no_service"), Verdict::Gone);
    assert_eq!(judged(Service::Slack, 404, "no_service\n"), Verdict::Gone);
    assert_eq!(judged(Service::Slack, 404, "channel_not_found"), Verdict::EndpointFault);
    assert_eq!(judged(Service::Slack, 403, "action_prohibited"), Verdict::Gone);
    for service in [Service::Webhook, Service::Teams] {
        assert_eq!(judged(service, 404, "no_service"), Verdict::EndpointFault);
        assert_eq!(judged(service, 403, ""), Verdict::EndpointFault);
    }
}
