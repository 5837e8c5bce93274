"""Runs one built-in tool once.

Reads one JSON document {handler, parameters, environment} from stdin, and prints one control line of the tool contract:
{"$capns": "result", "value": ...} or {"$capns": "error", "type": ..., "message": ...}. Does nothing before stdin has ended,
so the interpreter may be started before a run is known.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from quick_json import dumps, loads  # noqa: E402
from tool_error import ToolError  # noqa: E402

HANDLERS = {
    "math-calculator": "math_calculator",
    "text-analysis": "text_analysis",
    "time-utility": "time_utility",
    "id-generator": "id_generator",
}


def run(document):
    """Returns the control line of one run."""
    try:
        module = HANDLERS.get(document["handler"])
        if module is None:
            raise ToolError("validation", f"handler is {document['handler']!r}, which is no built-in tool.")
        value = __import__(module).run(document["parameters"])
        return {"$capns": "result", "value": value}
    except ToolError as error:
        return {"$capns": "error", "type": error.kind, "message": str(error)}


def main():
    document = loads(sys.stdin.buffer.read().decode())
    for name, value in document.get("environment", {}).items():
        os.environ[name] = value
    line = run(document)
    sys.stdout.write(dumps(line) + "\n")
    return 0 if line["$capns"] == "result" else 1


if __name__ == "__main__":
    sys.exit(main())
