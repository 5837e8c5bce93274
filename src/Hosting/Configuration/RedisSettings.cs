namespace Capns.Hosting.Configuration;

/// <summary>Redis (platform spec 10.4): <c>REDIS_URL</c> as <c>redis://user:password@host:port/database</c> or <c>rediss://</c> (TLS). Absent: off.</summary>
public sealed record RedisSettings
{
    /// <summary>False: everything that lives in Redis is off, which is no failure.</summary>
    public bool IsEnabled => Host.Length > 0;

    /// <summary>Host name or address; empty when off.</summary>
    public string Host { get; init; } = "";

    /// <summary>Default: 6379.</summary>
    public int Port { get; init; } = 6379;

    /// <summary>Password; null when there is none. A user name is not supported by the client.</summary>
    public string? Password { get; init; }

    /// <summary>Number of the database, 0 to 15. Default: 0.</summary>
    public int Database { get; init; }

    /// <summary>True for <c>rediss://</c>.</summary>
    public bool Tls { get; init; }

    /// <exception cref="SettingException">The URL cannot be used.</exception>
    public static RedisSettings Read(EnvironmentReader environment)
    {
        const string Variable = "REDIS_URL";
        if (environment.Url(Variable, "redis", "rediss") is not { } url)
        {
            return new RedisSettings();
        }

        var login = url.UserInfo.Split(':', 2);
        if (login.Length == 2 && login[0].Length > 0 && login[0] != "default")
        {
            throw new SettingException($"{Variable}: user {login[0]} cannot be used; it needs none or \"default\".");
        }

        var path = url.AbsolutePath.Trim('/');
        var database = 0;
        if (path.Length > 0 && (!int.TryParse(path, out database) || database is < 0 or > 15))
        {
            throw new SettingException($"{Variable}: database {path} cannot be used; it needs a number from 0 to 15.");
        }

        return new RedisSettings
        {
            Host = url.Host,
            Port = url.Port > 0 ? url.Port : 6379,
            Password = login.Length == 2 && login[1].Length > 0 ? Uri.UnescapeDataString(login[1]) : null,
            Database = database,
            Tls = url.Scheme == "rediss",
        };
    }
}
