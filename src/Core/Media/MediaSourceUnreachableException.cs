namespace Capns.Core.Media;

/// <summary>A source of media specs or of profile schemas cannot be asked now. Asking again later may help.</summary>
public sealed class MediaSourceUnreachableException : Exception
{
    /// <summary>Says which source, and why.</summary>
    public MediaSourceUnreachableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
