//! A loaded network: computed by the thread that holds it, or on an accelerator by one thread for
//! all cameras ([`super::service`]).

use std::collections::BTreeMap;
use std::sync::Arc;

use ort::session::builder::GraphOptimizationLevel;
use ort::session::{Session, SessionOutputs};
use ort::value::TensorRef;

use super::accelerator::Accelerator;
use super::runtime::Runtime;
use super::service::Service;

/// One network, as one thread uses it.
pub(super) struct Network {
    link: Link,
    about: Arc<About>,
}

/// What a model file says of itself.
pub(super) struct About {
    /// Dimensions by name; -1 where any size will do.
    inputs: BTreeMap<String, Vec<i64>>,
    outputs: Vec<String>,
    /// What was written into it at export.
    properties: BTreeMap<String, String>,
}

enum Link {
    Own(Session),
    Shared(Arc<Service>),
}

impl Network {
    /// Loads the network `bytes`, whose SHA-256 is `digest`; on an accelerator only when no other thread has.
    pub(super) fn open(
        runtime: &Runtime,
        accelerator: Accelerator,
        bytes: &[u8],
        digest: [u8; 32],
    ) -> ort::Result<Self> {
        if accelerator == Accelerator::Cpu {
            let session = session(runtime, accelerator, bytes)?;
            let about = Arc::new(About::of(&session));
            return Ok(Self { link: Link::Own(session), about });
        }
        let service = Service::of(runtime, accelerator, bytes, digest)?;
        Ok(Self { about: Arc::clone(&service.about), link: Link::Shared(service) })
    }

    /// Whether it has an output of this name.
    pub(super) fn has_output(&self, name: &str) -> bool {
        self.about.outputs.iter().any(|output| output == name)
    }

    /// The dimensions of an input, -1 where any size will do.
    pub(super) fn input_shape(&self, name: &str) -> Option<&[i64]> {
        self.about.inputs.get(name).map(Vec::as_slice)
    }

    /// A value that was written into the model at export.
    pub(super) fn property(&self, key: &str) -> Option<&str> {
        self.about.properties.get(key).map(String::as_str)
    }

    /// Computes `values` of this shape, whose first number is that of the rows: pictures, views or plates.
    pub(super) fn run(
        &mut self,
        input: &'static str,
        shape: [usize; 4],
        values: &[f32],
    ) -> ort::Result<Outputs<'_>> {
        match &mut self.link {
            Link::Own(session) => {
                let tensor = TensorRef::from_array_view((shape, values))?;
                Ok(Outputs::Own(session.run(ort::inputs![input => tensor])?))
            }
            Link::Shared(service) => {
                service.ask(input, shape, values.to_vec()).map(Outputs::Shared)
            }
        }
    }
}

/// What a network says.
pub(super) enum Outputs<'s> {
    /// In the session's own memory.
    Own(SessionOutputs<'s>),
    /// The rows that were asked for.
    Shared(Vec<Output>),
}

/// One output of a network.
pub(super) struct Output {
    pub(super) name: String,
    pub(super) shape: Vec<i64>,
    pub(super) values: Vec<f32>,
}

impl Outputs<'_> {
    /// Shape and values of an output that the network must have.
    pub(super) fn tensor(&self, name: &str) -> ort::Result<(&[i64], &[f32])> {
        self.find(name)?.ok_or_else(|| {
            ort::Error::new(format!("it has no output {name:?}; this model is of another kind"))
        })
    }

    /// Shape and values of an output that the network may have.
    pub(super) fn find(&self, name: &str) -> ort::Result<Option<(&[i64], &[f32])>> {
        match self {
            Self::Own(outputs) => {
                let Some(value) = outputs.get(name) else { return Ok(None) };
                let (shape, values) = value.try_extract_tensor::<f32>()?;
                Ok(Some((shape, values)))
            }
            Self::Shared(outputs) => {
                let output = outputs.iter().find(|output| output.name == name);
                Ok(output.map(|output| (&output.shape[..], &output.values[..])))
            }
        }
    }
}

/// One thread a session and no spinning: several cameras share the cores, and
/// spinning threads take them from each other.
pub(super) fn session(
    runtime: &Runtime,
    accelerator: Accelerator,
    bytes: &[u8],
) -> ort::Result<Session> {
    let mut builder = Session::builder(&runtime.environment)?
        .with_intra_threads(1)?
        .with_inter_threads(1)?
        .with_intra_op_spinning(false)?
        .with_inter_op_spinning(false)?
        .with_optimization_level(GraphOptimizationLevel::Level3)?;
    if let Some(provider) = accelerator.provider() {
        builder = builder.with_execution_providers([provider])?;
    }
    builder.commit_from_memory(bytes)
}

impl About {
    pub(super) fn of(session: &Session) -> Self {
        let inputs = session.inputs().iter().filter_map(|input| {
            let shape = input.dtype().tensor_shape()?;
            Some((input.name().to_owned(), shape.to_vec()))
        });
        let inputs = inputs.collect();
        let outputs = session.outputs().iter().map(|output| output.name().to_owned()).collect();
        let properties = session.metadata().map_or_else(
            |_| BTreeMap::new(),
            |metadata| {
                let keys = metadata.custom_keys().unwrap_or_default().into_iter();
                keys.filter_map(|key| Some((key.clone(), metadata.custom(&key)?))).collect()
            },
        );
        Self { inputs, outputs, properties }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    /// One thread that computes for many says the same as each for itself. The real model, on the CPU.
    #[test]
    fn a_shared_network_gives_every_thread_its_own_rows() {
        let runtime = Runtime::load(Accelerator::Cpu).unwrap();
        let model = include_bytes!("../../models/plate-aligner.onnx");
        let own = session(&runtime, Accelerator::Cpu, model).unwrap();
        let mut alone = Network { about: Arc::new(About::of(&own)), link: Link::Own(own) };
        let session = session(&runtime, Accelerator::Cpu, model).unwrap();
        let service = Arc::new(Service::start(session).unwrap());
        let shape = |rows| [rows, 3, 64, 160];
        let views = |seed: usize, rows: usize| -> Vec<f32> {
            let count = shape(rows).iter().product();
            (0..count).map(|at: usize| ((at * (seed + 3)) % 255) as f32 / 255.0).collect()
        };
        let corners = |network: &mut Network, seed: usize, rows: usize| -> Vec<f32> {
            let outputs = network.run("views", shape(rows), &views(seed, rows)).unwrap();
            let (dimensions, values) = outputs.tensor("corners").unwrap();
            assert_eq!(dimensions[0], rows as i64);
            assert!(outputs.find("nothing").unwrap().is_none());
            values.to_vec()
        };
        let wanted: Vec<_> = (0..6).map(|seed| corners(&mut alone, seed, 1 + seed % 3)).collect();
        thread::scope(|scope| {
            for (seed, wanted) in wanted.iter().enumerate() {
                let (service, corners) = (Arc::clone(&service), &corners);
                scope.spawn(move || {
                    let about = Arc::clone(&service.about);
                    let mut network = Network { about, link: Link::Shared(service) };
                    for _ in 0..10 {
                        let said = corners(&mut network, seed, 1 + seed % 3);
                        let far = said.iter().zip(wanted).map(|(a, b)| (a - b).abs());
                        assert!(far.fold(0.0, f32::max) < 1e-3);
                    }
                });
            }
        });
        let mut network =
            Network { about: Arc::clone(&service.about), link: Link::Shared(service) };
        let refused = network.run("views", [1, 3, 8, 8], &[0.0; 192]).err().unwrap().to_string();
        assert!(refused.contains("views"), "{refused}");
    }
}
