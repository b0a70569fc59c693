import pathlib, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[4] / "packages/processes/workers/python"))
from job_orch_worker import serve

serve({"echo": lambda request, context: request})
