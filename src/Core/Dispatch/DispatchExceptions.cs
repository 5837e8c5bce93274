using Capns.Core.Matching;
using Capns.Core.Matching.Explanations;
using Capns.Core.Urns;

namespace Capns.Core.Dispatch;

/// <summary>No registered capability accepts a request (CapNs spec 11.8).</summary>
/// <remarks>
/// What comes nearest is looked for when the message, or <see cref="Nearest"/>, is first read, among what was registered when
/// the exception was made; who only wants to know that nothing accepts does not pay for it.
/// </remarks>
public sealed class NoSetsFoundException : Exception
{
    private readonly string _what;
    private readonly Lazy<IReadOnlyList<NearestCap>>? _nearest;

    /// <summary>For a look-up.</summary>
    /// <param name="request">What was asked for.</param>
    public NoSetsFoundException(CapUrn request)
        : this(request, NotFound(request))
    {
    }

    /// <summary>With a text of its own, such as one that says what comes near.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="message">For people.</param>
    public NoSetsFoundException(CapUrn request, string message)
        : base(message) => (Request, _what) = (request, message);

    private NoSetsFoundException(string what, IEnumerable<CandidateCap> candidates, CapUrn request, SelectionPolicy policy)
        : this(request, what) =>
        _nearest = new Lazy<IReadOnlyList<NearestCap>>(() => NearestCaps.Find(candidates, request, policy.SpecialValues));

    /// <summary>What was asked for.</summary>
    public CapUrn Request { get; }

    /// <summary>The capabilities that come nearest, and what to change in the request; empty when none is known.</summary>
    public IReadOnlyList<NearestCap> Nearest => _nearest?.Value ?? [];

    /// <summary>For people: what was asked for, and if one is known, the nearest capability and what to change in the request.</summary>
    public override string Message => Nearest.Count == 0 ? _what : $"{_what}. {NearestCaps.Describe(Nearest)}";

    /// <summary>For a look-up among these, which must stay as they are: the message names the nearest.</summary>
    internal static NoSetsFoundException Among(IEnumerable<CandidateCap> candidates, CapUrn request, SelectionPolicy policy) =>
        new(NotFound(request), candidates, request, policy);

    /// <summary>For a call whose executor is gone, with no other in its place (CapNs spec 11.4); else as <see cref="Among"/>.</summary>
    internal static NoSetsFoundException AtCall(IEnumerable<CandidateCap> candidates, CapUrn request, SelectionPolicy policy) =>
        new($"No capability host found for '{request}'", candidates, request, policy);

    private static string NotFound(CapUrn request) => $"No cap sets found for capability: {request}";
}

/// <summary>A request is no capability URN (CapNs spec 11.8).</summary>
public sealed class InvalidUrnException : FormatException
{
    /// <summary>For a text that was read.</summary>
    /// <param name="request">The text.</param>
    /// <param name="error">What is wrong with it.</param>
    public InvalidUrnException(string request, UrnError error)
        : base($"Invalid capability URN: {UrnCharacters.Shorten(request)}: {error.Message}") => Error = error;

    /// <summary>What is wrong.</summary>
    public UrnError Error { get; }
}

/// <summary>A registry cannot be used as it was meant to be (CapNs spec 11.8).</summary>
public sealed class CapRegistryException : Exception
{
    /// <summary>Says what happened.</summary>
    /// <param name="detail">For people; the message puts <c>Registry error: </c> before it.</param>
    /// <param name="cause">What it came of.</param>
    public CapRegistryException(string detail, Exception? cause = null)
        : base($"Registry error: {detail}", cause)
    {
    }
}
