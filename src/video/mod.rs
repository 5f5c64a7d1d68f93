//! Camera streams and video files as frames (GStreamer).
