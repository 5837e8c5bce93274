namespace Capns.Access;

/// <summary>Words for kinds of callers, in tables and on the wire.</summary>
internal static class CallerKinds
{
    /// <summary>Lower case.</summary>
    public static string Word(CallerKind kind) => kind switch
    {
        CallerKind.User => "user",
        CallerKind.Agent => "agent",
        CallerKind.Service => "service",
        CallerKind.Platform => "platform",
        _ => "anonymous",
    };

    /// <summary>An unknown word is nobody.</summary>
    public static CallerKind Read(string? word) => word switch
    {
        "user" => CallerKind.User,
        "agent" => CallerKind.Agent,
        "service" => CallerKind.Service,
        "platform" => CallerKind.Platform,
        _ => CallerKind.Anonymous,
    };
}
