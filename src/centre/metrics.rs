//! Figures for Prometheus, in its text format (version 0.0.4).

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use super::problem::Problem;
use super::state::App;

/// Upper bounds of the latency buckets, seconds; the budget is 0.5.
const BOUNDS_S: [f64; 12] = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 5.0, 15.0, 60.0, 600.0];

/// Counted since the start.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    transits: AtomicU64,
    hits: AtomicU64,
    refused: AtomicU64,
    unknown_keys: AtomicU64,
    // Not cumulative here; the last one is beyond all bounds.
    latency: [AtomicU64; BOUNDS_S.len() + 1],
    latency_sum_ms: AtomicU64,
}

impl Metrics {
    pub(super) fn transits(&self, more: usize) {
        self.transits.fetch_add(more as u64, Ordering::Relaxed);
    }

    pub(super) fn refused(&self, more: usize) {
        self.refused.fetch_add(more as u64, Ordering::Relaxed);
    }

    pub(super) fn unknown_key(&self) {
        self.unknown_keys.fetch_add(1, Ordering::Relaxed);
    }

    /// A hit was stored; `captured_at` is by the node's clock.
    pub(super) fn hit(&self, captured_at: Timestamp, now: Timestamp) {
        self.hits.fetch_add(1, Ordering::Relaxed);
        let latency_ms = u64::try_from(now.duration_since(captured_at).as_millis()).unwrap_or(0);
        let latency_s = latency_ms as f64 / 1000.0;
        let bucket = BOUNDS_S.iter().position(|b| latency_s <= *b).unwrap_or(BOUNDS_S.len());
        if let Some(bucket) = self.latency.get(bucket) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.latency_sum_ms.fetch_add(latency_ms, Ordering::Relaxed);
    }

    fn write(&self, text: &mut String) {
        let counters = [
            ("varco_transits_total", "Transits stored since the start.", &self.transits),
            ("varco_hits_total", "Hits stored since the start.", &self.hits),
            ("varco_events_refused_total", "Events refused for good.", &self.refused),
            ("varco_unknown_keys_total", "Deliveries with an unknown key.", &self.unknown_keys),
        ];
        for (name, help, counter) in counters {
            let value = counter.load(Ordering::Relaxed);
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} counter\n{name} {value}");
        }
        let name = "varco_hit_latency_seconds";
        let _ = writeln!(
            text,
            "# HELP {name} From a frame's capture to its hit being stored.\n# TYPE {name} histogram"
        );
        let mut count = 0;
        let bounds = BOUNDS_S.iter().map(f64::to_string).chain(["+Inf".to_owned()]);
        for (bound, bucket) in bounds.zip(&self.latency) {
            count += bucket.load(Ordering::Relaxed);
            let _ = writeln!(text, "{name}_bucket{{le=\"{bound}\"}} {count}");
        }
        let sum_s = self.latency_sum_ms.load(Ordering::Relaxed) as f64 / 1000.0;
        let _ = writeln!(text, "{name}_sum {sum_s}\n{name}_count {count}");
    }
}

fn gauge(text: &mut String, name: &str, help: &str, value: u64) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}");
}

/// `GET /metrics`.
pub(super) async fn show(State(app): State<App>) -> Result<Response, Problem> {
    let now = Timestamp::now();
    let nodes = app.nodes(now).await?;
    let (open, _) = app.store.count_hits(&[], now).await?;
    let mut text = String::new();
    app.metrics.write(&mut text);
    gauge(&mut text, "varco_hits_open", "Hits that wait.", u64::try_from(open).unwrap_or(0));
    gauge(&mut text, "varco_nodes", "Nodes admitted.", nodes.len() as u64);
    let alive = nodes.iter().filter(|node| node.alive()).count();
    gauge(&mut text, "varco_nodes_alive", "Nodes heard of lately.", alive as u64);
    gauge(&mut text, "varco_pages", "Pages that listen.", app.live.pages() as u64);
    let name = "varco_node_outbox";
    let _ = writeln!(text, "# HELP {name} Events that wait at a node.\n# TYPE {name} gauge");
    for node in &nodes {
        // A node id has no character that would need escaping.
        let _ = writeln!(text, "{name}{{node=\"{}\"}} {}", node.id(), node.outbox());
    }
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn latencies_are_counted_cumulatively() {
        let metrics = Metrics::default();
        let now = Timestamp::from_second(1_000_000).unwrap();
        for ms in [40, 400, 400, 700_000] {
            metrics.hit(now - SignedDuration::from_millis(ms), now);
        }
        let mut text = String::new();
        metrics.write(&mut text);
        for line in [
            "varco_hits_total 4",
            "varco_hit_latency_seconds_bucket{le=\"0.05\"} 1",
            "varco_hit_latency_seconds_bucket{le=\"0.5\"} 3",
            "varco_hit_latency_seconds_bucket{le=\"600\"} 3",
            "varco_hit_latency_seconds_bucket{le=\"+Inf\"} 4",
            "varco_hit_latency_seconds_sum 700.84",
            "varco_hit_latency_seconds_count 4",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} is not in:\n{text}");
        }
    }
}
