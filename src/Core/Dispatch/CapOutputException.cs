namespace Capns.Core.Dispatch;

/// <summary>The work was done, but what came of it is not what the capability promises (CapNs spec 11.5).</summary>
public sealed class CapOutputException : Exception
{
    internal CapOutputException(CapOutputFault fault, string message, Exception? cause = null)
        : base(message, cause) => Fault = fault;

    /// <summary>What is wrong, for programs.</summary>
    public CapOutputFault Fault { get; }
}

/// <summary>What is wrong with what an executor gave.</summary>
public enum CapOutputFault
{
    /// <summary>Neither bytes nor text.</summary>
    Nothing,

    /// <summary>Bytes where text belongs, or the other way round.</summary>
    WrongKind,

    /// <summary>Text that is not the JSON that belongs there.</summary>
    NotJson,
}
