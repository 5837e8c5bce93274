using Capns.Discovery.Worker.Graph.Bolt;
using Capns.Discovery.Worker.Graph.Falkor;
using Capns.Hosting.Configuration;

namespace Capns.Discovery.Worker.Graph;

/// <summary>The graph server (platform spec 10.4): Neo4j, else FalkorDB, else none, and then PostgreSQL answers alone.</summary>
internal sealed record GraphSettings
{
    /// <summary>Null: no Neo4j.</summary>
    public BoltOptions? Neo4j { get; init; }

    /// <summary>Null: no FalkorDB, or Neo4j comes before it.</summary>
    public FalkorAddress? Falkor { get; init; }

    /// <summary>One sentence per variable that was set and is not used; logged at start.</summary>
    public IReadOnlyList<string> Conflicts { get; init; } = [];

    /// <summary>False: switched off, which degrades nothing.</summary>
    public bool IsEnabled => Neo4j is not null || Falkor is not null;

    /// <exception cref="SettingException">A value cannot be used.</exception>
    public static GraphSettings Read(EnvironmentReader environment)
    {
        var timeout = environment.Duration(
            "NEO4J_CONNECTION_TIMEOUT", TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10));
        var falkor = Falkordb(environment, timeout);
        var (url, uri) = (Bolt(environment, "NEO4J_URL"), Bolt(environment, "NEO4J_URI"));
        List<string> conflicts = [];
        if (url is not null && uri is not null && (url.ToString(), url.Auth) != (uri.ToString(), uri.Auth))
        {
            conflicts.Add($"NEO4J_URI ({uri}) differs from NEO4J_URL ({url}), which is used.");
        }

        if ((url ?? uri) is not { } used)
        {
            return new GraphSettings { Falkor = falkor };
        }

        if (falkor is not null)
        {
            conflicts.Add($"FALKORDB_URL ({falkor}) is not used: there is a Neo4j ({used}).");
        }

        return new GraphSettings { Neo4j = Neo4jOptions(environment, used, timeout), Conflicts = conflicts };
    }

    private static BoltAddress? Bolt(EnvironmentReader environment, string variable)
    {
        if (environment.Text(variable) is not { } text)
        {
            return null;
        }

        return BoltAddress.TryParse(text, out var address, out var error) ? address : throw new SettingException($"{variable} {error}.");
    }

    private static BoltOptions Neo4jOptions(EnvironmentReader environment, BoltAddress address, TimeSpan timeout)
    {
        var user = environment.Text("NEO4J_USER") ?? address.Auth.User;
        var password = environment.Text("NEO4J_PASSWORD") ?? address.Auth.Password;
        var options = new BoltOptions
        {
            Address = address,
            Auth = new BoltAuth(user, password),
            Database = environment.Text("NEO4J_DATABASE") ?? "",
            MaxConnections = environment.WholeNumber("NEO4J_MAX_CONNECTIONS", 50, 1, 10_000),
            ConnectionTimeout = timeout,
        };
        return options.Problems().FirstOrDefault() is { } problem ? throw new SettingException(problem) : options;
    }

    private static FalkorAddress? Falkordb(EnvironmentReader environment, TimeSpan timeout)
    {
        const string Variable = "FALKORDB_URL";
        if (environment.Url(Variable, "redis", "rediss") is not { } url)
        {
            return null;
        }

        var graph = Uri.UnescapeDataString(url.AbsolutePath.Trim('/'));
        if (graph.Length is 0 or > 128 || graph.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('_' or '-')))
        {
            throw new SettingException(
                $"{Variable}: graph '{graph}' cannot be used; it needs 1 to 128 letters, digits, _ or -, as in redis://host:port/capns.");
        }

        // What stands alone may be a password that was meant: it is neither dropped nor repeated.
        var login = url.UserInfo.Split(':', 2);
        if (login is [{ Length: > 0 }])
        {
            throw new SettingException(
                $"{Variable}: the login cannot be used; it needs a password after a colon, as in redis://:password@host:port/capns.");
        }

        if (login.Length == 2 && login[0].Length > 0 && login[0] != "default")
        {
            throw new SettingException($"{Variable}: user {login[0]} cannot be used; it needs none or \"default\".");
        }

        var password = login.Length == 2 && login[1].Length > 0 ? Uri.UnescapeDataString(login[1]) : null;
        return new FalkorAddress(url.Host, url.Port > 0 ? url.Port : 6379, password, graph, url.Scheme == "rediss", timeout);
    }
}
