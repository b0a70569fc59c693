//! The conformance jobs (docs/protocol.md) in Rust. Build: rustc -O --edition 2021 conformance.rs
mod job_orch_worker;
use job_orch_worker::{cancelled, failure, serve, Job};
use std::time::Duration;

fn main() {
    let jobs: Vec<(&str, Job)> = vec![
        ("ljp.echo", Box::new(|request, _| Ok(request.to_string()))),
        ("ljp.fail", Box::new(|request, _| {
            let message = request.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(request).replace("\\\"", "\""); // a program of yours would use a JSON library
            Err(failure("ConformanceError", &message, "ERR_CONFORMANCE", "never"))
        })),
        ("ljp.sleep", Box::new(|request, context| {
            let ms = request.parse().map_err(|_| failure("TypeError", "not a number", "ERR_REQUEST", "never"))?;
            if context.cancelled(Duration::from_millis(ms)) { Err(cancelled()) } else { Ok(request.to_string()) }
        })),
        ("ljp.print", Box::new(|request, _| {
            let text = request.trim_matches('"');
            println!("{text}");
            eprintln!("{text}");
            print!("{text} without an end");
            Ok(request.to_string())
        })),
        ("ljp.report", Box::new(|request, context| {
            context.progress(request);
            context.log(r#"{"level":"info","message":"reported"}"#);
            Ok(request.to_string())
        })),
        ("ljp.meta", Box::new(|_, context| {
            let known = if context.meta == "{}" { r#"{"attempt":1,"headers":{}}"# } else { &context.meta };
            Ok(known.to_string())
        })),
    ];
    serve("rust-conformance", jobs)
}
