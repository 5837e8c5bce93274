using System.Text.Json;
using Capns.Access;
using Capns.Access.Keys;
using Capns.Access.Rules;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Access.Keys;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Access.Administration;

/// <summary>A wish for an API key: name, scopes, end; and whose it shall be, when not the caller's.</summary>
internal sealed record ApiKeyBody(
    string Name, string[] Scopes, DateTimeOffset ExpiresAt, CallerKind OwnerKind, string OwnerId, KeyOwner Owner)
{
    /// <summary>Longest life of a key.</summary>
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(731);

    private const int MaxScopes = 100;

    private static readonly string[] OwnerKinds = ["user", "agent", "service"];

    public static ApiKeyBody Read(JsonFields fields, Caller caller, DateTimeOffset now)
    {
        fields.Require("name", "for people, to tell keys apart");
        fields.Require("scopes", $"permissions that the key may use; {PermissionNames.Everything} for all that its owner has");
        fields.Require("expiresAt", "every key ends");
        var scopes = fields.Texts("scopes", MaxScopes, AccessBody.MaxId);
        if (scopes?.FirstOrDefault(scope => scope != PermissionNames.Everything && !PermissionNames.IsWord(scope)) is { } bad)
        {
            fields.Note("scopes", "pattern",
                $"must hold permissions such as tool:read, or {PermissionNames.Everything}; it holds {Preview.Of(bad)}");
        }
        else if (scopes is { Count: 0 })
        {
            fields.Note("scopes", "minItems", "must hold at least one permission");
        }

        var expires = fields.Time("expiresAt");
        if (expires <= now || expires > now + MaxLifetime)
        {
            fields.Note("expiresAt", "range", $"must lie within {MaxLifetime.TotalDays} days from now, {now:O}; it is {expires:O}");
        }

        var (kind, id, owner) = ReadOwner(fields, caller);
        return new ApiKeyBody(fields.Text("name", AccessBody.MaxId) ?? "", [.. (scopes ?? []).Distinct(StringComparer.Ordinal)],
            expires ?? now, kind, id, owner);
    }

    /// <summary>As it is stored.</summary>
    public ApiKey ToRow(ApiKeyText text, DateTimeOffset now) => new()
    {
        Id = text.Id,
        Hash = text.Hash(),
        OwnerKind = OwnerKind,
        OwnerId = OwnerId,
        Name = Name,
        Scopes = Scopes,
        Owner = JsonSerializer.Serialize(Owner, WireJson.Options),
        CreatedAt = now,
        ExpiresAt = ExpiresAt,
    };

    private static (CallerKind Kind, string Id, KeyOwner Owner) ReadOwner(JsonFields fields, Caller caller)
    {
        var (word, id, roles) = (fields.Word("ownerKind", OwnerKinds), fields.Text("ownerId", AccessBody.MaxId),
            fields.Texts("roles", RolePermissions.Names.Count, AccessBody.MaxId));
        if (word is null != id is null)
        {
            fields.Note(word is null ? "ownerKind" : "ownerId", "required", "is required with the other one of ownerKind and ownerId");
        }

        if (roles?.FirstOrDefault(role => !RolePermissions.Names.Contains(role)) is { } unknown)
        {
            fields.Note("roles", "enum", $"must hold {string.Join(", ", RolePermissions.Names)}; it holds {Preview.Of(unknown)}");
        }

        var kind = CallerKinds.Read(word);
        var isOwn = word is null || id is null || (kind == caller.Kind && id == caller.Id);
        if (roles is not null && (isOwn || kind == CallerKind.Service))
        {
            fields.Note("roles", "dependentRequired",
                "can be given only for another user or agent; one's own and those of a service account are known");
        }

        return isOwn
            ? (caller.Kind, caller.Id, KeyOwner.Of(caller))
            : (kind, id!, new KeyOwner { Roles = kind == CallerKind.Service ? [] : roles ?? [word!] });
    }
}
