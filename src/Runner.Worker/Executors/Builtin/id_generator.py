"""id-generator: {kind, count, prefix} -> {ids}.

random: UUID version 4. timestamp: milliseconds since 1970 in UTC, 13 digits, and a running number of 4 digits. sequential:
1, 2, 3 ... within this call, 6 digits; runs share nothing, so the next call starts at 1 again.
"""
import posix
import time

from tool_error import one_of, wrong

KINDS = ("sequential", "random", "timestamp")


def run(parameters):
    kind = one_of(parameters, "kind", KINDS, default="random")
    count = parameters.get("count", 1)
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= 100:
        raise wrong(f"count must be a whole number from 1 to 100; it is {count!r}.")
    prefix = parameters.get("prefix", "")
    if not isinstance(prefix, str) or len(prefix) > 64:
        raise wrong("prefix must be text of at most 64 characters.")
    return {"ids": [prefix + text for text in make(kind, count)]}


def make(kind, count):
    if kind == "random":
        return [random_uuid() for _ in range(count)]
    if kind == "timestamp":
        now = time.time_ns() // 1_000_000
        return [f"{now:013d}-{number:04d}" for number in range(1, count + 1)]
    return [f"{number:06d}" for number in range(1, count + 1)]


def random_uuid():
    value = bytearray(posix.urandom(16))
    value[6] = value[6] & 0x0F | 0x40
    value[8] = value[8] & 0x3F | 0x80
    text = value.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
