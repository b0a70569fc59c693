import os, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../packages/processes/workers/python"))
from job_orch_worker import serve


def shout(text, context):
    if text == "":
        raise ValueError("nothing to shout")
    return text.upper() + "!"


serve({"shout": shout})
