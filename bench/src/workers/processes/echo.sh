#!/usr/bin/env bash
source "${BASH_SOURCE[0]%/*}/../../../../packages/processes/workers/bash/job-orch-worker.sh"

echo_job() { REPLY=$1; }
job_orch_serve echo=echo_job
