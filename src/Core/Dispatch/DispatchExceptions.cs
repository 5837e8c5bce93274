using Capns.Core.Matching;
using Capns.Core.Matching.Explanations;
using Capns.Core.Urns;

namespace Capns.Core.Dispatch;

/// <summary>No registered capability accepts a request (CapNs spec 11.8).</summary>
public sealed class NoSetsFoundException : Exception
{
    /// <summary>For a look-up.</summary>
    /// <param name="request">What was asked for.</param>
    public NoSetsFoundException(CapUrn request)
        : this(request, $"No cap sets found for capability: {request}")
    {
    }

    /// <summary>With a text of its own, such as one that says what comes near.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="message">For people.</param>
    public NoSetsFoundException(CapUrn request, string message)
        : base(message) => Request = request;

    /// <summary>What was asked for.</summary>
    public CapUrn Request { get; }

    /// <summary>The capabilities that come nearest, and what to change in the request; empty when none is known.</summary>
    public IReadOnlyList<NearestCap> Nearest { get; private init; } = [];

    /// <summary>For a look-up among these: the message names the nearest and what to change in the request.</summary>
    internal static NoSetsFoundException Among(IEnumerable<CandidateCap> candidates, CapUrn request, SelectionPolicy policy)
    {
        var nearest = NearestCaps.Find(candidates, request, policy.SpecialValues);
        return nearest.Count == 0
            ? new NoSetsFoundException(request)
            : new NoSetsFoundException(request, $"No cap sets found for capability: {request}. {NearestCaps.Describe(nearest)}")
            {
                Nearest = nearest,
            };
    }

    /// <summary>For a call whose executor is gone, with no other in its place (CapNs spec 11.4).</summary>
    internal static NoSetsFoundException AtCall(CapUrn request) => new(request, $"No capability host found for '{request}'");
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
