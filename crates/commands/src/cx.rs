//! What a handler may touch.

use config::Config;
use keyspace::Db;
use resp::reply::Reply;
use stdx::rng::SeededRng;

use crate::effects::Effects;

/// What a handler may touch: nothing else exists for it.
#[derive(Debug)]
pub struct Cx<'a> {
    /// The door to the selected database (and to the others, see [`Db::other`]).
    pub db: Db<'a>,
    /// The answer.
    pub reply: Reply<'a>,
    /// What the command causes.
    pub effects: &'a mut Effects,
    /// The settings.
    pub config: &'a Config,
    /// Randomness.
    pub rng: &'a mut SeededRng,
}
