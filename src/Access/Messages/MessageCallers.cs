using System.Text.Json;
using Capns.Messaging.Inbound;
using Capns.Access.Login;
using Capns.Access.Rules;

namespace Capns.Access.Messages;

/// <summary>Finds out who sent a message (platform spec 8.4). Thread-safe.</summary>
/// <param name="tokens">Reads tokens.</param>
/// <param name="rules">Knows the service accounts.</param>
/// <param name="anonymous">What somebody without a login may do.</param>
internal sealed class MessageCallers(TokenCallers tokens, IAccessRules rules, AnonymousRights anonymous)
{
    private readonly Caller _nobody = Callers.Anonymous(anonymous.Permissions);

    /// <summary>A bad or expired token is refused and never falls through to a weaker proof.</summary>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL is away: nobody can say who it is.</exception>
    public async ValueTask<CallerReading> ReadAsync(InboundEvent inbound, CancellationToken cancellationToken)
    {
        if (!TryFindToken(inbound, out var token))
        {
            return new CallerReading(
                null,
                "The login of the message is not valid: auth must be {\"token\": \"…\"}, "
                + "and the same as header authorization when both are given.");
        }

        if (token is not null)
        {
            var (caller, problem) = await tokens.ReadAsync(token, cancellationToken);
            return new CallerReading(caller, caller is null ? Tokens.TokenProblems.Sentence(problem) : null);
        }

        var account = inbound.AmqpUser is { } user ? (await rules.CurrentAsync(cancellationToken)).AccountByAmqpUser(user) : null;
        return new CallerReading(account?.AsCaller(CallerProof.Broker) ?? _nobody, null);
    }

    /// <summary>False when something is there that must be a token and is none.</summary>
    private static bool TryFindToken(InboundEvent inbound, out string? token)
    {
        token = inbound.BearerToken;
        if (!inbound.Payload.TryGetProperty("auth", out var auth) || auth.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        if (auth.ValueKind != JsonValueKind.Object || !auth.TryGetProperty("token", out var value)
            || value.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        var inBody = value.GetString()!;
        var fits = token is null || token == inBody;
        token ??= inBody;
        return fits;
    }
}

/// <summary>A caller, or the reason why there is none.</summary>
internal readonly record struct CallerReading(Caller? Caller, string? Refusal);
