//! For tests: how often a supervisor looked at where it is. It asks for chance at each step, also at those that change
//! nothing and that nobody could see otherwise.

use std::sync::Arc;
use std::time::Duration;

use clock::{Random, SeededRandom};
use tokio::sync::watch;

const LIMIT: Duration = Duration::from_secs(20);

/// A supervisor's chance, and a count of its steps.
#[derive(Clone, Debug)]
pub(crate) struct Steps {
    random: Arc<SeededRandom>,
    count: watch::Sender<usize>,
}

impl Steps {
    pub(crate) fn new() -> Self {
        Self { random: Arc::new(SeededRandom::new(7)), count: watch::Sender::new(0) }
    }

    /// Waits until so many further steps were taken.
    pub(crate) async fn more(&self, count: usize) {
        let mut counted = self.count.subscribe();
        let wanted = *counted.borrow() + count;
        let reached = counted.wait_for(|count| *count >= wanted);
        tokio::time::timeout(LIMIT, reached).await.expect("it goes on looking").unwrap();
    }
}

impl Random for Steps {
    fn fill(&self, bytes: &mut [u8]) {
        self.random.fill(bytes);
        self.count.send_modify(|count| *count += 1);
    }
}
