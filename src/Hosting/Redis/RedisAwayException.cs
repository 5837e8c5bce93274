namespace Capns.Hosting.Redis;

/// <summary>Redis is off, does not answer, or has lost the connection. What was asked may or may not have happened.</summary>
public sealed class RedisAwayException : Exception
{
    public RedisAwayException()
    {
    }

    public RedisAwayException(string message)
        : base(message)
    {
    }

    public RedisAwayException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
