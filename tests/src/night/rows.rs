//! How the driver reads the house's rows: with a connection for each look, so that it never holds a disk that a drill
//! wants to take away, and without the right to write, so that it never repairs what an engine must repair.

use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbErr, QueryResult, Statement,
};
use std::time::Duration;

/// A look while things go wrong that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(2);
/// The same afterwards: a database that has just come back may still be busy with itself.
const IN_PEACE: Duration = Duration::from_mins(1);

/// The house's rows.
#[derive(Clone)]
pub(super) struct Rows(String);

impl Rows {
    /// Those of the database at this address.
    pub(super) fn of(database: &str) -> Self {
        let manner = if database.starts_with("sqlite:") { "?mode=ro" } else { "" };
        Self(format!("{database}{manner}"))
    }

    /// A connection; whoever opens it closes it.
    pub(super) async fn open(&self) -> Result<DatabaseConnection, DbErr> {
        self.open_within(PATIENCE).await
    }

    async fn open_within(&self, patience: Duration) -> Result<DatabaseConnection, DbErr> {
        let mut options = ConnectOptions::new(self.0.clone());
        options.max_connections(1).sqlx_logging(false).acquire_timeout(patience).connect_timeout(patience);
        options.map_sqlx_postgres_opts(|postgres| postgres.options([("search_path", "checkins")]));
        Database::connect(options).await
    }

    /// The same, once nothing goes wrong any more.
    pub(super) async fn opened(&self) -> Result<DatabaseConnection, DbErr> {
        self.open_within(IN_PEACE).await
    }

    /// One question.
    pub(super) async fn ask(&self, sql: &str) -> Result<Vec<QueryResult>, DbErr> {
        asked(self.open().await?, sql).await
    }

    /// The same, once nothing goes wrong any more.
    pub(super) async fn ask_in_peace(&self, sql: &str) -> Result<Vec<QueryResult>, DbErr> {
        asked(self.opened().await?, sql).await
    }
}

async fn asked(db: DatabaseConnection, sql: &str) -> Result<Vec<QueryResult>, DbErr> {
    let answer = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await;
    db.close().await?;
    answer
}
