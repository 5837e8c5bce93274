namespace Capns.Messaging.Capabilities;

/// <summary>How a service calls capabilities over the bus.</summary>
public sealed record CapsClientOptions
{
    /// <summary>Name of the calling service: the source of its requests, and its agent where <see cref="AgentId"/> names none.</summary>
    /// <value>1 to 128 characters; not the name of the registry, which takes no requests from itself.</value>
    public required string Name { get; init; }

    /// <summary>On whose behalf calls are made.</summary>
    /// <value>1 to 128 characters. Default: <see cref="Name"/>.</value>
    public string? AgentId { get; init; }

    /// <summary>Longest wait for the answer to the question who can do something.</summary>
    /// <value>From 100 ms to 10 min. Default: 10 s.</value>
    public TimeSpan AskTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for the end of a call, queueing included. A call that takes longer is cancelled.</summary>
    /// <value>From 100 ms to 1 day. Default: 10 min.</value>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Checks all bounds.</summary>
    /// <param name="registryName">Name of the registry.</param>
    /// <exception cref="ArgumentException">A value is out of its bounds; names option, value and bound.</exception>
    internal void Check(string registryName)
    {
        if (Name.Length is 0 or > 128 || Name == registryName)
        {
            throw new ArgumentException($"{nameof(Name)} must have 1 to 128 characters and not be {registryName}, the name of the registry; it is \"{Name}\".");
        }

        if (AgentId is { Length: 0 or > 128 })
        {
            throw new ArgumentException($"{nameof(AgentId)} must have 1 to 128 characters; it is \"{AgentId}\".");
        }

        CheckTime(nameof(AskTimeout), AskTimeout, TimeSpan.FromMinutes(10));
        CheckTime(nameof(CallTimeout), CallTimeout, TimeSpan.FromDays(1));
    }

    private static void CheckTime(string option, TimeSpan value, TimeSpan most)
    {
        if (value < TimeSpan.FromMilliseconds(100) || value > most)
        {
            throw new ArgumentException($"{option} must be from 00:00:00.1 to {most}; it is {value}.");
        }
    }
}
