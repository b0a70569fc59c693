"""The terms of a text, in Python: what jobs/terms.ts does, by the same table of letters (hosts/letters.ts)."""
import os, re, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../packages/processes/workers/python"))
from job_orch_worker import serve

LONGEST_TERM, MOST_REPEATS = 40, 4

with open(sys.argv[1], "rb") as table:
    KINDS = table.read(65536)
    LOWER = memoryview(table.read()).cast("H")


def ranges():
    """What words are made of, as ranges of a regular expression; pairs of units are letters."""
    start = None
    for unit in range(65537):
        inside = unit < 65536 and KINDS[unit] != 0 and not 0xD800 <= unit < 0xE000
        if inside and start is None:
            start = unit
        elif not inside and start is not None:
            yield "\\u%04x-\\u%04x" % (start, unit - 1)
            start = None
    yield "\U00010000-\U0010ffff"


WORD = re.compile("[" + "".join(ranges()) + "]+")
HUMP = re.compile("(?<=[^A-Z])(?=[A-Z])")
LOWERED = {unit: LOWER[unit] for unit in range(65536) if LOWER[unit] != unit}


def units(word):
    return len(word) if word.isascii() else len(word.encode("utf-16-le")) // 2


def count_terms(text, context):
    found, tokens = {}, 0
    for word in WORD.findall(text):
        tokens += 1
        parts = HUMP.split(word)
        for part in [word] if len(parts) == 1 else [word, *parts]:
            if units(part) > LONGEST_TERM:
                continue
            entry = found.setdefault(part.translate(LOWERED), [part, 0])
            entry[1] += 1
    return {"tokens": tokens, "terms": " ".join(" ".join([part] * min(count, MOST_REPEATS)) for part, count in found.values())}


serve({"count-terms": count_terms})
