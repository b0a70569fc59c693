#!/usr/bin/env bash
# The conformance jobs (docs/protocol.md) in bash: npm run conformance:worker -- bash packages/processes/workers/bash/conformance.sh
source "${BASH_SOURCE[0]%/*}/job-orch-worker.sh"

echo_job() { REPLY=$1; }

fail_job() {
  local message=${1#\"}
  message=${message%\"}
  job_orch_fail ConformanceError "${message//\\\"/\"}" ERR_CONFORMANCE never
}

sleep_job() {
  local seconds
  printf -v seconds '%d.%03d' $(($1 / 1000)) $(($1 % 1000))
  sleep "$seconds"
  REPLY=$1
}

print_job() {
  local text=${1#\"}
  printf '%s\n' "${text%\"}"
  printf '%s\n' "${text%\"}" >&2
  printf '%s without an end' "${text%\"}"
  REPLY=$1
}

report_job() {
  job_orch_progress "$1"
  job_orch_log info reported
  REPLY=$1
}

job_orch_serve ljp.echo=echo_job ljp.fail=fail_job ljp.sleep=sleep_job ljp.print=print_job ljp.report=report_job
