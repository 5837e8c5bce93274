"""JSON by the interpreter's own C functions.

Module json brings module re along, and the two together take longer to import than the interpreter takes to start; each
run pays that, because a started interpreter serves one run only. Where the C functions are not as expected, json serves.
"""


def _quick():
    import _json

    class Rules:
        """What the C scanner asks for; the same as json's defaults."""

        strict = True
        object_hook = None
        object_pairs_hook = None
        parse_float = float
        parse_int = int
        parse_constant = float
        memo = {}

    scan = _json.make_scanner(Rules)
    # No NaN and no infinities: they are not JSON.
    encode = _json.make_encoder({}, None, _json.encode_basestring_ascii, None, ": ", ", ", False, False, False)

    def loads(text):
        return scan(text.strip(), 0)[0]

    def dumps(value):
        return "".join(encode(value, 0))

    if loads(dumps({"a": [1, 2.5, "\u00e9", None, True]})) != {"a": [1, 2.5, "\u00e9", None, True]}:
        raise ImportError("_json is not as expected")
    return loads, dumps


try:
    loads, dumps = _quick()
except (ImportError, AttributeError, TypeError):
    import json

    loads = json.loads

    def dumps(value):
        return json.dumps(value, allow_nan=False)
