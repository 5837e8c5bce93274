using System.Data.Common;
using System.Globalization;

namespace Capns.Hosting.Configuration;

/// <summary>The database (platform spec 10.4): <c>POSTGRESQL_URL</c>, else <c>POSTGRES_URL</c>, else <c>PG_HOST</c> and its fellows.</summary>
public sealed record PostgresSettings
{
    private static readonly string[] SslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

    /// <summary>For Npgsql. Holds the password: never log it.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>Host, port and database, for people.</summary>
    public required string Address { get; init; }

    /// <summary>One sentence per variable that was set, differs and is not used; logged at start.</summary>
    public required IReadOnlyList<string> Conflicts { get; init; }

    /// <exception cref="SettingException">Neither a URL nor <c>PG_HOST</c> is set, or a value cannot be used.</exception>
    public static PostgresSettings Read(EnvironmentReader environment)
    {
        var candidates = new[] { FromUrl(environment, "POSTGRESQL_URL"), FromUrl(environment, "POSTGRES_URL"), FromParts(environment) }
            .OfType<(string From, DbConnectionStringBuilder Target)>()
            .ToList();
        if (candidates.Count == 0)
        {
            throw new SettingException("POSTGRESQL_URL is not set; it needs the database's address, such as postgresql://user:password@host:5432/database.");
        }

        var (from, used) = candidates[0];
        return new PostgresSettings
        {
            ConnectionString = used.ConnectionString,
            Address = Describe(used),
            Conflicts = [.. candidates.Skip(1)
                .Where(other => !other.Target.EquivalentTo(used))
                .Select(other => $"{other.From} ({Describe(other.Target)}) differs from {from} ({Describe(used)}), which is used.")],
        };
    }

    private static (string From, DbConnectionStringBuilder Target)? FromUrl(EnvironmentReader environment, string variable)
    {
        if (environment.Url(variable, "postgresql", "postgres") is not { } url)
        {
            return null;
        }

        var login = url.UserInfo.Split(':', 2);
        var target = Target(
            url.Host,
            url.Port > 0 ? url.Port : 5432,
            Uri.UnescapeDataString(url.AbsolutePath.Trim('/')),
            Uri.UnescapeDataString(login[0]),
            login.Length > 1 ? Uri.UnescapeDataString(login[1]) : "");
        foreach (var pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = pair.Split('=', 2) is [var key, var text] ? (key, Uri.UnescapeDataString(text)) : (pair, "");
            target[Parameter(variable, name, value)] = value.Replace("-", "", StringComparison.Ordinal);
        }

        return (variable, target);
    }

    private static string Parameter(string variable, string name, string value) => name switch
    {
        "sslmode" when SslModes.Contains(value, StringComparer.Ordinal) => "SSL Mode",
        "connect_timeout" when int.TryParse(value, out var seconds) && seconds is >= 0 and <= 1024 => "Timeout",
        "application_name" => "Application Name",
        "sslmode" => throw new SettingException($"{variable}: sslmode={value} cannot be used; it needs one of {string.Join(", ", SslModes)}."),
        "connect_timeout" => throw new SettingException($"{variable}: connect_timeout={value} cannot be used; it needs 0 to 1024 seconds."),
        _ => throw new SettingException($"{variable}: parameter {name} is not known; known are sslmode, connect_timeout, application_name."),
    };

    private static (string From, DbConnectionStringBuilder Target)? FromParts(EnvironmentReader environment)
    {
        if (environment.Text("PG_HOST") is not { } host)
        {
            return null;
        }

        var target = Target(
            host,
            environment.WholeNumber("PG_PORT", 5432, 1, 65535),
            environment.Text("PG_DATABASE") ?? "",
            environment.Text("PG_USER") ?? "",
            environment.Text("PG_PASSWORD") ?? "");
        if (environment.Flag("PG_SSL", false))
        {
            target["SSL Mode"] = "require";
        }

        return ("PG_HOST", target);
    }

    private static DbConnectionStringBuilder Target(string host, int port, string database, string user, string password)
    {
        var target = new DbConnectionStringBuilder
        {
            ["Host"] = host,
            ["Port"] = port.ToString(CultureInfo.InvariantCulture),
            ["Database"] = database.Length > 0 ? database : user.Length > 0 ? user : "capns",
        };
        if (user.Length > 0)
        {
            target["Username"] = user;
        }

        if (password.Length > 0)
        {
            target["Password"] = password;
        }

        return target;
    }

    private static string Describe(DbConnectionStringBuilder target) => $"{target["Host"]}:{target["Port"]}/{target["Database"]}";
}
