//! The hardware that the networks run on.

use std::fmt;
use std::str::FromStr;

use ort::ep::{self, ExecutionProviderDispatch};

/// Where the networks are computed.
///
/// Written `cpu`, `cuda`, `cuda:1`, `openvino:cpu`, `openvino:gpu`, `openvino:gpu.1` or `openvino:npu`. On anything but the CPU
/// all cameras of a process share one copy of each network, and what they ask at the same time is
/// computed together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(try_from = "String")]
pub enum Accelerator {
    /// The processor's cores, one thread a camera.
    #[default]
    Cpu,
    /// An NVIDIA graphics card, by its number from 0.
    Cuda(u8),
    /// Hardware that OpenVINO knows.
    OpenVino(IntelDevice),
}

/// What OpenVINO computes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IntelDevice {
    /// All cores of the processor.
    Cpu,
    /// A graphics unit, by its number from 0.
    Gpu(u8),
    /// The neural processing unit (VPU).
    Npu,
}

/// The text names no accelerator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no accelerator; write cpu, cuda, cuda:1, openvino:cpu, openvino:gpu, openvino:gpu.1 or openvino:npu"
)]
pub struct NoAccelerator(String);

impl Accelerator {
    /// The name of its build of ONNX Runtime, as `scripts/setup.sh --accelerator` takes it; nothing
    /// where the usual one serves.
    #[must_use]
    pub const fn runtime_name(self) -> Option<&'static str> {
        match self {
            Self::Cpu => None,
            Self::Cuda(_) => Some("cuda"),
            Self::OpenVino(_) => Some("openvino"),
        }
    }

    /// What has to be registered with ONNX Runtime; nothing for its own CPU kernels. A provider that
    /// cannot be had is an error: a camera that silently fell back to the CPU would only look slow.
    pub(super) fn provider(self) -> Option<ExecutionProviderDispatch> {
        match self {
            Self::Cpu => None,
            Self::Cuda(device) => Some(
                ep::CUDA::default().with_device_id(i32::from(device)).build().error_on_failure(),
            ),
            Self::OpenVino(device) => Some(
                ep::OpenVINO::default()
                    .with_device_type(device.openvino_name())
                    .build()
                    .error_on_failure(),
            ),
        }
    }
}

impl IntelDevice {
    /// In OpenVINO's own words.
    fn openvino_name(self) -> String {
        match self {
            Self::Cpu => "CPU".to_owned(),
            Self::Gpu(0) => "GPU".to_owned(),
            Self::Gpu(number) => format!("GPU.{number}"),
            Self::Npu => "NPU".to_owned(),
        }
    }
}

impl FromStr for Accelerator {
    type Err = NoAccelerator;

    fn from_str(text: &str) -> Result<Self, NoAccelerator> {
        let unknown = || NoAccelerator(text.to_owned());
        let number = |digits: &str| digits.parse().map_err(|_| unknown());
        match text.split_once(':') {
            None if text == "cpu" => Ok(Self::Cpu),
            None if text == "cuda" => Ok(Self::Cuda(0)),
            Some(("cuda", device)) => Ok(Self::Cuda(number(device)?)),
            Some(("openvino", "cpu")) => Ok(Self::OpenVino(IntelDevice::Cpu)),
            Some(("openvino", "gpu")) => Ok(Self::OpenVino(IntelDevice::Gpu(0))),
            Some(("openvino", "npu")) => Ok(Self::OpenVino(IntelDevice::Npu)),
            Some(("openvino", device)) => {
                let digits = device.strip_prefix("gpu.").ok_or_else(unknown)?;
                Ok(Self::OpenVino(IntelDevice::Gpu(number(digits)?)))
            }
            _ => Err(unknown()),
        }
    }
}

impl TryFrom<String> for Accelerator {
    type Error = NoAccelerator;

    fn try_from(text: String) -> Result<Self, NoAccelerator> {
        text.parse()
    }
}

impl fmt::Display for Accelerator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(0) => f.write_str("cuda"),
            Self::Cuda(device) => write!(f, "cuda:{device}"),
            Self::OpenVino(device) => {
                write!(f, "openvino:{}", device.openvino_name().to_lowercase())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_is_read() {
        let all = "cpu cuda cuda:1 openvino:cpu openvino:gpu openvino:gpu.1 openvino:npu";
        for text in all.split(' ') {
            assert_eq!(text.parse::<Accelerator>().unwrap().to_string(), text);
        }
        for wrong in [
            "",
            "gpu",
            "CUDA",
            "cuda:",
            "cuda:-1",
            "openvino",
            "openvino:",
            "openvino:gpu.",
            "cpu:1",
        ] {
            let error = wrong.parse::<Accelerator>().unwrap_err().to_string();
            assert!(error.contains("openvino:npu"), "{error}");
        }
    }
}
