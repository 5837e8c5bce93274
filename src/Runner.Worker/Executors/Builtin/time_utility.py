"""time-utility: {operation, value, other, amount, unit, timezone} -> {iso, epochMs} or {milliseconds}.

value and other are ISO 8601 text or milliseconds since 1970 in UTC; text without an offset is local time of timezone (IANA
name, default UTC), in which the result is written. add and subtract go by the calendar of timezone for days and longer units
(31 January plus 1 month is the last day of February), by elapsed time for shorter ones. diff is other minus value.
"""
import datetime

from tool_error import ToolError, one_of, wrong

OPERATIONS = ("current", "parse", "add", "subtract", "diff")
ELAPSED = {"milliseconds": 1, "seconds": 1000, "minutes": 60_000, "hours": 3_600_000}
CALENDAR = ("days", "weeks", "months", "years")
UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = datetime.timedelta(milliseconds=1)


def run(parameters):
    operation = one_of(parameters, "operation", OPERATIONS)
    zone = read_zone(parameters.get("timezone", "UTC"))
    try:
        if operation == "current":
            return written(datetime.datetime.now(UTC), zone)
        value = read_time(parameters, "value", zone)
        if operation == "parse":
            return written(value, zone)
        if operation == "diff":
            return {"milliseconds": (read_time(parameters, "other", zone) - value) // MILLISECOND}
        return written(moved(value, zone, parameters, -1 if operation == "subtract" else 1), zone)
    except OverflowError:
        raise ToolError("execution", "The time is outside the years 1 to 9999.") from None


def read_zone(name):
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, TypeError, OSError, AttributeError):
        raise wrong(f"timezone must be an IANA name such as Europe/Berlin; it is {name!r}.") from None


def read_time(parameters, name, zone):
    value = parameters.get(name)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return EPOCH + datetime.timedelta(milliseconds=value)
    if not isinstance(value, str):
        raise wrong(f"{name} must be ISO 8601 text or milliseconds since 1970; it is {value!r}.")
    try:
        time = datetime.datetime.fromisoformat(value)
    except ValueError:
        raise wrong(f"{name} must be ISO 8601 text such as 2026-03-02T09:15:00Z; it is {value!r}.") from None
    return (time if time.tzinfo else time.replace(tzinfo=zone)).astimezone(UTC)


def moved(value, zone, parameters, sign):
    amount = parameters.get("amount")
    if isinstance(amount, bool) or not isinstance(amount, (int, float)):
        raise wrong(f"amount must be a number; it is {amount!r}.")
    unit = one_of(parameters, "unit", tuple(ELAPSED) + CALENDAR)
    if unit in ELAPSED:
        return value + sign * datetime.timedelta(milliseconds=amount * ELAPSED[unit])
    if amount != int(amount):
        raise wrong(f"amount must be a whole number for {unit}; it is {amount!r}.")
    local = value.astimezone(zone)
    steps = sign * int(amount)
    if unit in ("days", "weeks"):
        there = local.replace(tzinfo=None) + datetime.timedelta(days=steps * (7 if unit == "weeks" else 1))
    else:
        there = months_later(local.replace(tzinfo=None), steps * (12 if unit == "years" else 1))
    return there.replace(tzinfo=zone, fold=local.fold).astimezone(UTC)


def months_later(local, months):
    index = local.year * 12 + local.month - 1 + months
    year, month = index // 12, index % 12 + 1
    if not 1 <= year <= 9999:
        raise OverflowError
    return local.replace(year=year, month=month, day=min(local.day, days_of(year, month)))


def days_of(year, month):
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def written(value, zone):
    text = value.astimezone(zone).isoformat(timespec="milliseconds")
    return {"iso": text.replace("+00:00", "Z") if zone is UTC else text, "epochMs": (value - EPOCH) // MILLISECOND}
