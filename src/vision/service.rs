//! A network on an accelerator: one thread computes it for all cameras.
//!
//! A graphics card is idle most of the time that it takes for one small picture, so what several cameras
//! ask is computed in one go. Nobody is waited for: while one batch is computed the next one gathers, so
//! a card that keeps up answers at once, and one that does not gets batches as large as they need to be.

use std::collections::VecDeque;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;

use ort::session::Session;
use ort::value::TensorRef;

use super::accelerator::Accelerator;
use super::network::{About, Output, session};
use super::runtime::Runtime;

/// Rows computed in one go at most; more only take memory of the card.
const MOST_ROWS: usize = 32;

/// A network that one thread computes for all others. Ends with its last user.
pub(super) struct Service {
    jobs: Sender<Job>,
    pub(super) about: Arc<About>,
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
    pub(super) fn of(
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

    pub(super) fn start(mut session: Session) -> ort::Result<Self> {
        let about = Arc::new(About::of(&session));
        let (jobs, asked) = mpsc::channel();
        thread::Builder::new()
            .name("accelerator".to_owned())
            .spawn(move || serve(&asked, |batch| compute(&mut session, batch)))
            .map_err(|error| ort::Error::new(format!("its thread cannot start: {error}")))?;
        Ok(Self { jobs, about })
    }

    pub(super) fn ask(
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
}
