namespace Capns.Registry.Worker.Api.Idempotency;

/// <summary>A request as it is recognised.</summary>
/// <param name="Scope">Digest of caller, method and path.</param>
/// <param name="Key">Digest of the caller's key.</param>
/// <param name="BodyHash">Keyed digest of the bytes of the body (<see cref="RequestDigests"/>).</param>
internal sealed record IdempotentRequest(string Scope, string Key, string BodyHash);

/// <summary>An answer that is given again.</summary>
internal sealed record StoredAnswer
{
    public required int Status { get; init; }

    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>UTF-8 text.</summary>
    public required string Body { get; init; }
}

/// <summary>What became of the wish to work on a request.</summary>
internal sealed record IdempotencyClaim(ClaimKind Kind)
{
    /// <summary>The id that was chosen for what the request makes: the same for every try of it.</summary>
    public Guid ResourceId { get; init; }

    /// <summary>Which try this is: only the last one that took the request may answer it.</summary>
    public Guid Holder { get; init; }

    /// <summary>True when an earlier try may have done the work without being able to say so.</summary>
    public bool Resumed { get; init; }

    public StoredAnswer? Answer { get; init; }
}

/// <summary>Kinds of <see cref="IdempotencyClaim"/>.</summary>
internal enum ClaimKind
{
    /// <summary>This instance works on it.</summary>
    Taken = 0,

    /// <summary>Somebody else does.</summary>
    InWork,

    /// <summary>It was answered.</summary>
    Answered,

    /// <summary>The key belongs to another request.</summary>
    OtherBody,
}
