using Capns.Access;

namespace Capns.Registry.Worker.Audit;

/// <summary>Who acts when this installation does something of itself.</summary>
internal static class PlatformCaller
{
    /// <summary>The one.</summary>
    public static readonly Caller Instance = new() { Kind = CallerKind.Platform, Id = "platform" };
}
