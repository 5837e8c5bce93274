"""What a built-in tool raises when it cannot give a result."""


class ToolError(Exception):
    """kind is "validation" for a wrong parameter, else "execution"."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


def wrong(message):
    """A parameter is wrong."""
    return ToolError("validation", message)


def one_of(parameters, name, words, default=None):
    """A parameter that must be one of some words."""
    value = parameters.get(name, default)
    if value not in words:
        raise wrong(f"{name} must be one of {', '.join(words)}; it is {value!r}.")
    return value
