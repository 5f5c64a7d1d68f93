//! Networks computed elsewhere than on ONNX Runtime's own CPU kernels: with the real OpenVINO provider,
//! which also runs on any x86-64 processor (`scripts/setup.sh --test` fetches it).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cli;

#[cfg(target_arch = "x86_64")]
use cli::lines;
use cli::{said, varco};

/// A transit: its text, its box and when that was (seconds of the clip).
#[cfg(target_arch = "x86_64")]
type Seen = (String, Vec<f64>, f64);

#[cfg(target_arch = "x86_64")]
fn transits(accelerator: &str) -> Vec<Seen> {
    let clip = "fixtures/clips/one-car.mp4";
    let output = varco(&["read", "--json", "--accelerator", accelerator, clip]);
    assert!(output.status.success(), "{}", said(&output));
    lines(&output)
        .iter()
        .map(|line| {
            let rect = line["box"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap());
            let read_s = line["read_s"].as_f64().unwrap();
            (line["text"].as_str().unwrap().to_owned(), rect.collect(), read_s)
        })
        .collect()
}

#[test]
#[cfg(target_arch = "x86_64")]
fn openvino_reads_what_the_processor_reads() {
    let (here, there) = (transits("cpu"), transits("openvino:cpu"));
    assert_eq!(here.len(), 1);
    assert_eq!(here.len(), there.len());
    for ((text, rect, read_s), (other_text, other_rect, other_read_s)) in here.iter().zip(&there) {
        assert_eq!(text, other_text);
        // Of many sure looks either may hold another one for the best, and between two frames of this clip
        // (80 ms) the plate moves by nearly its height.
        let frames_between = (read_s - other_read_s).abs() / 0.08;
        assert!(frames_between < 3.0, "read at {read_s} s and {other_read_s} s");
        let near = (0.5 + frames_between) * rect[3];
        for (a, b) in rect.iter().zip(other_rect) {
            assert!(
                (a - b).abs() < near,
                "{rect:?} at {read_s} s and {other_rect:?} at {other_read_s} s"
            );
        }
    }
    let output = varco(&["doctor", "--accelerator", "openvino:cpu"]);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}");
    assert!(told.contains("openvino:cpu, one copy of each network for all cameras"), "{told}");
    assert!(told.contains("onnxruntime-openvino/"), "{told}");
}

#[test]
fn an_accelerator_that_is_not_there_is_said_and_not_replaced() {
    // The usual build of ONNX Runtime knows nothing of CUDA.
    let output = varco(&["read", "--accelerator", "cuda", "fixtures/clips/one-car.mp4"]);
    assert_eq!(output.status.code(), Some(1));
    let message = said(&output);
    assert!(message.contains("scripts/setup.sh --accelerator cuda"), "{message}");

    let output = varco(&["read", "--accelerator", "tpu", "fixtures/clips/one-car.mp4"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("openvino:npu"), "{}", said(&output));
}

#[test]
fn a_node_tells_a_wrong_accelerator_before_it_starts() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gate.toml");
    let gate = std::fs::read_to_string("pipelines/gate.toml").unwrap();
    std::fs::write(&file, gate.replace("[node]", "[node]\naccelerator = \"gpu\"")).unwrap();
    let output = varco(&["node", "check", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("gate.toml:"), "{}", said(&output));
    assert!(said(&output).contains("openvino:npu"), "{}", said(&output));
}
