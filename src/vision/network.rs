//! A loaded network: computed by the thread that holds it, or on an accelerator by one thread for
//! all cameras.
//!
//! A graphics card is idle most of the time that it takes for one small picture, so what several cameras
//! ask is computed in one go. Nobody is waited for: while one batch is computed the next one gathers, so
//! a card that keeps up answers at once, and one that does not gets batches as large as they need to be.

use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;

use ort::session::builder::GraphOptimizationLevel;
use ort::session::{Session, SessionOutputs};
use ort::value::TensorRef;

use super::accelerator::Accelerator;
use super::runtime::Runtime;

/// Rows computed in one go at most; more only take memory of the card.
const MOST_ROWS: usize = 32;

/// One network, as one thread uses it.
pub(super) struct Network {
    link: Link,
    about: Arc<About>,
}

/// What a model file says of itself.
struct About {
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
    name: String,
    shape: Vec<i64>,
    values: Vec<f32>,
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

/// A network that one thread computes for all others. Ends with its last user.
struct Service {
    jobs: Sender<Job>,
    about: Arc<About>,
}

/// What one thread asks.
struct Job {
    input: &'static str,
    shape: [usize; 4],
    values: Vec<f32>,
    answer: Sender<Answer>,
}

/// The text is what ONNX Runtime said: its error belongs to one asker, and a batch may have several.
type Answer = Result<Vec<Output>, String>;

impl Service {
    /// The one that computes this network on this accelerator, or a new one.
    fn of(
        runtime: &Runtime,
        accelerator: Accelerator,
        bytes: &[u8],
        digest: [u8; 32],
    ) -> ort::Result<Arc<Self>> {
        type Known = Vec<((Accelerator, [u8; 32]), Weak<Service>)>;
        static KNOWN: Mutex<Known> = Mutex::new(Vec::new());
        let key = (accelerator, digest);
        // A list that another thread left in the middle is at worst too long.
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|(_, service)| service.strong_count() > 0);
        let same = known.iter().find(|(of, _)| *of == key);
        if let Some(service) = same.and_then(|(_, service)| service.upgrade()) {
            return Ok(service);
        }
        let service = Arc::new(Self::start(session(runtime, accelerator, bytes)?)?);
        known.push((key, Arc::downgrade(&service)));
        Ok(service)
    }

    fn start(mut session: Session) -> ort::Result<Self> {
        let about = Arc::new(About::of(&session));
        let (jobs, asked) = mpsc::channel();
        thread::Builder::new()
            .name("accelerator".to_owned())
            .spawn(move || serve(&asked, |batch| compute(&mut session, batch)))
            .map_err(|error| ort::Error::new(format!("its thread cannot start: {error}")))?;
        Ok(Self { jobs, about })
    }

    fn ask(
        &self,
        input: &'static str,
        shape: [usize; 4],
        values: Vec<f32>,
    ) -> ort::Result<Vec<Output>> {
        let gone = || ort::Error::new("the accelerator's thread has ended; start Varco anew");
        let (answer, answered) = mpsc::channel();
        self.jobs.send(Job { input, shape, values, answer }).map_err(|_| gone())?;
        answered.recv().map_err(|_| gone())?.map_err(ort::Error::new)
    }
}

/// Answers until nobody is left to ask.
fn serve(asked: &Receiver<Job>, mut compute: impl FnMut(&[Job]) -> Vec<Answer>) {
    let mut waiting = VecDeque::new();
    while let Some(first) = waiting.pop_front().or_else(|| asked.recv().ok()) {
        waiting.extend(asked.try_iter());
        let batch = like(first, &mut waiting);
        let answers = compute(&batch);
        for (job, answer) in batch.iter().zip(answers) {
            // Who no longer waits for an answer has stopped.
            let _ = job.answer.send(answer);
        }
    }
}

/// Takes those that wait for the same as `first` in pictures of the same size, the longest waiting first.
fn like(first: Job, waiting: &mut VecDeque<Job>) -> Vec<Job> {
    let mut rows = first.shape[0];
    let mut batch = vec![first];
    for job in std::mem::take(waiting) {
        let same = job.input == batch[0].input && job.shape[1..] == batch[0].shape[1..];
        if same && rows + job.shape[0] <= MOST_ROWS {
            rows += job.shape[0];
            batch.push(job);
        } else {
            waiting.push_back(job);
        }
    }
    batch
}

/// Computes a batch; when it cannot be computed everyone is told why.
fn compute(session: &mut Session, batch: &[Job]) -> Vec<Answer> {
    together(session, batch).unwrap_or_else(|error| {
        let reason = error.to_string();
        batch.iter().map(|_| Err(reason.clone())).collect()
    })
}

fn together(session: &mut Session, batch: &[Job]) -> ort::Result<Vec<Answer>> {
    let [first, others @ ..] = batch else { return Ok(Vec::new()) };
    let rows: usize = batch.iter().map(|job| job.shape[0]).sum();
    let shape = [rows, first.shape[1], first.shape[2], first.shape[3]];
    let joined: Vec<f32>;
    let values = if others.is_empty() {
        &first.values
    } else {
        joined = batch.iter().flat_map(|job| job.values.iter().copied()).collect();
        &joined
    };
    let tensor = TensorRef::from_array_view((shape, &values[..]))?;
    let outputs = session.run(ort::inputs![first.input => tensor])?;
    let mut said = Vec::new();
    for name in outputs.keys() {
        let (shape, values) = outputs[name].try_extract_tensor::<f32>()?;
        if shape.first() != Some(&(rows as i64)) || values.len() % rows.max(1) != 0 {
            let reason = format!("output {name} of {rows} rows has shape {shape:?}");
            return Err(ort::Error::new(reason));
        }
        said.push((name, shape, values));
    }
    let mut at = 0;
    let part = |job: &Job| {
        let (from, count) = (at, job.shape[0]);
        at += count;
        said.iter()
            .map(|(name, shape, values)| {
                let each = values.len() / rows.max(1);
                let mut shape = shape.to_vec();
                shape[0] = count as i64;
                let values = values[from * each..(from + count) * each].to_vec();
                Output { name: (*name).to_owned(), shape, values }
            })
            .collect()
    };
    Ok(batch.iter().map(part).map(Ok).collect())
}

/// One thread a session and no spinning: several cameras share the cores, and
/// spinning threads take them from each other.
fn session(runtime: &Runtime, accelerator: Accelerator, bytes: &[u8]) -> ort::Result<Session> {
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
    fn of(session: &Session) -> Self {
        let outputs = session.outputs().iter().map(|output| output.name().to_owned()).collect();
        let properties = session.metadata().map_or_else(
            |_| BTreeMap::new(),
            |metadata| {
                let keys = metadata.custom_keys().unwrap_or_default().into_iter();
                keys.filter_map(|key| Some((key.clone(), metadata.custom(&key)?))).collect()
            },
        );
        Self { outputs, properties }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(rows: usize, width: usize, answer: &Sender<Answer>) -> Job {
        let shape = [rows, 3, 2, width];
        let values = vec![0.0; shape.iter().product()];
        Job { input: "images", shape, values, answer: answer.clone() }
    }

    #[test]
    fn what_waits_is_answered_together_where_it_is_alike_and_in_turn() {
        let (jobs, asked) = mpsc::channel();
        let (answer, answered) = mpsc::channel();
        let all = [(1, 8), (2, 8), (1, 9), (MOST_ROWS, 8), (1, 8), (1, 9)];
        for (rows, width) in all {
            jobs.send(job(rows, width, &answer)).unwrap();
        }
        drop((jobs, answer));
        let mut batches = Vec::new();
        serve(&asked, |batch| {
            batches.push(batch.iter().map(|job| (job.shape[0], job.shape[3])).collect::<Vec<_>>());
            batch.iter().map(|_| Ok(Vec::new())).collect()
        });
        let wanted = [vec![(1, 8), (2, 8), (1, 8)], vec![(1, 9), (1, 9)], vec![(MOST_ROWS, 8)]];
        assert_eq!(batches, wanted);
        assert_eq!(answered.iter().count(), all.len());
    }

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
