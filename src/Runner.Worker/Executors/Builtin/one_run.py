"""Reads one JSON document {handler, parameters, environment} from stdin, and prints one control line of the tool contract:
{"$capns": "result", "value": ...} or {"$capns": "error", "type": ..., "message": ...}. Does nothing before stdin has ended,
so the interpreter may be started before a run is known.

An interpreter serves one run only, so what it loads and tears down is paid by each run: module os is left out (posix is the
part of it in C), and the process ends without the interpreter's own end.
"""
import posix

from quick_json import dumps, loads
from tool_error import ToolError

STDIN = 0
STDOUT = 1
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


def read_all():
    """Everything on stdin."""
    parts = []
    while part := posix.read(STDIN, 65536):
        parts.append(part)
    return b"".join(parts)


def write_all(data):
    """Everything to stdout, however little it takes at a time."""
    rest = memoryview(data)
    while rest:
        rest = rest[posix.write(STDOUT, rest):]


def main():
    """Ends the process; an exception that escapes ends it as usual."""
    document = loads(read_all().decode())
    for name, value in document.get("environment", {}).items():
        # Module os, should a tool load it, takes its environment from here.
        posix.environ[name.encode()] = value.encode()
    line = run(document)
    write_all((dumps(line) + "\n").encode())
    posix._exit(0 if line["$capns"] == "result" else 1)
