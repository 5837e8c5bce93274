namespace Capns.Hosting.Configuration;

/// <summary>An environment variable is missing or has a value that cannot be used; the host does not start.</summary>
/// <remarks>The message names the variable, the value (never a password) and what is expected, and is meant to be shown as it is.</remarks>
public sealed class SettingException : Exception
{
    public SettingException()
    {
    }

    public SettingException(string message)
        : base(message)
    {
    }

    public SettingException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
