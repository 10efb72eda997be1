//! What the router would say by itself, in the house's words: a way of asking that nobody offers, a socket's address
//! asked for a page.

use crate::problem::Problem;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};
use proto::problems;
use std::sync::Arc;
use utoipa::openapi::path::{PathItem, Paths};

/// Every documented path with the methods it answers to.
#[derive(Debug, Clone, Default)]
pub struct Ways(Arc<Vec<(String, Vec<Method>)>>);

impl Ways {
    /// What these routes document.
    pub fn of(paths: &Paths) -> Self {
        let known = paths.paths.iter().map(|(path, item)| (path.clone(), methods(item)));
        Self(Arc::new(known.collect()))
    }

    /// With a path that documents itself elsewhere.
    pub fn and(self, path: &str, method: Method) -> Self {
        let mut known = Arc::unwrap_or_clone(self.0);
        known.push((path.to_owned(), vec![method]));
        Self(Arc::new(known))
    }

    /// Nothing answered: 405 with `Allow` where the path is known, else 404.
    pub fn refuse(&self, path: &str) -> HttpResponse {
        let allowed: Vec<&str> = self
            .0
            .iter()
            .filter(|(known, _)| fits(known, path))
            .flat_map(|(_, ways)| ways)
            .map(Method::as_str)
            .collect();
        if allowed.is_empty() {
            return Problem::new(&problems::NOT_FOUND).error_response();
        }
        let mut answer = Problem::new(&problems::METHOD_NOT_ALLOWED).error_response();
        if let Ok(allowed) = HeaderValue::from_str(&allowed.join(", ")) {
            answer.headers_mut().insert(header::ALLOW, allowed);
        }
        answer
    }
}

fn methods(item: &PathItem) -> Vec<Method> {
    let documented = [
        (&item.get, Method::GET),
        (&item.post, Method::POST),
        (&item.put, Method::PUT),
        (&item.patch, Method::PATCH),
        (&item.delete, Method::DELETE),
    ];
    documented.into_iter().filter(|(operation, _)| operation.is_some()).map(|(_, method)| method).collect()
}

/// Whether a path is one of `/sessions/{session}/watch`.
fn fits(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given))
                if wanted == given || wanted.starts_with('{') && !given.is_empty() => {}
            (_, _) => return false,
        }
    }
}

/// The last answer below one prefix such as `/api/care`.
pub fn last(config: &mut ServiceConfig, prefix: String, ways: Ways) {
    let answer = move |request: HttpRequest| {
        let path = request.path();
        let answer = ways.refuse(path.strip_prefix(prefix.as_str()).unwrap_or(path));
        async move { answer }
    };
    config.default_service(web::to(answer));
}

/// An address that speaks WebSocket only.
///
/// # Errors
/// When no socket is asked for.
pub fn wants_socket(headers: &HeaderMap) -> Result<(), Problem> {
    let asked = headers.get(header::UPGRADE).and_then(|value| value.to_str().ok());
    let is_socket = asked.is_some_and(|protocol| protocol.eq_ignore_ascii_case("websocket"));
    if is_socket { Ok(()) } else { Err(Problem::new(&problems::SOCKET_ONLY)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::App;
    use actix_web::guard::Get;
    use actix_web::test::{TestRequest, call_service, init_service, read_body_json};
    use std::collections::BTreeMap;
    use utoipa::openapi::path::{HttpMethod, Operation};

    fn ways() -> Ways {
        let mut paths = Paths::new();
        let mut item = PathItem::new(HttpMethod::Get, Operation::new());
        item.post = Some(Operation::new());
        paths.paths.insert("/journal".into(), item);
        Ways::of(&paths).and("/sessions/{session}/trail", Method::GET)
    }

    fn refused(path: &str) -> (u16, Option<String>) {
        let answer = ways().refuse(path);
        let allow = answer.headers().get(header::ALLOW).and_then(|value| value.to_str().ok());
        (answer.status().as_u16(), allow.map(str::to_owned))
    }

    #[test]
    fn a_known_path_names_its_methods() {
        assert_eq!(refused("/journal"), (405, Some("GET, POST".into())));
        assert_eq!(refused("/sessions/7/trail"), (405, Some("GET".into())));
    }

    async fn asked(request: TestRequest) -> (u16, String) {
        let place =
            async |_: web::Path<uuid::Uuid>, _: web::Query<BTreeMap<String, bool>>| HttpResponse::Ok();
        let scope = web::scope("/api/care").configure(|config| {
            last(config, "/api/care".into(), ways());
            config.app_data(crate::body::paths()).app_data(crate::body::queries());
            config.service(web::resource("/journal/{id}").guard(Get()).to(place));
        });
        let answer = call_service(&init_service(App::new().service(scope)).await, request.to_request()).await;
        let status = answer.status().as_u16();
        let body: serde_json::Value = read_body_json(answer).await;
        (status, body["code"].as_str().unwrap().to_owned())
    }

    #[actix_web::test]
    async fn what_the_router_refuses_is_a_problem_like_any_other() {
        let get = |path: &str| TestRequest::get().uri(path);
        let id = "0193a000-0000-7000-8000-000000000000";
        assert_eq!(asked(get("/api/care/journal/null")).await, (404, "not_found".into()));
        assert_eq!(
            asked(get(&format!("/api/care/journal/{id}?open=maybe"))).await,
            (422, "field.type".into())
        );
        assert_eq!(asked(TestRequest::delete().uri("/api/care/journal")).await, (405, "http.method".into()));
        assert_eq!(asked(get("/api/care/ghost")).await, (404, "not_found".into()));
    }

    #[test]
    fn an_unknown_path_is_not_found() {
        for path in ["/journals", "/journal/", "/sessions//trail", "/sessions/7", "/sessions/7/trail/8", ""] {
            assert_eq!(refused(path), (404, None), "{path}");
        }
    }
}
