namespace Capns.Access;

/// <summary>Callers that nobody has to prove.</summary>
internal static class Callers
{
    /// <summary>Somebody without a login and without any permission.</summary>
    public static Caller Nobody { get; } = Anonymous(new HashSet<string>());

    /// <summary>What this installation does of itself.</summary>
    public static Caller Platform { get; } = new() { Kind = CallerKind.Platform, Id = "platform" };

    /// <summary>Somebody without a login.</summary>
    /// <param name="permissions">ANONYMOUS_PERMISSIONS.</param>
    public static Caller Anonymous(IReadOnlySet<string> permissions) =>
        new() { Kind = CallerKind.Anonymous, Id = "anonymous", Permissions = permissions };
}
