//! Answers that are remembered for a while, in bounded number.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::Answer;
use crate::plate::{Country, PlateText};

type Key = (PlateText, Option<Country>);

/// Remembered answers; the oldest goes when there are too many.
#[derive(Debug)]
pub(super) struct Cache {
    keep: Duration,
    most: usize,
    answers: HashMap<Key, (Duration, u64, Answer)>,
    /// In the order in which they came.
    order: BTreeMap<u64, Key>,
    next: u64,
}

impl Cache {
    pub(super) fn new(keep: Duration, most: usize) -> Self {
        Self { keep, most, answers: HashMap::new(), order: BTreeMap::new(), next: 0 }
    }

    pub(super) fn get(&self, key: &Key, now: Duration) -> Option<Answer> {
        let (at, _, answer) = self.answers.get(key)?;
        let fresh = now.saturating_sub(*at) < self.keep;
        fresh.then(|| Answer { remembered: true, ..answer.clone() })
    }

    pub(super) fn put(&mut self, key: Key, answer: Answer, now: Duration) {
        // What is too old is personal data without a purpose: it goes at once.
        self.answers.retain(|_, (at, number, _)| {
            let fresh = now.saturating_sub(*at) < self.keep;
            if !fresh {
                self.order.remove(number);
            }
            fresh
        });
        if self.keep.is_zero() || self.most == 0 {
            return;
        }
        if let Some((_, number, _)) = self.answers.remove(&key) {
            self.order.remove(&number);
        }
        while self.answers.len() >= self.most {
            let Some((_, oldest)) = self.order.pop_first() else { break };
            self.answers.remove(&oldest);
        }
        self.next += 1;
        self.order.insert(self.next, key.clone());
        self.answers.insert(key, (now, self.next, answer));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_remembered_for_a_while_and_the_oldest_goes() {
        let answer =
            Answer { entries: Vec::new(), said_at: jiff::Timestamp::UNIX_EPOCH, remembered: false };
        let key = |text: &str| (PlateText::new(text).unwrap(), None);
        let at = Duration::from_secs;
        let mut cache = Cache::new(at(60), 2);
        cache.put(key("AA111AA"), answer.clone(), at(0));
        cache.put(key("BB222BB"), answer.clone(), at(1));
        assert!(cache.get(&key("AA111AA"), at(59)).is_some_and(|answer| answer.remembered));
        assert!(cache.get(&key("AA111AA"), at(60)).is_none());
        cache.put(key("AA111AA"), answer.clone(), at(2));
        cache.put(key("CC333CC"), answer.clone(), at(3));
        assert!(cache.get(&key("BB222BB"), at(3)).is_none(), "the oldest went");
        assert!(cache.get(&key("AA111AA"), at(3)).is_some());
        cache.put(key("DD444DD"), answer, at(100));
        assert_eq!((cache.answers.len(), cache.order.len()), (1, 1), "the old ones are gone");
    }
}
