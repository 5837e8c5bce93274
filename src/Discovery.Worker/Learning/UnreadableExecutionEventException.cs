namespace Capns.Discovery.Worker.Learning;

/// <summary>
/// An event of our own registry lacks what it must have: registry and discovery do not fit together. Retried, then dead-lettered.
/// </summary>
internal sealed class UnreadableExecutionEventException(string message) : Exception(message);
