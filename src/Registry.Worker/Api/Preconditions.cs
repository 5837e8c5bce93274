using Capns.Contracts.Executions;
using Microsoft.Net.Http.Headers;

namespace Capns.Registry.Worker.Api;

/// <summary>Which states of a thing may be changed: header <c>If-Match</c> (platform spec 4.4; RFC 9110, 13.1.1).</summary>
internal sealed class Preconditions
{
    private readonly IReadOnlyList<EntityTagHeaderValue> _tags;

    private Preconditions(IReadOnlyList<EntityTagHeaderValue> tags) => _tags = tags;

    /// <summary>The strong entity tag of a row.</summary>
    public static string Tag(long rowVersion) => $"\"{rowVersion}\"";

    /// <summary>Reads <c>If-Match</c>, which must be there: 428 when it is not, 400 when it is no list of entity tags.</summary>
    public static ProblemResult? Read(HttpRequest request, out Preconditions preconditions)
    {
        preconditions = new Preconditions([]);
        var given = request.Headers.IfMatch;
        if (given.Count == 0 || given.All(string.IsNullOrWhiteSpace))
        {
            return new ProblemResult(ErrorCodes.PreconditionRequired, "Header If-Match is required: the ETag of what is to be changed, as GET tells it, or *.");
        }

        if (!EntityTagHeaderValue.TryParseStrictList([.. given.Select(value => value ?? "")], out var tags))
        {
            return new ProblemResult(ErrorCodes.InvalidRequest, $"Header If-Match must be entity tags in quotes, e.g. \"3\", or *; it is {Reading.Preview.Of(given.ToString())}.");
        }

        preconditions = new Preconditions([.. tags]);
        return null;
    }

    /// <summary>True when the state may be changed. Weak tags never fit.</summary>
    public bool Fit(long rowVersion) => Fit(Tag(rowVersion));

    /// <inheritdoc cref="Fit(long)"/>
    public bool Fit(string current) => _tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(new EntityTagHeaderValue(current), useStrongComparison: true));

    /// <summary>Why a change was refused.</summary>
    public static string Stale(string what, string current) => $"{what} has changed since it was read: its ETag is {current} now.";

    /// <summary>Answers a GET: the tag, and 304 when the caller has this state (<c>If-None-Match</c>).</summary>
    public static IResult Answer(HttpContext context, string current, Func<IResult> body)
    {
        context.Response.Headers.ETag = current;
        var known = EntityTagHeaderValue.TryParseList([.. context.Request.Headers.IfNoneMatch.Select(value => value ?? "")], out var tags)
            && tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(new EntityTagHeaderValue(current), useStrongComparison: false));
        return known ? Results.StatusCode(StatusCodes.Status304NotModified) : body();
    }
}
