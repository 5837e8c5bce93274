"""math-calculator: {operation, operands} -> {value}. Angles are in radians.

add, subtract, multiply and divide go through two or more operands from left to right; power takes base and exponent;
sqrt, sin, cos and tan take one. Whole numbers stay whole as long as every JSON reader can hold them (2^53).
"""
import math

from tool_error import ToolError, one_of, wrong

LARGEST_WHOLE = 2 ** 53
FOLDED = ("add", "subtract", "multiply", "divide")
OPERATIONS = FOLDED + ("power", "sqrt", "sin", "cos", "tan")


def run(parameters):
    operation = one_of(parameters, "operation", OPERATIONS)
    operands = parameters.get("operands")
    if not isinstance(operands, list) or not all(is_number(operand) for operand in operands):
        raise wrong("operands must be an array of numbers.")
    check_count(operation, len(operands))
    try:
        return {"value": tidy(calculate(operation, operands))}
    except ZeroDivisionError:
        raise ToolError("execution", "Division by zero.") from None
    except OverflowError:
        raise ToolError("execution", "The result is too large for a number.") from None


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= 1.7976931348623157e308


def check_count(operation, count):
    if operation in FOLDED:
        if count < 2:
            raise wrong(f"operands must have 2 or more numbers for {operation}; it has {count}.")
    elif count != (2 if operation == "power" else 1):
        raise wrong(f"operands must have {2 if operation == 'power' else 1} for {operation}; it has {count}.")


def calculate(operation, operands):
    first = operands[0]
    if operation in FOLDED:
        value = whole_or_float(first)
        for operand in operands[1:]:
            value = whole_or_float(fold(operation, value, whole_or_float(operand)))
        return value
    if operation == "power":
        return power(float(first), float(operands[1]))
    if operation == "sqrt":
        if first < 0:
            raise ToolError("execution", f"The square root of {first} is no real number.")
        return math.sqrt(first)
    return {"sin": math.sin, "cos": math.cos, "tan": math.tan}[operation](first)


def fold(operation, left, right):
    if operation == "add":
        return left + right
    if operation == "subtract":
        return left - right
    if operation == "multiply":
        return left * right
    return left / right


def power(base, exponent):
    if base == 0 and exponent < 0:
        raise ZeroDivisionError
    try:
        return math.pow(base, exponent)
    except ValueError:
        raise ToolError("execution", f"{base} to the power of {exponent} is no real number.") from None


def whole_or_float(value):
    """Integers beyond what JSON readers hold exactly are calculated as floating point, so that no result grows without bound."""
    return float(value) if isinstance(value, int) and abs(value) > LARGEST_WHOLE else value


def tidy(value):
    if isinstance(value, float):
        if math.isinf(value) or math.isnan(value):
            raise OverflowError
        if value.is_integer() and abs(value) <= LARGEST_WHOLE:
            return int(value)
    return value
