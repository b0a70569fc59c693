"""The conformance jobs (docs/protocol.md) in Python: npm run conformance:worker -- python3 packages/processes/workers/python/conformance.py"""
import sys, time
from job_orch_worker import Cancelled, serve


class ConformanceError(Exception):
    code, retry = "ERR_CONFORMANCE", "never"


def fail(request, context):
    raise ConformanceError(request)


def sleep(request, context):
    if context.cancelled(wait=request / 1000):
        raise Cancelled("The host cancelled the request")
    return request


def show(request, context):
    print(request)
    print(request, file=sys.stderr)
    print(request + " without an end", end="", flush=True)
    return request


def report(request, context):
    context.progress(request)
    context.log("info", "reported")
    return request


def meta(request, context):
    left_ms = (context.deadline or 0) - time.time()
    return {"id": context.id, "attempt": context.attempt, "headers": context.headers, "leftMs": left_ms * 1000}


serve({"ljp.echo": lambda request, context: request, "ljp.fail": fail, "ljp.sleep": sleep, "ljp.print": show, "ljp.report": report, "ljp.meta": meta})
