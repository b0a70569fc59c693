//! Built by pools/processes/job-orch.ts.
#[path = "../../../../packages/processes/workers/rust/job_orch_worker.rs"]
mod job_orch_worker;
use job_orch_worker::{serve, Job};

fn main() {
    let jobs: Vec<(&str, Job)> = vec![("echo", Box::new(|request, _| Ok(request.to_string())))];
    serve("bench", jobs)
}
