using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Capns.Bench.Api;

/// <summary>The least a service can do on this machine: one insert, or one select of 20 rows, and nothing else.</summary>
internal sealed class BareServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private BareServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    public static async Task<BareServer> StartAsync(NpgsqlDataSource database)
    {
        await using (var create = database.CreateCommand("CREATE TABLE IF NOT EXISTS bench_rows (id bigserial PRIMARY KEY, body jsonb NOT NULL)"))
        {
            await create.ExecuteNonQueryAsync();
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost("/rows", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            await using var insert = database.CreateCommand("INSERT INTO bench_rows (body) VALUES ($1::jsonb)");
            insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = await reader.ReadToEndAsync() });
            await insert.ExecuteNonQueryAsync();
            return Results.StatusCode(StatusCodes.Status201Created);
        });
        app.MapGet("/rows", async () =>
        {
            await using var select = database.CreateCommand("SELECT body::text FROM bench_rows ORDER BY id LIMIT 20");
            await using var reader = await select.ExecuteReaderAsync();
            var rows = new List<string>();
            while (await reader.ReadAsync())
            {
                rows.Add(reader.GetString(0));
            }

            return Results.Text($"[{string.Join(',', rows)}]", "application/json");
        });
        await app.StartAsync();
        return new BareServer(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
