namespace Capns.Core.Caps;

/// <summary>A response is not what it was asked to be read as. The message shows its beginning.</summary>
public sealed class ResponseConversionException : FormatException
{
    /// <summary>Says what was tried, and why it failed.</summary>
    public ResponseConversionException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
