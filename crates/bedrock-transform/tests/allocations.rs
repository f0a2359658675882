//! How often mapping asks for memory. One test in a process of its own: the counter is the process's.

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

mod bodies;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn allocations<T>(work: impl FnOnce() -> T) -> usize {
    let region = Region::new(ALLOCATOR);
    let done = work();
    let change = region.change();
    drop(done);
    change.allocations + change.reallocations
}

#[test]
fn a_conversation_takes_few_allocations_and_a_delta_none() {
    let spec = bodies::spec();
    for (name, json, most) in [
        ("small", bodies::small(), 40),
        ("15 KB, 4 tools", bodies::conversation(20, 10, 4), 40),
        ("100 KB, 10 tools", bodies::conversation(40, 30, 10), 80),
    ] {
        let request = bodies::read(&json);
        // The thread that waits for this test may allocate, too, but not each time.
        let counted = (0..5).map(|_| allocations(|| bodies::map(&request, &spec))).min().unwrap();
        assert!(counted <= most, "{name}: {counted} allocations, of {most}");
    }

    let reply = bodies::map(&bodies::read(&bodies::conversation(1, 1, 1)), &spec).reply;
    let mut decoder = reply.decoder(&bodies::meta());
    let mut out = Vec::with_capacity(1 << 16);
    let events = bodies::events();
    let mut push = |name: &str| {
        let event = &events.iter().find(|(known, _)| *known == name).unwrap().1;
        allocations(|| decoder.push_with(event, &mut |step| serde_json::to_writer(&mut out, &step).unwrap()).unwrap())
    };
    for name in ["text", "reasoning"] {
        push(name);
        assert_eq!((0..5).map(|_| push(name)).min(), Some(0), "{name}");
    }
    push("tool");
    // The backslashes of JSON within JSON are taken out once.
    assert!(push("arguments") <= 2);
}
