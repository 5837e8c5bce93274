using System.Text.Json;

namespace Capns.Core.Caps;

/// <summary>An argument of a capability; it has no name, its media URN is its identity (CapNs spec 7.1).</summary>
public sealed record CapArg
{
    /// <summary>What it is: a media URN, compared as it is written.</summary>
    public required string MediaUrn { get; init; }

    /// <summary>Whether a call has to give it.</summary>
    public required bool Required { get; init; }

    /// <summary>Where its value may come from; the first that has one counts.</summary>
    public required IReadOnlyList<ArgSource> Sources { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>What is taken when it is not given.</summary>
    public JsonElement? DefaultValue { get; init; }

    /// <summary>Anything else.</summary>
    public JsonElement? Metadata { get; init; }
}

/// <summary>Where the value of an argument may come from.</summary>
public abstract record ArgSource
{
    private ArgSource()
    {
    }

    /// <summary>Standard input.</summary>
    /// <param name="MediaUrn">What is expected there.</param>
    public sealed record Stdin(string MediaUrn) : ArgSource;

    /// <summary>A place in the list of positional values.</summary>
    /// <param name="Index">0 and up.</param>
    public sealed record Position(int Index) : ArgSource;

    /// <summary>An option.</summary>
    /// <param name="Flag">As typed, dashes included; never rewritten (RULE11).</param>
    public sealed record CliFlag(string Flag) : ArgSource;
}

/// <summary>What a capability gives (CapNs spec 7.1).</summary>
public sealed record CapOutput
{
    /// <summary>What it is.</summary>
    public required string MediaUrn { get; init; }

    /// <summary>For people.</summary>
    public required string Description { get; init; }

    /// <summary>Anything else.</summary>
    public JsonElement? Metadata { get; init; }
}

/// <summary>Who put a definition into a registry, and when.</summary>
/// <param name="Username">Their name there.</param>
/// <param name="RegisteredAt">ISO 8601, kept as text.</param>
public sealed record RegisteredBy(string Username, string RegisteredAt);
