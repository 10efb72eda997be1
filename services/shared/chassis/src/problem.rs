//! How the house says no over HTTP: RFC 9457, always.

use crate::crypto::DoesNotOpen;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use proto::problems::{self, ProblemKind};
use sea_orm::DbErr;
use serde::Serialize;
use std::fmt;
use utoipa::ToSchema;

/// A refusal that a client may read. The cause stays in our log.
#[derive(Debug)]
pub struct Problem {
    kind: &'static ProblemKind,
    detail: Option<String>,
    fields: Vec<Field>,
    cause: Option<String>,
}

/// One thing that is wrong, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Field {
    /// The field's or the item's name.
    pub name: String,
    /// A dotted code.
    pub code: String,
    /// What to do about it.
    pub detail: String,
    /// Who can settle it, if that is someone else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

/// The body of every refusal (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemBody {
    /// A URI for the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What to do now.
    pub detail: String,
    /// Stable and dotted.
    pub code: String,
    /// For finding it in our log.
    pub request_id: String,
    /// What exactly is wrong.
    pub fields: Vec<Field>,
}

impl Problem {
    /// A problem of this kind, with the table's sentence.
    pub const fn new(kind: &'static ProblemKind) -> Self {
        Self { kind, detail: None, fields: vec![], cause: None }
    }

    /// With a more exact sentence.
    pub fn detail(mut self, sentence: impl Into<String>) -> Self {
        self.detail = Some(sentence.into());
        self
    }

    /// Naming one field.
    pub fn field(
        mut self,
        name: impl Into<String>,
        code: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        self.fields.push(Field { name: name.into(), code: code.into(), detail: detail.into(), owner: None });
        self
    }

    /// Naming many.
    pub fn fields(mut self, fields: impl IntoIterator<Item = Field>) -> Self {
        self.fields.extend(fields);
        self
    }

    /// With the cause, for our log only.
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    /// The code.
    pub fn code(&self) -> &'static str {
        self.kind.code
    }

    /// The body a client reads.
    pub fn body(&self, request_id: &str) -> ProblemBody {
        ProblemBody {
            kind: format!("/problems/{}", self.kind.code),
            title: self.kind.title.into(),
            status: self.kind.status,
            detail: self.detail.clone().unwrap_or_else(|| self.kind.detail.into()),
            code: self.kind.code.into(),
            request_id: request_id.into(),
            fields: self.fields.clone(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.code)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let request_id = crate::telemetry::current_request_id();
        if self.kind.status >= 500 {
            tracing::error!(code = self.kind.code, cause = self.cause.as_deref(), request.id = %request_id, "refused");
        } else {
            tracing::debug!(code = self.kind.code, cause = self.cause.as_deref(), request.id = %request_id, "refused");
        }
        HttpResponse::build(self.status_code())
            .content_type("application/problem+json")
            .insert_header(("cache-control", "no-store"))
            .json(self.body(&request_id))
    }
}

/// What can go wrong between a handler and the rows.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A rule said no; the sentence is ready.
    #[error("refused: {0}")]
    Refused(Box<Problem>),
    /// There is no such thing in this clinic.
    #[error("not found")]
    Missing,
    /// Someone else changed the row meanwhile.
    #[error("changed under you")]
    Changed,
    /// The database said no.
    #[error("the database failed")]
    Database(#[source] DbErr),
    /// A sealed value did not open: wrong key, or moved.
    #[error("a sealed value did not open")]
    Sealed,
    /// A stored value does not parse any more.
    #[error("a stored value does not parse: {0}")]
    Stored(String),
}

impl From<DbErr> for Failure {
    fn from(error: DbErr) -> Self {
        Self::Database(error)
    }
}

impl From<DoesNotOpen> for Failure {
    fn from(_closed: DoesNotOpen) -> Self {
        Self::Sealed
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Refused(Box::new(problem))
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(problem) => *problem,
            Failure::Missing => Self::new(&problems::NOT_FOUND),
            Failure::Changed => Self::new(&problems::CHANGED_UNDER_YOU),
            Failure::Database(error) => Self::new(&problems::HOUSE_BROKEN).because(error),
            Failure::Sealed => Self::new(&problems::HOUSE_BROKEN).because("a sealed value did not open"),
            Failure::Stored(what) => Self::new(&problems::HOUSE_BROKEN).because(what),
        }
    }
}
