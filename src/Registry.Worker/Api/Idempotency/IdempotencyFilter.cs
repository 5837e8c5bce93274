using System.Security.Cryptography;
using System.Text;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Access;

namespace Capns.Registry.Worker.Api.Idempotency;

/// <summary>
/// Header <c>Idempotency-Key</c> (platform spec 4.5): the first answer is kept, errors included, and given again to every repeat; another
/// body with the key is 422, a repeat while the first is in work 409.
/// </summary>
/// <remarks>
/// What broke inside (5xx) and what came too often (429) is not kept: the next try goes on with the request. A try that goes on has the id that was chosen for the
/// first one (<see cref="IdempotencyClaim.ResourceId"/>), by which the handler knows what the first may have made. So a kill -9
/// between the commit and the answer changes nothing. A try that was taken for dead and was only slow gives the answer of the one that took
/// over: a key has one answer.
/// </remarks>
internal sealed partial class IdempotencyFilter(IdempotencyStore store, RequestDigests digests, TimeProvider time, ILogger<IdempotencyFilter> logger) : IEndpointFilter
{
    public const string Header = "Idempotency-Key";
    public const string ReplayedHeader = "Idempotent-Replayed";

    /// <summary>Longest key, in characters.</summary>
    public const int MaxKey = 128;

    private static readonly TimeSpan RenewInterval = IdempotencyStore.Lease / 4;

    private static readonly string[] KeptHeaders = ["Content-Type", "ETag", "Location"];

    /// <inheritdoc/>
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!http.Request.Headers.TryGetValue(Header, out var given))
        {
            return await next(context);
        }

        var key = given.ToString();
        if (given.Count != 1 || key.Length is 0 or > MaxKey || key.Any(character => character is < ' ' or > '~'))
        {
            return new ProblemResult(ErrorCodes.InvalidRequest, $"Header {Header} must be given once, with 1 to {MaxKey} printable ASCII characters; it has {key.Length}.");
        }

        var (bytes, problem) = await JsonBody.BytesAsync(http.Request, http.RequestAborted);
        if (problem is not null)
        {
            return problem;
        }

        var request = Recognise(http, key, bytes.Span);
        var claim = await store.ClaimAsync(request, http.RequestAborted);
        return claim.Kind switch
        {
            ClaimKind.Answered => Replay(claim.Answer!),
            ClaimKind.OtherBody => new ProblemResult(ErrorCodes.IdempotencyKeyReused, $"{Header} {Reading.Preview.Of(key)} was used for a request with another body; take a new key."),
            ClaimKind.InWork => InWork(key),
            _ => await WorkAsync(context, next, request, claim),
        };
    }

    private IdempotentRequest Recognise(HttpContext http, string key, ReadOnlySpan<byte> body)
    {
        var caller = http.Caller();
        return new IdempotentRequest(
            "http:" + Digest($"{caller.Kind}\n{caller.Id}\n{http.Request.Method}\n{http.Request.Path.Value!.TrimEnd('/')}"),
            "key:" + Digest(key),
            digests.Of(body));
    }

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static ProblemResult InWork(string key) =>
        new(ErrorCodes.IdempotencyInProgress, $"The first request with {Header} {Reading.Preview.Of(key)} is in work; ask again in a moment.") { Header = ("Retry-After", "1") };

    private static StoredResult Replay(StoredAnswer answer) => new(answer, replayed: true);

    private async Task<object?> WorkAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next, IdempotentRequest request, IdempotencyClaim claim)
    {
        var http = context.HttpContext;
        http.Features.Set(claim);
        using var ended = new CancellationTokenSource();
        var renewing = RenewAsync(request, claim.Holder, ended.Token);
        StoredAnswer? answer = null;
        try
        {
            var result = await next(context);
            answer = await CaptureAsync(http, result as IResult ?? Results.Json(result));
            return IsKept(answer) && await store.SaveAsync(request, claim.Holder, answer, CancellationToken.None) is { } others
                ? Replay(others)
                : new StoredResult(answer, replayed: false);
        }
        finally
        {
            await ended.CancelAsync();
            await renewing;
            if (answer is null || !IsKept(answer))
            {
                await ReleaseAsync(request, claim.Holder);
            }
        }
    }

    // Who asked too often, or while something was broken, is told to try again; with the same key.
    private static bool IsKept(StoredAnswer answer) => answer.Status is < 500 and not StatusCodes.Status429TooManyRequests;

    /// <summary>Writes the answer to memory in place of the connection.</summary>
    private static async Task<StoredAnswer> CaptureAsync(HttpContext http, IResult result)
    {
        var connection = http.Response.Body;
        using var memory = new MemoryStream();
        http.Response.Body = memory;
        try
        {
            await result.ExecuteAsync(http);
            await http.Response.BodyWriter.FlushAsync();
        }
        finally
        {
            http.Response.Body = connection;
        }

        return new StoredAnswer
        {
            Status = http.Response.StatusCode,
            Headers = KeptHeaders.Where(name => http.Response.Headers.ContainsKey(name)).ToDictionary(name => name, name => http.Response.Headers[name].ToString()),
            Body = Encoding.UTF8.GetString(memory.ToArray()),
        };
    }

    private async Task RenewAsync(IdempotentRequest request, Guid holder, CancellationToken ended)
    {
        try
        {
            while (true)
            {
                await Task.Delay(RenewInterval, time, ended);
                try
                {
                    await store.RenewAsync(request, holder, ended);
                }
                catch (Npgsql.NpgsqlException exception)
                {
                    LogNotRenewed(exception.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The work is done.
        }
    }

    private async Task ReleaseAsync(IdempotentRequest request, Guid holder)
    {
        try
        {
            await store.ReleaseAsync(request, holder, CancellationToken.None);
        }
        catch (Npgsql.NpgsqlException exception)
        {
            // Its lease ends by itself.
            LogNotRenewed(exception.Message);
        }
    }

    [LoggerMessage(EventId = 3401, Level = LogLevel.Warning, Message = "The lease of a request with an idempotency key could not be changed: {Reason}")]
    private partial void LogNotRenewed(string reason);
}
