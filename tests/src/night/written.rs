//! What people wrote down during a night, and the house said it has: none of it may be missing afterwards.

use super::Night;
use super::hands::Hands;
use crate::pause;
use actix_web::rt::task::JoinHandle;
use chassis::clock::Clock;
use chassis::config::Config;
use chassis::pool::Pool;
use chassis::store::{self, Store};
use chassis::{audit, run};
use kernel::id::{CommandId, PersonId, SessionId};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::rc::Rc;

/// Whose rows they are.
const SERVICE: &str = "checkins";
/// People who write at once.
const WRITERS: usize = 4;
/// What each lies between two looks, in milliseconds: the alarms must get their turn on two processors.
const BREATH: u64 = 20;

/// The driver's log of what was acknowledged, on a disk that keeps its power.
pub struct Written {
    book: Rc<Book>,
    writers: Vec<JoinHandle<()>>,
}

struct Book {
    log: RefCell<File>,
    acknowledged: RefCell<BTreeSet<CommandId>>,
    refused: Cell<usize>,
    is_over: Cell<bool>,
}

/// What the house made of it.
#[derive(Debug)]
pub struct Kept {
    /// What it said it has.
    pub acknowledged: usize,
    /// What it said no to, or nothing at all for a minute.
    pub refused: usize,
    /// What it said it has and has not.
    pub missing: Vec<CommandId>,
    /// Rows of the trail that do not follow from the one before.
    pub broken: Vec<String>,
}

impl Written {
    /// They begin, with looks at one session that nobody else minds.
    ///
    /// # Errors
    /// When the log cannot be made.
    pub fn begin(
        night: &Night,
        (therapist, session): (PersonId, SessionId),
        log: &Path,
    ) -> anyhow::Result<Self> {
        let book = Rc::new(Book {
            log: RefCell::new(File::create(log)?),
            acknowledged: RefCell::default(),
            refused: Cell::default(),
            is_over: Cell::default(),
        });
        let write = |_writer| {
            actix_web::rt::spawn(writes(Rc::clone(&night.hands), Rc::clone(&book), therapist, session))
        };
        let writers = (0..WRITERS).map(write).collect();
        Ok(Self { book, writers })
    }

    /// They stop, and every row is looked for, with an engine's own configuration.
    ///
    /// # Errors
    /// When the rows cannot be read.
    pub async fn end(self, night: &Night, config: &Path) -> anyhow::Result<Kept> {
        self.book.is_over.set(true);
        for writer in self.writers {
            writer.await?;
        }
        // The row itself, and the command with its sealed answer: both were promised.
        let sql = "select a.id from checkins_answer a join checkins_command c
                   on c.clinic_id = a.clinic_id and c.id = a.id where c.answer <> ''";
        let rows = night.rows.ask(sql).await?;
        let there: Result<BTreeSet<CommandId>, _> = rows.iter().map(|row| store::id(row, "id")).collect();
        let acknowledged = self.book.acknowledged.take();
        let missing = acknowledged.difference(&there?).copied().collect();
        let config = Config::read(Some(config))?;
        let pool = Pool::open(&config.database(), Some(SERVICE)).await?;
        let store = Store::new(&pool, SERVICE, run::ground_of_a_part(config, Clock::system())?);
        let broken = audit::verify(&store).await?.broken;
        store.db().close_by_ref().await?;
        Ok(Kept { acknowledged: acknowledged.len(), refused: self.book.refused.get(), missing, broken })
    }
}

async fn writes(hands: Rc<Hands>, book: Rc<Book>, therapist: PersonId, session: SessionId) {
    while !book.is_over.get() {
        match hands.look(therapist, session).await {
            Ok(id) => {
                if let Err(error) = writeln!(book.log.borrow_mut(), "{id}") {
                    eprintln!("the driver's own log failed: {error}");
                }
                book.acknowledged.borrow_mut().insert(id);
            }
            Err(failure) => {
                eprintln!("a look was not taken: {failure:#}");
                book.refused.set(book.refused.get() + 1);
            }
        }
        pause(BREATH).await;
    }
}
