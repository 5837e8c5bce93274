namespace Capns.Runner.Worker.Sandboxing.Containers.Engine;

/// <summary>The container engine does not answer, or stopped in the middle of an answer.</summary>
internal sealed class EngineUnreachableException(string message, Exception? inner = null) : Exception(message, inner);
