namespace Capns.Runner.Worker.Sandboxing;

/// <summary>The sandbox itself broke, not the program in it (SANDBOX_FAILED).</summary>
internal sealed class SandboxFailedException(string message, Exception? inner = null) : Exception(message, inner);
