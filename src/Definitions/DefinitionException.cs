namespace Capns.Definitions;

/// <summary>A definition could not be had; <see cref="Failure"/> says why.</summary>
public sealed class DefinitionException : Exception
{
    /// <summary>Carries the reason.</summary>
    public DefinitionException(DefinitionFailure failure, string message, Exception? inner = null)
        : base(message, inner) => Failure = failure;

    /// <summary>Why.</summary>
    public DefinitionFailure Failure { get; }

    /// <summary>The HTTP status of an answer that was no definition. Null: there was no such answer.</summary>
    public int? Status { get; init; }

    /// <summary>True when nothing is known about the definition: the registry is away, or in trouble (408, 429, 5xx).</summary>
    internal bool IsUnreachable => Failure == DefinitionFailure.HttpError || Status is 408 or 429 or >= 500;
}

/// <summary>Why a definition could not be had (CapNs spec 13.3).</summary>
public enum DefinitionFailure
{
    /// <summary>The registry could not be asked, or did not answer in time; trying again may help.</summary>
    HttpError,

    /// <summary>The registry answered, but not with the definition.</summary>
    NotFound,

    /// <summary>What it answered is no definition, or another one.</summary>
    ParseError,

    /// <summary>The cache folder cannot be used.</summary>
    CacheError,

    /// <summary>A definition differs from the registry's.</summary>
    ValidationError,

    /// <summary>No media type has this file extension.</summary>
    ExtensionNotFound,
}
