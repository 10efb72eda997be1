//! The house's own document: what the handlers say about themselves, made even and complete.
//! A handler names what is its own; what holds for all of them is said once, here.

use crate::origin::is_signed;
use crate::routes::SERVICES;
use chassis::problem::ProblemBody;
use chassis::trail::TrailRow;
use utoipa::openapi::path::{HttpMethod, Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, KnownFormat, LicenseBuilder, ObjectBuilder, OpenApi, Ref, RefOr,
    Required, ResponseBuilder, Schema, SchemaFormat, Type,
};
use utoipa::{PartialSchema as _, ToSchema};

/// How the cookie is called in the document.
const COOKIE: &str = "cookie";
/// How the telephone provider proves itself.
const PROVIDER: &str = "provider";
/// Whose terms the house is under (SPDX).
const LICENCE: &str = "MIT OR Apache-2.0";
/// A `UUIDv7` as everyone writes it (RFC 9562).
const UUID_V7: &str = "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$";
/// The media type of a refusal (RFC 9457).
const PROBLEM: &str = "application/problem+json";
/// What a refusal means on every route; a route may say it better.
const REFUSALS: &[(&str, &str)] = &[
    ("400", "The request is not one we can read."),
    ("401", "Nobody is signed in."),
    ("403", "It is not theirs to do, or it did not come from our page."),
    ("404", "There is nothing here for them."),
    ("409", "It does not fit the state of things."),
    ("410", "The link cannot be used."),
    ("413", "The body is too large."),
    ("415", "The body is not JSON."),
    ("422", "A field is missing, unknown or out of bounds."),
    ("429", "Too many requests."),
];

/// Makes the gathered document whole.
pub fn complete(mut document: OpenApi) -> OpenApi {
    document.info = InfoBuilder::new()
        .title("Holdspace")
        .version("1")
        .description(Some("Every route of the house. Refusals are application/problem+json (RFC 9457)."))
        .license(Some(LicenseBuilder::new().name(LICENCE).identifier(Some(LICENCE)).build()))
        .build();
    let named = ["house"].into_iter().chain(SERVICES);
    document.tags = Some(named.map(|name| TagBuilder::new().name(name).build()).collect());
    document.security = Some(vec![SecurityRequirement::new(COOKIE, Vec::<String>::new())]);
    let components = document.components.get_or_insert_with(Components::new);
    describe(components);
    for service in SERVICES {
        let path = format!("/api/{service}/sessions/{{session}}/trail");
        document.paths.paths.insert(path, PathItem::new(HttpMethod::Get, trail(service)));
    }
    for (path, item) in &mut document.paths.paths {
        for (is_change, operation) in [(false, &mut item.get), (true, &mut item.post)] {
            if let Some(operation) = operation {
                whole(path, is_change, operation);
            }
        }
    }
    document
}

/// What many routes refer to.
fn describe(components: &mut Components) {
    let key = ApiKeyValue::with_description(
        "__Host-sid",
        "An opaque cookie, given at sign-in or when a link is redeemed.",
    );
    components.add_security_scheme(COOKIE, SecurityScheme::ApiKey(ApiKey::Cookie(key)));
    let signature = ApiKeyValue::with_description(
        "X-Twilio-Signature",
        "HMAC-SHA1 under the account's secret, in base64, of the address and every field of the form.",
    );
    components.add_security_scheme(PROVIDER, SecurityScheme::ApiKey(ApiKey::Header(signature)));
    components.schemas.insert(ProblemBody::name().into(), ProblemBody::schema());
    components.schemas.insert(TrailRow::name().into(), TrailRow::schema());
}

/// The trail is the same in every service, so no handler of theirs documents it.
fn trail(service: &str) -> Operation {
    let rows = Schema::Array(utoipa::openapi::Array::new(Ref::from_schema_name(TrailRow::name())));
    let good = ResponseBuilder::new()
        .description("Who did what, when.")
        .content("application/json", ContentBuilder::new().schema(Some(rows)).build());
    let mut operation = Operation::new();
    operation.operation_id = Some(format!("read_{service}_trail"));
    operation.summary = Some("The trail of one session in this service.".into());
    operation.responses.responses.insert("200".into(), good.build().into());
    operation
}

/// Tag, parameters, and every refusal that can come.
fn whole(path: &str, is_change: bool, operation: &mut Operation) {
    let service = path.split('/').nth(2).filter(|name| SERVICES.contains(name));
    operation.tags = Some(vec![service.unwrap_or("house").into()]);
    let is_signed = is_signed(path);
    let is_public = operation.security.is_some() && !is_signed;
    if is_public {
        operation.security = Some(vec![SecurityRequirement::default()]);
    }
    place_parameters(path, operation);
    let is_command =
        is_change && !is_public && !is_signed && service.is_some() && !path.ends_with("/sign-out");
    if is_command {
        operation.parameters.get_or_insert_default().push(command_id().into());
    }
    let has_place = path.contains('{');
    let (has_body, has_query) = (operation.request_body.is_some(), has_query(operation));
    for (status, sentence) in REFUSALS {
        let can_come = match *status {
            "400" => is_command || has_body,
            // Whoever is not the provider finds nothing there.
            _any if is_signed => matches!(*status, "404" | "429"),
            "401" => !is_public,
            "403" => !is_public || is_change,
            "404" => has_place,
            "409" => is_command,
            "413" | "415" => has_body,
            "422" => has_body || has_query,
            "429" => true,
            _other => false,
        };
        if can_come || operation.responses.responses.contains_key(*status) {
            operation.responses.responses.insert((*status).into(), refusal(sentence));
        }
    }
}

fn has_query(operation: &Operation) -> bool {
    let mut all = operation.parameters.iter().flatten();
    all.any(|one| matches!(one, RefOr::T(Parameter { parameter_in: ParameterIn::Query, .. })))
}

/// Every `{name}` of a path has its parameter, and its text says what it is.
fn place_parameters(path: &str, operation: &mut Operation) {
    let parameters = operation.parameters.get_or_insert_default();
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    for name in names {
        let is_named = |one: &RefOr<Parameter>| matches!(one, RefOr::T(found) if found.name == name);
        if !parameters.iter().any(is_named) {
            parameters.push(place(name).into());
        }
    }
}

fn place(name: &str) -> Parameter {
    let text = ObjectBuilder::new().schema_type(Type::String);
    // Questionnaires and checklist items have names; everything else has an id.
    let is_name = matches!(name, "instrument" | "item");
    let text = if is_name { text } else { text.format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))) };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(text.build()))
        .build()
}

fn command_id() -> Parameter {
    let uuid = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
        .pattern(Some(UUID_V7))
        .build();
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::True)
        .description(Some("The command id, a UUIDv7 made by the client. A repeat gets the first answer."))
        .schema(Some(uuid))
        .build()
}

fn refusal(sentence: &str) -> RefOr<utoipa::openapi::Response> {
    let body = ContentBuilder::new().schema(Some(Ref::from_schema_name(ProblemBody::name()))).build();
    ResponseBuilder::new().description(sentence).content(PROBLEM, body).build().into()
}
