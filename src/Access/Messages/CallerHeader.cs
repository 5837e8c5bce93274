using System.Text.Json;
using Capns.Contracts.Json;

namespace Capns.Access.Messages;

/// <summary>
/// A caller as text: how the registry passes on who asked it over HTTP (header <see cref="Messaging.Inbound.ForwardedCaller.Header"/>).
/// </summary>
/// <remarks>
/// Compact JSON of all that decides what the caller may do; discussions do not. The text proves nothing: it is for messages of which the
/// broker says that the platform published them.
/// </remarks>
internal static class CallerHeader
{
    /// <summary>The same text for callers that are the same.</summary>
    public static string Write(Caller caller) => JsonSerializer.Serialize(
        new Text(
            CallerKinds.Word(caller.Kind),
            caller.Id,
            [.. caller.Roles],
            Sorted(caller.Permissions),
            caller.Scopes is { } scopes ? Sorted(scopes) : null,
            Sorted(caller.Agents),
            Sorted(caller.Projects),
            caller.Proof == CallerProof.Broker,
            caller.ActingService,
            caller.AccountId,
            caller.KeyId,
            caller.ExpiresAt),
        WireJson.Options);

    /// <summary>Null when it is none; never throws.</summary>
    public static Caller? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<Text>(text, WireJson.Options) is { Id.Length: > 0 } read ? Caller(read) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Caller? Caller(Text text)
    {
        var kind = CallerKinds.Read(text.Kind);
        string[]?[] lists = [text.Roles, text.Permissions, text.Scopes, text.Agents, text.Projects];
        return CallerKinds.Word(kind) != text.Kind || lists.Any(list => list?.Contains(null) == true) ? null : new Caller
        {
            Kind = kind,
            Id = text.Id!,
            Roles = text.Roles ?? [],
            Permissions = Set(text.Permissions),
            Scopes = text.Scopes is null ? null : Set(text.Scopes),
            Agents = Set(text.Agents),
            Projects = Set(text.Projects),
            Proof = text.ByBroker ? CallerProof.Broker : CallerProof.Login,
            ActingService = text.ActingService,
            AccountId = text.AccountId,
            KeyId = text.KeyId,
            ExpiresAt = text.ExpiresAt,
        };
    }

    private static string[] Sorted(IEnumerable<string> words) => [.. words.Order(StringComparer.Ordinal)];

    private static HashSet<string> Set(string[]? words) => (words ?? []).ToHashSet(StringComparer.Ordinal);

    /// <summary>On the wire between our own workers.</summary>
    private sealed record Text(
        string? Kind,
        string? Id,
        string[]? Roles,
        string[]? Permissions,
        string[]? Scopes,
        string[]? Agents,
        string[]? Projects,
        bool ByBroker,
        string? ActingService,
        Guid? AccountId,
        string? KeyId,
        DateTimeOffset? ExpiresAt);
}
