//! The chart of the requests in the last 24 hours. Its geometry is in attributes, because the page allows no styles.

use crate::directory::tenants::requests::TrafficHour;
use crate::model::cause_texts::grouped;
use crate::server::pages::frame::When;

/// The width of an hour, and of its bar.
const HOUR_WIDTH: u64 = 20;
const BAR_WIDTH: u64 = 14;
/// The height of the chart.
const HEIGHT: u64 = 96;

/// The chart.
pub(super) struct Chart {
    pub(super) bars: Vec<Bar>,
    pub(super) width: u64,
    pub(super) height: u64,
    pub(super) bar_width: u64,
    /// The text beside the chart: `1,204 succeeded · 22 failed`.
    pub(super) summary: String,
}

/// The bar of an hour.
pub(super) struct Bar {
    pub(super) hour: When,
    pub(super) succeeded: u64,
    pub(super) failed: u64,
    pub(super) x: u64,
    /// The top and the height of the part of successful requests.
    pub(super) good: (u64, u64),
    /// The top and the height of the part of failed requests.
    pub(super) bad: (u64, u64),
}

impl Chart {
    /// Draws the chart.
    pub(super) fn of(hours: Vec<TrafficHour>) -> Self {
        let (mut succeeded, mut failed) = (0_u64, 0_u64);
        for hour in &hours {
            succeeded = succeeded.saturating_add(hour.succeeded);
            failed = failed.saturating_add(hour.failed);
        }
        let highest = hours.iter().map(|hour| hour.succeeded.saturating_add(hour.failed)).max();
        let highest = highest.unwrap_or_default().max(1);
        // A bar of few requests is visible too.
        let height = |count: u64| match count {
            0 => 0,
            count => (count.saturating_mul(HEIGHT) / highest).max(2),
        };
        let width = u64::try_from(hours.len()).unwrap_or_default().saturating_mul(HOUR_WIDTH);
        let mut x = (HOUR_WIDTH - BAR_WIDTH) / 2;
        let bars = hours.into_iter().map(|hour| {
            let bad = height(hour.failed);
            let good = height(hour.succeeded).min(HEIGHT - bad.min(HEIGHT));
            let bar = Bar {
                hour: When::new(hour.start),
                succeeded: hour.succeeded,
                failed: hour.failed,
                x,
                good: (HEIGHT - good, good),
                bad: (HEIGHT.saturating_sub(good + bad), bad),
            };
            x += HOUR_WIDTH;
            bar
        });
        Self {
            bars: bars.collect(),
            width,
            height: HEIGHT,
            bar_width: BAR_WIDTH,
            summary: format!("{} succeeded · {} failed", grouped(succeeded), grouped(failed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::OffsetDateTime;

    #[test]
    fn bars_fill_the_chart_and_never_leave_it() {
        let hour = |succeeded, failed| TrafficHour {
            start: OffsetDateTime::UNIX_EPOCH,
            succeeded,
            failed,
        };
        let hours = [(0, 0), (1204, 0), (600, 604), (1, 1), (0, 3)];
        let chart = Chart::of(hours.into_iter().map(|(good, bad)| hour(good, bad)).collect());
        let tops: Vec<_> = chart.bars.iter().map(|bar| (bar.good.1, bar.bad.1)).collect();
        assert_eq!(tops, [(0, 0), (96, 0), (47, 48), (2, 2), (0, 2)]);
        assert!(chart.bars.iter().all(|bar| bar.bad.0 + bar.bad.1 + bar.good.1 <= 96));
        assert_eq!((chart.width, &*chart.summary), (100, "1,805 succeeded · 608 failed"));
        assert!(Chart::of(Vec::new()).bars.is_empty());
    }
}
