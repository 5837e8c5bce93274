using System.Text.Json;
using Capns.Messaging.Inbound;
using Capns.Registry.Worker.Access.Login;
using Capns.Registry.Worker.Access.Rules;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Persistence;

namespace Capns.Registry.Worker.Access.Messages;

/// <inheritdoc cref="ICallerReader"/>
/// <param name="tokens">Reads tokens.</param>
/// <param name="state">Knows the service accounts.</param>
/// <param name="options">What somebody without a login may do.</param>
internal sealed class CallerReader(TokenCallers tokens, AccessState state, AdmissionOptions options) : ICallerReader
{
    private readonly Caller _nobody = Callers.Anonymous(options.AnonymousPermissions);

    public async ValueTask<CallerReading> ReadAsync(InboundEvent inbound, RegistryDbContext db, CancellationToken cancellationToken)
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

        var account = inbound.AmqpUser is { } user ? (await state.CurrentAsync(cancellationToken)).AccountByAmqpUser(user) : null;
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
