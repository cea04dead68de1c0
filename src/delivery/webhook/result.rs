//! The effect of a call on the run: on the queue, the endpoint, and the log.

use super::request::Called;
use super::{Stop, WebhookRun};
use crate::delivery::schedule::{self, Jitter, Pace};
use crate::delivery::verdict::Verdict;
use crate::directory::events::types::EventType;
use crate::model::destination::Position;
use time::OffsetDateTime;

impl WebhookRun<'_> {
    /// Notes the result of a call.
    pub(super) fn note(&mut self, called: Called) {
        let now = self.clock.now();
        let (job, result) = match called {
            Called::Answered(job, result) => (job, result),
            Called::NotSent(job) => return self.queue.put_back(job),
            Called::NotVisible(job) => {
                self.queue.put_back(job);
                self.feed_is_read = true;
                self.stop.get_or_insert(Stop::Lost);
                return;
            }
        };
        let tries = job.tries.saturating_add(1);
        let pace = Pace { asked: result.asked, jitter: Jitter::from_random(fastrand::u32(..)) };
        let kind = EventType::of(&job.reference).as_str();
        let mut attempt = result.attempt(now, job.number, kind, tries);
        self.report.count(self.destination.kind().as_str(), result.outcome());
        self.next.last_says = Some(result.in_short());
        match result.verdict {
            Verdict::Accepted => {
                if job.tries == 0 {
                    self.report.note_lag(now - job.reference.at());
                }
                let was_dead = std::mem::take(&mut self.is_probing);
                self.failed_subjects.clear();
                if was_dead {
                    self.queue.receiver_is_back(now);
                }
                self.next = Position { last_ok: Some(now), ..self.next.clone().without_failure() };
                self.queue.finished(job.number);
                self.delivered += 1;
            }
            Verdict::Gone => {
                self.queue.put_back(job);
                self.stop.get_or_insert(Stop::Gone);
            }
            Verdict::EndpointFault if self.is_probing || self.stop.is_some() => {
                self.next.failing_since.get_or_insert(now);
                self.queue.put_back(job);
                self.declare_dead(now, pace);
            }
            fault => {
                let wait = match fault {
                    Verdict::EndpointFault => {
                        self.next.failing_since.get_or_insert(now);
                        self.failed_subjects.insert(job.reference.subject());
                        schedule::after_endpoint_fault(tries, pace)
                    }
                    _ => {
                        // The endpoint is alive: it refuses this event only.
                        self.failed_subjects.clear();
                        self.is_probing = false;
                        (self.next.next_at, self.next.tries) = (None, 0);
                        schedule::after_event_fault(tries, pace)
                    }
                };
                attempt.next_try = wait.map(|wait| now + wait);
                match wait {
                    Some(wait) => self.queue.failed(job, now + wait, result.in_short()),
                    None => self.queue.finished(job.number),
                }
                let failed = u32::try_from(self.failed_subjects.len()).unwrap_or(u32::MAX);
                if schedule::is_dead(failed) {
                    self.declare_dead(now, Pace { asked: None, ..pace });
                }
            }
        }
        // Probes of a dead endpoint are not logged: the position has the last one.
        if self.stop != Some(Stop::Dead) || !self.failed_subjects.is_empty() {
            self.attempts.push(attempt);
        }
    }

    pub(super) fn declare_dead(&mut self, now: OffsetDateTime, pace: Pace) {
        if self.stop.is_some() {
            return;
        }
        let probes = if self.is_probing { self.next.tries.saturating_add(1) } else { 0 };
        self.next.tries = probes;
        self.next.next_at = Some(now + schedule::before_probe(probes, pace));
        self.stop = Some(Stop::Dead);
    }
}
