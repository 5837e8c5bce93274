using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Core.Caps;
using Capns.Core.Dispatch;
using Capns.Core.Urns;
using Capns.Messaging.Outbound;
using Capns.Messaging.Replies;

namespace Capns.Messaging.Capabilities;

/// <summary>Every capability of the platform, over RabbitMQ alone: <c>await caps.CanAsync("cap:…")</c>, then call. Thread-safe.</summary>
/// <remarks>Registered by <see cref="CapsClientExtensions.AddCapnsClient"/>.</remarks>
public sealed class BusCaps : IAsyncDisposable
{
    private static readonly JsonElement NoParameters = JsonElement.Parse("{}");

    private readonly ExecutionClient _client;
    private readonly RequestClient _requests;

    internal BusCaps(ExecutionClient client, RequestClient requests) => (_client, _requests) = (client, requests);

    /// <summary>What calls the best provider of a capability.</summary>
    /// <param name="request">May leave out <c>in</c> and <c>out</c>.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="InvalidUrnException">The text is no capability URN.</exception>
    /// <exception cref="NoSetsFoundException">Nobody provides it; the message names what comes nearest.</exception>
    /// <exception cref="TimeoutException">No registry has answered within <see cref="CapsClientOptions.AskTimeout"/>.</exception>
    /// <exception cref="CapExecutionException">The question was refused.</exception>
    /// <exception cref="MessageNotConfirmedException">The broker did not confirm the question within 30 s.</exception>
    public async Task<CapCaller> CanAsync(string request, CancellationToken cancellationToken = default) =>
        CapUrn.TryParseRequest(request, out var urn, out var error)
            ? await CanAsync(urn, cancellationToken)
            : throw new InvalidUrnException(request, error);

    /// <inheritdoc cref="CanAsync(string, CancellationToken)"/>
    public async Task<CapCaller> CanAsync(CapUrn request, CancellationToken cancellationToken = default)
    {
        var provider = await FindAsync(request, cancellationToken);
        return new CapCaller(request, new BusCapSet(this, provider), provider.Definition);
    }

    /// <summary>Runs one tool, chosen already, as the provider of a capability.</summary>
    /// <param name="toolId">Uuid or slug.</param>
    /// <param name="definition">What the tool takes and gives, derived from its schemas.</param>
    /// <param name="call">What it is called with.</param>
    /// <param name="cancellationToken">Cancels the execution.</param>
    /// <inheritdoc cref="BusCapSet.ExecuteAsync" path="/exception"/>
    public async Task<CapResult> ExecuteToolAsync(string toolId, Cap definition, CapCall call, CancellationToken cancellationToken = default)
    {
        var request = new ToolExecutionRequest { ToolId = toolId, Parameters = ParameterMapping.ToParameters(call, definition) };
        return BusCapSet.Read(await _client.RunAsync(request, cancellationToken), definition);
    }

    /// <summary>Ends what is being waited for. Executions go on.</summary>
    public ValueTask DisposeAsync() => _requests.DisposeAsync();

    /// <summary>The best provider now.</summary>
    internal async Task<BusProvider> FindAsync(CapUrn request, CancellationToken cancellationToken)
    {
        var report = await _client.AskAsync(new ToolExecutionRequest { Cap = request.ToString(), Parameters = NoParameters }, cancellationToken);
        if (report is { Provider: { } provider, Definition: { } definition })
        {
            // Gates behind the choice may refuse: they were asked without the parameters of a call.
            return new BusProvider(provider, report.ToolVersion, Cap.Parse(definition));
        }

        var refusal = report.Gates.LastOrDefault(gate => !gate.Passed);
        throw refusal?.Code == ErrorCodes.CapNotFound.Code
            ? new NoSetsFoundException(request, refusal.Message ?? $"No cap sets found for capability: {request}")
            : new CapExecutionException(refusal?.Code ?? ErrorCodes.InternalError.Code, refusal?.Message ?? "The registry did not say who provides it.", null);
    }

    /// <summary>Runs the best provider to its end.</summary>
    internal Task<ToolExecutionResult> RunAsync(CapUrn request, JsonElement parameters, CancellationToken cancellationToken) =>
        _client.RunAsync(new ToolExecutionRequest { Cap = request.ToString(), Parameters = parameters }, cancellationToken);
}

/// <summary>Who would be chosen.</summary>
/// <param name="Slug">The tool.</param>
/// <param name="Version">Its version.</param>
/// <param name="Definition">What that version takes and gives.</param>
internal sealed record BusProvider(string Slug, string? Version, Cap Definition)
{
    /// <summary>Whether a result is its own.</summary>
    public bool Gave(ToolExecutionResult result) => (result.Provider, result.ToolVersion) == (Slug, Version);
}
