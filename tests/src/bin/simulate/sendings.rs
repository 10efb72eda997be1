//! What the mail server and the engines wrote down of each message: who had it, how often it was taken, and why twice.

use crate::agenda::Sending;
use checkins_core::notification::{LEASE, RENEW};
use kernel::time::Span;

/// One message.
#[derive(Debug, Default, Clone, Copy)]
struct Post {
    fence: i64,
    taken: u32,
    is_excused: bool,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Sendings {
    posts: Vec<Post>,
    /// How often a server took a message.
    pub taken: u64,
    /// How often one came again, with a reason.
    pub again: u64,
}

/// Where two engines' clocks lie this far apart, a lease may be over for one of them before the other renews it.
const FAR_APART: Span = Span::micros(LEASE.as_micros() - RENEW.as_micros());

impl Sendings {
    fn post(&mut self, message: usize) -> &mut Post {
        if message >= self.posts.len() {
            self.posts.resize(message.saturating_add(1), Post::default());
        }
        &mut self.posts[message]
    }

    /// An engine has it now, while the engines' clocks lie so far apart.
    pub fn claimed(&mut self, sending: Sending, apart: Span) {
        let post = self.post(sending.message);
        post.is_excused |= post.fence > 0 && apart >= FAR_APART;
        post.fence = sending.fence;
    }

    /// Something happened that may make it come twice: a fault of the engine that has it, or an answer that was lost.
    pub fn excuse(&mut self, message: usize) {
        self.post(message).is_excused = true;
    }

    /// The server took it. False when that was once too often.
    pub fn take(&mut self, sending: Sending) -> bool {
        let post = self.post(sending.message);
        post.taken += 1;
        let (is_again, is_excused) = (post.taken > 1, post.is_excused);
        self.taken += 1;
        self.again += u64::from(is_again);
        !is_again || is_excused
    }

    /// Whether a mark may count: nobody claimed it since.
    pub fn may_mark(&self, sending: Sending) -> bool {
        self.posts.get(sending.message).is_some_and(|post| post.fence == sending.fence)
    }

    /// Whether a server ever took it.
    pub fn was_taken(&self, message: usize) -> bool {
        self.posts.get(message).is_some_and(|post| post.taken > 0)
    }
}
