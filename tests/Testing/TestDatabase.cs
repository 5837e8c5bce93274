using Npgsql;

namespace Capns.Testing;

/// <summary>A PostgreSQL database of one's own, dropped at the end even while connections are open.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private TestDatabase(string name)
    {
        Name = name;
        Url = new UriBuilder(ServerUrls.PostgreSql) { Path = name }.Uri;
        ConnectionString = Connect(name);
        Source = NpgsqlDataSource.Create(ConnectionString);
    }

    /// <summary>Name of the database.</summary>
    public string Name { get; }

    /// <summary>A value for <c>POSTGRESQL_URL</c>.</summary>
    public Uri Url { get; }

    /// <summary>The same for Npgsql.</summary>
    public string ConnectionString { get; }

    /// <summary>Connections to it; pooled.</summary>
    public NpgsqlDataSource Source { get; }

    /// <exception cref="NpgsqlException">The server does not answer, or the login may not create databases.</exception>
    public static async Task<TestDatabase> CreateAsync()
    {
        var name = $"capns_test_{Guid.CreateVersion7():N}";
        await AdministerAsync($"CREATE DATABASE {name}");
        return new TestDatabase(name);
    }

    /// <summary>Runs SQL text of the test's own.</summary>
    /// <returns>The number of rows it touched.</returns>
    public async Task<int> ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>First value of the first row; default when there is no row or the value is null.</summary>
    public async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    /// <summary>Ends every connection to the database from the server's side, as a restart of the server would.</summary>
    public Task CloseConnectionsAsync() =>
        AdministerAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{Name}' AND pid <> pg_backend_pid()");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await AdministerAsync($"DROP DATABASE IF EXISTS {Name} WITH (FORCE)");
    }

    private static async Task AdministerAsync(string sql)
    {
        // Names are made here, never read from outside. Without pooling, so that nothing holds the database open.
        await using var connection = new NpgsqlConnection(Connect(ServerUrls.PostgreSql.AbsolutePath.Trim('/')) + ";Pooling=false");
        await connection.OpenAsync();
#pragma warning disable CA2100
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private static string Connect(string database)
    {
        var url = ServerUrls.PostgreSql;
        var login = url.UserInfo.Split(':', 2);
        return new NpgsqlConnectionStringBuilder
        {
            Host = url.Host,
            Port = url.Port,
            Database = database.Length == 0 ? "postgres" : database,
            Username = Uri.UnescapeDataString(login[0]),
            Password = login.Length > 1 ? Uri.UnescapeDataString(login[1]) : null,
            MaxPoolSize = 20,
        }.ConnectionString;
    }
}
