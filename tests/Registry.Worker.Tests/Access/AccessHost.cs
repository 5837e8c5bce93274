using System.Data.Common;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Capns.Access;
using Capns.Access.Keys;
using Capns.Access.Rules;
using Capns.Hosting.Configuration;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Access.FirstStart;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Registry.Worker.Tools;
using Capns.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Xunit;
using IRedis = Capns.Hosting.Redis.IRedis;

namespace Capns.Registry.Worker.Tests.Access;

/// <summary>The registry's HTTP surface with real logins on a real database, and a clock of its own.</summary>
internal sealed class AccessHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private AccessHost(WebApplication app, ManualTime time, Tests.Audit.RecordedAudit audit, StringWriter printed, SwitchedDatabase database)
    {
        _app = app;
        Database = database;
        Time = time;
        Audit = audit;
        Printed = printed;
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public ManualTime Time { get; }

    public Tests.Audit.RecordedAudit Audit { get; }

    /// <summary>Can be away.</summary>
    public SwitchedDatabase Database { get; }

    /// <summary>What the first start printed.</summary>
    public StringWriter Printed { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public int Port => Client.BaseAddress!.Port;

    public static async Task<AccessHost> StartAsync(CatalogueFixture fixture, Func<AccessOptions, AccessOptions>? options = null)
    {
        var (time, audit, printed) = (new ManualTime(), new Tests.Audit.RecordedAudit(), new StringWriter());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var given = new AccessOptions { Logins = new() { JwtSecret = TestTokens.Secret } };
        builder.Services.AddSingleton(new FirstKeyPrinter(printed));
        builder.Services.AddSingleton(ServiceSettings.Read(new EnvironmentReader(_ => null), "registry"));
        builder.Services.AddSingleton<IRedis>(new LoginLimiterTests.NoRedis());
        builder.Services.AddAccess(options?.Invoke(given) ?? given);
        fixture.Build(builder.Services, new ToolOptions(), time, audit: audit);
        var database = new SwitchedDatabase(fixture);
        builder.Services.AddSingleton<IDbContextFactory<RegistryDbContext>>(database);
        builder.Services.Replace(ServiceDescriptor.Singleton<IAccessTables>(new SwitchedTables(database, new AccessTables(fixture.Database.Source))));
        builder.Services.AddHostedService<AdministratorAtStart>();
        var app = builder.Build();
        app.MapToolsApi();
        app.UseMiddleware<ApiConventions>();
        app.UseAccess();
        app.MapAccess();
        Probe(app);
        await app.StartAsync();
        return new AccessHost(app, time, audit, printed, database);
    }

    /// <summary>Sends a request as somebody.</summary>
    /// <param name="method">GET, POST …</param>
    /// <param name="path">With query.</param>
    /// <param name="login">A token, or an API key; null: none.</param>
    /// <param name="body">JSON, or null.</param>
    /// <param name="ifMatch">Entity tag.</param>
    public async Task<(HttpStatusCode Status, JsonNode? Body, HttpResponseMessage Answer)> SendAsync(
        string method, string path, string? login, JsonNode? body = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        if (login is not null)
        {
            request.Headers.TryAddWithoutValidation(login.StartsWith("capns_", StringComparison.Ordinal) ? "X-API-Key" : "Authorization", login.StartsWith("capns_", StringComparison.Ordinal) ? login : $"Bearer {login}");
        }

        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        request.Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        var answer = await Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text), answer);
    }

    /// <summary>A token of a user with roles.</summary>
    public string Token(string userId, params string[] roles) => TestTokens.Hs256(TestTokens.Claims(Time.GetUtcNow(), userId, roles));

    /// <summary>Sends and expects a status.</summary>
    public async Task<JsonNode?> ExpectAsync(HttpStatusCode status, string method, string path, string? login, JsonNode? body = null, string? ifMatch = null)
    {
        var (got, answer, _) = await SendAsync(method, path, login, body, ifMatch);
        Assert.True(status == got, $"{method} {path}: {(int)got} {answer?.ToJsonString()}");
        return answer;
    }

    /// <summary>A new API key.</summary>
    public async Task<string> KeyAsync(string login, string[] scopes, TimeSpan? lasts = null, JsonObject? more = null)
    {
        var body = more ?? [];
        (body["name"], body["scopes"], body["expiresAt"]) =
            ("test", new JsonArray([.. scopes.Select(scope => (JsonNode)scope)]), (Time.GetUtcNow() + (lasts ?? TimeSpan.FromDays(1))).ToString("O"));
        return (string)(await ExpectAsync(HttpStatusCode.Created, "POST", "/api/v1/api-keys", login, body))!["key"]!;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    /// <summary>Paths that tell who got in.</summary>
    private static void Probe(WebApplication app)
    {
        static object Tell(HttpContext context) => new
        {
            kind = CallerKinds.Word(context.Caller().Kind),
            id = context.Caller().Id,
            roles = context.Caller().Roles,
            scopes = context.Caller().Scopes?.Order(),
        };
        app.MapGet("/api/v1/me", Tell);
        app.MapGet("/api/v1/restricted", Tell).Requires("tool:execute:restricted");
        app.MapGet("/api/v1/open", Tell).NeedsNoLogin();
        app.MapGet("/api/v1/tagged", (HttpContext context) => context.Response.Headers.ETag = "\"1\"");
        app.MapGet("/health", () => "healthy");
        app.MapGet("/health/live", () => "alive");
        app.MapGet("/health/detailed", Tell);
        app.MapGet("/metrics", () => "metrics");
    }
}

/// <summary>The tables of rules, which are away with the rest of the database.</summary>
internal sealed class SwitchedTables(SwitchedDatabase database, AccessTables tables) : IAccessTables
{
    private AccessTables There => database.IsAway ? throw SwitchedDatabase.Away() : tables;

    public Task<long> RevisionAsync(CancellationToken cancellationToken) => There.RevisionAsync(cancellationToken);

    public Task<AccessSnapshot> ReadAsync(CancellationToken cancellationToken) => There.ReadAsync(cancellationToken);

    public Task<ApiKey?> FindKeyAsync(string id, CancellationToken cancellationToken) => There.FindKeyAsync(id, cancellationToken);
}

/// <summary>The fixture's database, which can be switched off for one host.</summary>
internal sealed class SwitchedDatabase(CatalogueFixture fixture) : IDbContextFactory<RegistryDbContext>
{
    public bool IsAway { get; set; }

    /// <summary>True: the next commit happens, and its answer is lost.</summary>
    public bool LosesNextCommit { get; set; }

    public RegistryDbContext CreateDbContext() => throw new NotSupportedException("Contexts are made asynchronously here.");

    public Task<RegistryDbContext> CreateDbContextAsync(CancellationToken cancellationToken) => IsAway
        ? throw Away()
        : Task.FromResult(new RegistryDbContext(
            new DbContextOptionsBuilder<RegistryDbContext>().UseNpgsql(fixture.Database.Source).AddInterceptors(new LostCommit(this)).Options));

    public static NpgsqlException Away() => new("The server does not answer.", new SocketException((int)SocketError.ConnectionRefused));

    private sealed class LostCommit(SwitchedDatabase database) : DbTransactionInterceptor
    {
        public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            if (!database.LosesNextCommit)
            {
                return Task.CompletedTask;
            }

            database.LosesNextCommit = false;
            throw new NpgsqlException("The connection is closed after the commit.", new IOException("closed"));
        }
    }
}
