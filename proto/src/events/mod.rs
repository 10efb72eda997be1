//! Every event, one file per speaking service.

pub mod care;
pub mod checkins;
pub mod house;
pub mod identity;
pub mod notify;
pub mod safety;
pub mod scheduling;
pub mod video;

use serde_json::Value;

/// Makes event types: a struct, its name, and its row in the service's catalogue.
macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $wire:literal { $($(#[$field_doc:meta])* $field:ident: $kind:ty,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
            pub struct $name { $($(#[$field_doc])* pub $field: $kind,)* }

            impl crate::envelope::Event for $name {
                const NAME: &'static str = $wire;
            }
        )*

        /// Name and schema of everything this service says.
        pub fn catalogue() -> Vec<(&'static str, serde_json::Value)> {
            vec![$(($wire, schemars::schema_for!($name).to_value()),)*]
        }
    };
}
pub(crate) use events;

/// The whole catalogue, as checked in under `proto/events.json`.
pub fn catalogue() -> Value {
    let all = [
        identity::catalogue(),
        scheduling::catalogue(),
        safety::catalogue(),
        checkins::catalogue(),
        care::catalogue(),
        video::catalogue(),
        notify::catalogue(),
        house::catalogue(),
    ];
    all.into_iter()
        .flatten()
        .map(|(name, schema)| (name.to_owned(), schema))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
