namespace Capns.Runner.Worker.Sandboxing;

/// <summary>The isolation or a limit that was asked for cannot be had here; nothing has run (SANDBOX_UNAVAILABLE).</summary>
internal sealed class SandboxUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
