using System.Globalization;

namespace Capns.Discovery.Worker.Graph.Bolt;

/// <summary>How a connection is encrypted.</summary>
internal enum BoltEncryption
{
    /// <summary>Not at all: <c>bolt</c>, <c>neo4j</c>.</summary>
    None,

    /// <summary>With a certificate that this machine, or the pinned root, trusts, for the host's name: <c>+s</c>.</summary>
    Trusted,

    /// <summary>With whatever certificate the server has: <c>+ssc</c>.</summary>
    Any,
}

/// <summary>One server: a host name or address, and a port.</summary>
internal readonly record struct BoltEndpoint(string Host, int Port)
{
    /// <summary>Used where none is given.</summary>
    public const int DefaultPort = 7687;

    /// <summary>Reads <c>host</c>, <c>host:port</c> or <c>[address]:port</c>, as routing tables have them.</summary>
    public static bool TryParse(string text, out BoltEndpoint endpoint)
    {
        endpoint = default;
        if (!Uri.TryCreate($"bolt://{text}", UriKind.Absolute, out var url) || url.Host.Length == 0 || url.UserInfo.Length > 0
            || url.PathAndQuery is not ("/" or ""))
        {
            return false;
        }

        endpoint = new BoltEndpoint(url.DnsSafeHost, url.Port < 0 ? DefaultPort : url.Port);
        return endpoint.Port is > 0 and <= 65535;
    }

    public override string ToString() => Host.Contains(':', StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}

/// <summary>Who the client is. Its text never holds the password.</summary>
/// <param name="User">Empty: the scheme <c>none</c>.</param>
/// <param name="Password">The secret.</param>
internal sealed record BoltAuth(string User, string Password)
{
    /// <summary>No login.</summary>
    public static readonly BoltAuth None = new("", "");

    /// <summary>As HELLO or LOGON carries it.</summary>
    public IEnumerable<KeyValuePair<string, object?>> Entries => User.Length == 0
        ? [new("scheme", "none")]
        : [new("scheme", "basic"), new("principal", User), new("credentials", Password)];

    public override string ToString() => User.Length == 0 ? "none" : $"basic, user {User}";
}

/// <summary>A Bolt URL taken apart: <c>bolt</c>, <c>bolt+s</c>, <c>bolt+ssc</c>, <c>neo4j</c>, <c>neo4j+s</c>, <c>neo4j+ssc</c>.</summary>
/// <param name="Endpoint">The server, for <c>neo4j</c> the first one to ask for the routing table.</param>
/// <param name="Routing">True for <c>neo4j</c>: reads and writes go where the routing table says.</param>
/// <param name="Encryption">By the scheme's ending.</param>
/// <param name="Auth">Login from the URL; <see cref="BoltAuth.None"/> where it has none.</param>
/// <param name="Context">The query of a <c>neo4j</c> URL, handed to the server with each request for a table.</param>
internal sealed record BoltAddress(
    BoltEndpoint Endpoint, bool Routing, BoltEncryption Encryption, BoltAuth Auth, IReadOnlyDictionary<string, string> Context)
{
    private const string Schemes = "bolt://, bolt+s://, bolt+ssc://, neo4j://, neo4j+s:// or neo4j+ssc://";

    /// <summary>Reads a URL; a port that is missing is <see cref="BoltEndpoint.DefaultPort"/>.</summary>
    /// <param name="text">The URL, perhaps with a login.</param>
    /// <param name="address">The parts, or null.</param>
    /// <param name="error">What must be different, to follow the variable's name; it never repeats the login.</param>
    public static bool TryParse(string text, out BoltAddress? address, out string? error)
    {
        address = null;
        error = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || Scheme(url.Scheme) is not var (routing, encryption))
        {
            error = $"must start with {Schemes}";
        }
        else if (url.Host.Length == 0 || url.Port is 0 or > 65535)
        {
            error = "must name a host and, where it is not 7687, a port from 1 to 65535";
        }
        else if (url.AbsolutePath is not ("" or "/") || url.Fragment.Length > 0)
        {
            error = "must end after host and port: the database is set by NEO4J_DATABASE";
        }
        else if (!TryContext(url.Query, out var context) || (context.Count > 0 && !routing))
        {
            error = "may have name=value pairs after '?' only with neo4j://, each name once";
        }
        else
        {
            var port = url.Port < 0 ? BoltEndpoint.DefaultPort : url.Port;
            address = new BoltAddress(new BoltEndpoint(url.DnsSafeHost, port), routing, encryption, Login(url.UserInfo), context);
        }

        return address is not null;
    }

    public override string ToString()
    {
        var ending = Encryption switch { BoltEncryption.Trusted => "+s", BoltEncryption.Any => "+ssc", _ => "" };
        return $"{(Routing ? "neo4j" : "bolt")}{ending}://{Endpoint}";
    }

    private static (bool Routing, BoltEncryption Encryption)? Scheme(string scheme) => scheme switch
    {
        "bolt" => (false, BoltEncryption.None),
        "bolt+s" => (false, BoltEncryption.Trusted),
        "bolt+ssc" => (false, BoltEncryption.Any),
        "neo4j" => (true, BoltEncryption.None),
        "neo4j+s" => (true, BoltEncryption.Trusted),
        "neo4j+ssc" => (true, BoltEncryption.Any),
        _ => null,
    };

    private static BoltAuth Login(string userInfo)
    {
        var parts = userInfo.Split(':', 2);
        return parts[0].Length == 0
            ? BoltAuth.None
            : new BoltAuth(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
    }

    private static bool TryContext(string query, out Dictionary<string, string> context)
    {
        context = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            if (parts.Length != 2 || parts[0] is "" or "address" || parts[1].Length == 0
                || !context.TryAdd(Uri.UnescapeDataString(parts[0]), Uri.UnescapeDataString(parts[1])))
            {
                return false;
            }
        }

        return true;
    }
}
