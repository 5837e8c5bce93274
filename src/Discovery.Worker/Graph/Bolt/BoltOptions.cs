using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace Capns.Discovery.Worker.Graph.Bolt;

/// <summary>How the Bolt client reaches and uses a server (platform spec 10.4, <c>NEO4J_*</c>). Its text holds no secret.</summary>
internal sealed record BoltOptions
{
    /// <summary>Name and version that the server sees.</summary>
    public const string UserAgent = "capns-discovery/1.0";

    private const double HourMilliseconds = 3_600_000;

    /// <summary><c>NEO4J_URL</c>, else <c>NEO4J_URI</c>.</summary>
    public required BoltAddress Address { get; init; }

    /// <summary><c>NEO4J_USER</c> and <c>NEO4J_PASSWORD</c>. Absent: the login of the URL.</summary>
    public BoltAuth? Auth { get; init; }

    /// <summary><c>NEO4J_DATABASE</c>. Empty: the login's home database.</summary>
    public string Database { get; init; } = "";

    /// <summary><c>NEO4J_MAX_CONNECTIONS</c>: connections to one server.</summary>
    /// <value>1 to 10,000. Default: 50.</value>
    public int MaxConnections { get; init; } = 50;

    /// <summary><c>NEO4J_CONNECTION_TIMEOUT</c>: for a connection until it is logged in, and for a turn when all are busy.</summary>
    /// <value>100 ms to 10 min. Default: 5 s.</value>
    public TimeSpan ConnectionTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For one attempt of a query or transaction. The server gets it too, and the client ends the connection then.</summary>
    /// <value>1 ms to 1 h. Default: 30 s.</value>
    public TimeSpan QueryTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after its start a failed write is still tried again.</summary>
    /// <value>0 (never) to 1 h. Default: 30 s.</value>
    public TimeSpan WriteRetryTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after its start a failed read is still tried again; short, because another store can answer.</summary>
    /// <value>0 (never) to 1 h. Default: 1 s.</value>
    public TimeSpan ReadRetryTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A connection that was idle for so long is asked whether it still lives, before it is used.</summary>
    public TimeSpan LivenessAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A connection older than this is replaced.</summary>
    public TimeSpan MaxLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Rows that the server sends before it waits to be asked for more.</summary>
    /// <value>1 or more. Default: 1,000.</value>
    public int FetchSize { get; init; } = 1000;

    /// <summary>Bytes of one message of the server.</summary>
    /// <value>1,024 or more. Default: 16 MiB (1 MiB = 1,048,576 bytes).</value>
    public int MaxMessageBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Offers this version alone, to try a server's older ones. Absent: all that are spoken.</summary>
    public BoltVersion? OnlyVersion { get; init; }

    /// <summary>With <c>+s</c>: the only roots to trust. Absent: those of this machine.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }

    /// <summary>The login that is used.</summary>
    public BoltAuth Login => Auth ?? Address.Auth;

    /// <summary>What is wrong with the values: variable or property, value and bound.</summary>
    public IEnumerable<string> Problems()
    {
        if (Auth is { User: "", Password: not "" })
        {
            yield return "NEO4J_USER must be set where NEO4J_PASSWORD is.";
        }

        (string Name, double Value, double Least, double Most)[] bounds =
        [
            ("NEO4J_MAX_CONNECTIONS", MaxConnections, 1, 10_000),
            ("NEO4J_CONNECTION_TIMEOUT (ms)", ConnectionTimeout.TotalMilliseconds, 100, 600_000),
            ($"{nameof(QueryTimeout)} (ms)", QueryTimeout.TotalMilliseconds, 1, HourMilliseconds),
            ($"{nameof(WriteRetryTime)} (ms)", WriteRetryTime.TotalMilliseconds, 0, HourMilliseconds),
            ($"{nameof(ReadRetryTime)} (ms)", ReadRetryTime.TotalMilliseconds, 0, HourMilliseconds),
            (nameof(FetchSize), FetchSize, 1, int.MaxValue),
            (nameof(MaxMessageBytes), MaxMessageBytes, 1024, Array.MaxLength),
        ];
        foreach (var (name, value, least, most) in bounds.Where(bound => !(bound.Value >= bound.Least && bound.Value <= bound.Most)))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{name} must be from {least} to {most}, not {value}.");
        }
    }

    public override string ToString() => $"{Address} as {Login}, database {(Database.Length == 0 ? "(home)" : Database)}";
}
