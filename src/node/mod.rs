//! The edge process: cameras → detections → transits → hits → outbox.
