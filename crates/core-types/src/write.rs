//! What the writers share.

use serde::ser::{Serialize, SerializeMap};

/// Writes a member that may be absent.
pub(crate) fn optional<M: SerializeMap, T: Serialize>(
    map: &mut M,
    key: &'static str,
    value: Option<&T>,
) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| map.serialize_entry(key, value))
}

/// Writes a list, unless it is empty.
pub(crate) fn list<M: SerializeMap, T: Serialize>(map: &mut M, key: &'static str, list: &[T]) -> Result<(), M::Error> {
    if list.is_empty() { Ok(()) } else { map.serialize_entry(key, list) }
}

/// Writes a flag, unless it is down.
pub(crate) fn flag<M: SerializeMap>(map: &mut M, key: &'static str, flag: bool) -> Result<(), M::Error> {
    if flag { map.serialize_entry(key, &true) } else { Ok(()) }
}
