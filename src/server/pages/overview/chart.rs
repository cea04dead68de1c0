//! The chart of the last 30 days: bars for the changes of each day, and the same numbers as a table.

use crate::model::day_counts::DayCounts;
use crate::server::pages::words::{day, grouped};

/// The width of the picture, in its own units.
const WIDTH: u64 = 600;
/// The height of the picture, which is the height of the highest bar.
const HEIGHT: u64 = 72;
/// The space between two bars.
const GAP: u64 = 4;

/// The chart.
pub(super) struct Chart {
    pub(super) bars: Vec<Bar>,
    pub(super) rows: Vec<ChartRow>,
    /// The numbers of the 30 days, such as *500 created · 90 changed · 50 archived*; empty without changes.
    pub(super) summary: String,
    /// The first day and the last day.
    pub(super) first: String,
    pub(super) last: String,
    pub(super) width: u64,
    pub(super) height: u64,
}

/// A bar.
pub(super) struct Bar {
    pub(super) x: u64,
    pub(super) y: u64,
    pub(super) width: u64,
    pub(super) height: u64,
}

/// A row of the table: a day with changes.
pub(super) struct ChartRow {
    pub(super) day: String,
    pub(super) counts: DayCounts,
}

impl Chart {
    /// Draws the counts of days, oldest first.
    pub(super) fn of(days: &[DayCounts]) -> Self {
        let most = days.iter().map(|day| day.total()).max().unwrap_or_default();
        let count = u64::try_from(days.len()).unwrap_or(u64::MAX).max(1);
        let step = WIDTH.checked_div(count).unwrap_or(WIDTH);
        let bar = |(x, day): (u64, &DayCounts)| {
            let scaled = day.total().saturating_mul(HEIGHT).checked_div(most).unwrap_or_default();
            // A day with few changes beside a large import still has a bar.
            let height = if day.total() > 0 { scaled.max(2) } else { 0 };
            let width = step.saturating_sub(GAP).max(1);
            Bar { x, y: HEIGHT.saturating_sub(height), width, height }
        };
        let places = (0..).map(|place: u64| place.saturating_mul(step));
        let with_changes = days.iter().filter(|day| day.total() > 0);
        let name = |day: Option<&DayCounts>| day.map(name_of).unwrap_or_default();
        Self {
            bars: places.zip(days).map(bar).filter(|bar| bar.height > 0).collect(),
            rows: with_changes
                .map(|counts| ChartRow { day: name_of(counts), counts: *counts })
                .collect(),
            summary: summary(days),
            first: name(days.first()),
            last: name(days.last()),
            width: WIDTH,
            height: HEIGHT,
        }
    }
}

fn name_of(day_counts: &DayCounts) -> String {
    day(day_counts.day.midnight().assume_utc())
}

/// Returns the sums of all days in words; empty without changes.
fn summary(days: &[DayCounts]) -> String {
    let sum = |count: fn(&DayCounts) -> u64| days.iter().map(count).sum::<u64>();
    let parts = [
        (sum(|day| day.created), "created"),
        (sum(|day| day.changed), "changed"),
        (sum(|day| day.archived), "archived"),
        (sum(|day| day.restored), "restored"),
    ];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    parts.map(|(count, word)| format!("{} {word}", grouped(count))).collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use super::Chart;
    use crate::model::day_counts::DayCounts;
    use time::macros::date;

    #[test]
    fn bars_table_and_summary_show_the_same_numbers() {
        let mut days: Vec<DayCounts> = (1..=30)
            .map(|n| DayCounts::none(date!(2026 - 11 - 01).replace_day(n).unwrap()))
            .collect();
        days[0].created = 1_500;
        days[28] = DayCounts { changed: 3, archived: 1, ..days[28] };
        let chart = Chart::of(&days);
        assert_eq!(chart.summary, "1,500 created · 3 changed · 1 archived");
        assert_eq!((chart.first.as_str(), chart.last.as_str()), ("1 Nov", "30 Nov"));
        let bars: Vec<_> =
            chart.bars.iter().map(|bar| (bar.x, bar.y, bar.width, bar.height)).collect();
        assert_eq!(bars, [(0, 0, 16, 72), (560, 70, 16, 2)]);
        let rows: Vec<_> =
            chart.rows.iter().map(|row| (row.day.as_str(), row.counts.total())).collect();
        assert_eq!(rows, [("1 Nov", 1_500), ("29 Nov", 4)]);
    }

    #[test]
    fn days_without_changes_make_an_empty_chart() {
        let chart = Chart::of(&[DayCounts::none(date!(2026 - 11 - 01))]);
        assert!(chart.bars.is_empty() && chart.rows.is_empty() && chart.summary.is_empty());
        assert!(Chart::of(&[]).bars.is_empty());
    }
}
