using System.Net;

namespace Capns.Runner.Worker.Sandboxing.Containers.Engine;

/// <summary>The container engine answered a call with an error; the message is the engine's own.</summary>
internal sealed class EngineRefusedException(HttpStatusCode status, string message) : Exception(message)
{
    /// <summary>404: no such container or image; 409: the container's state forbids it; 400: a bad demand; 5xx: the engine failed.</summary>
    public HttpStatusCode Status { get; } = status;
}
