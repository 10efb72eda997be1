//! Schemas for what cores name: a core knows no schema, so its words are listed from its own table.

use utoipa::openapi::schema::AdditionalProperties;
use utoipa::openapi::{Object, ObjectBuilder, Type};

/// One of these words.
pub fn one_of(description: &str, words: impl IntoIterator<Item = &'static str>) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .enum_values(Some(words))
        .build()
}

/// What has to be attested: nothing but true is taken.
pub fn yes() -> Object {
    ObjectBuilder::new().schema_type(Type::Boolean).enum_values(Some([true])).build()
}

/// Short answers by question.
pub fn answers(at_least: usize, at_most: usize, length_max: usize) -> Object {
    let short = || ObjectBuilder::new().schema_type(Type::String).max_length(Some(length_max)).build();
    ObjectBuilder::new()
        .description(Some("Answers by question."))
        .property_names(Some(short()))
        .additional_properties(Some(AdditionalProperties::RefOr(short().into())))
        .min_properties(Some(at_least))
        .max_properties(Some(at_most))
        .build()
}
