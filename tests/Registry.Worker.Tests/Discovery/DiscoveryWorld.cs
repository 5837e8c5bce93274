using System.Text;
using System.Text.Json.Nodes;
using Capns.Hosting.Configuration;
using Capns.Hosting.Secrets;
using Capns.Messaging;
using Capns.Messaging.Broker;
using Capns.Messaging.Outbound;
using Capns.Messaging.Replies;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Api.Limits;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Capabilities;
using Capns.Registry.Worker.Discovery;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Tests.Access;
using Capns.Registry.Worker.Tests.Api;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Registry.Worker.Tools;
using Capns.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Capns.Registry.Worker.Tests.Discovery;

/// <summary>One registry with real logins on a real broker and database, and a discovery that is played by the test.</summary>
public class DiscoveryWorld : IAsyncLifetime
{
    private TestBroker? _broker;
    private TestDatabase? _database;
    private WebApplication? _app;
    private HttpClient? _client;
    private ScriptedDiscovery? _discovery;

    internal TestBroker Broker => _broker!;

    internal TestDatabase Database => _database!;

    internal ScriptedDiscovery Discovery => _discovery!;

    internal Audit.RecordedAudit Audit { get; } = new();

    /// <summary>Uuid of the tool with slug <c>adder</c>.</summary>
    internal Guid Adder { get; private set; }

    /// <summary>Uuid of the tool with slug <c>counter</c>.</summary>
    internal Guid Counter { get; private set; }

    /// <summary>How long the registry waits.</summary>
    protected virtual TimeSpan Timeout => TimeSpan.FromSeconds(20);

    /// <summary>False: nobody listens where the registry looks for the broker.</summary>
    protected virtual bool HasBroker => true;

    public async Task InitializeAsync()
    {
        if (!ServerUrls.Required && ServerUrls.Missing is not null)
        {
            return;
        }

        _broker = await TestBroker.CreateAsync();
        _database = await TestDatabase.CreateAsync();
        _app = Build();
        await _app.StartAsync();
        _client = new HttpClient { BaseAddress = new Uri(_app.Urls.Single()), Timeout = TimeSpan.FromSeconds(60) };
        Adder = await RegisterAsync("adder");
        Counter = await RegisterAsync("counter");
        if (HasBroker)
        {
            await _app.Services.GetRequiredService<ITopologyDeclarer>().EnsureAsync(CancellationToken.None);
            _discovery = new ScriptedDiscovery(Broker, _app.Services.GetRequiredService<ReplyMessages>(), _app.Services.GetRequiredService<IMessagePublisher>());
            await _discovery.StartAsync();
        }
    }

    public async Task DisposeAsync()
    {
        _client?.Dispose();
        if (_app is not null)
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await _app.StopAsync(soon.Token);
            await _app.DisposeAsync();
        }

        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    /// <summary>A token of a user with roles.</summary>
    internal static string Token(string userId, params string[] roles) => TestTokens.Hs256(TestTokens.Claims(TimeProvider.System.GetUtcNow(), userId, roles));

    /// <summary>A token of an agent.</summary>
    internal static string AgentToken(string agentId)
    {
        var claims = TestTokens.Claims(TimeProvider.System.GetUtcNow(), "alice", "user");
        claims["agents"] = new JsonArray(agentId);
        return TestTokens.Hs256(claims);
    }

    /// <summary>Sends a request as an administrator called <c>root</c>, or with another token.</summary>
    internal async Task<Answer> SendAsync(string method, string path, JsonNode? body = null, string? token = null, params string[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/v1" + path);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token ?? Token("root", "admin")}");
        for (var index = 0; index < headers.Length; index += 2)
        {
            request.Headers.TryAddWithoutValidation(headers[index], headers[index + 1]);
        }

        request.Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await _client!.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer(
            response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text),
            response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(",", header.Value), StringComparer.OrdinalIgnoreCase), text);
    }

    private async Task<Guid> RegisterAsync(string slug) => (Guid)(await SendAsync("POST", "/tools", Definitions.Valid(slug))).Is(201).Body!["id"]!;

    private WebApplication Build()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var services = builder.Services;
        services.AddCapnsMessaging(new BusSettings { RabbitMqUrl = HasBroker ? Broker.Url : new Uri("amqp://nobody:nobody@127.0.0.1:1/none") });
        services.AddPersistence(Database.ConnectionString);
        services.AddSingleton<Capns.Hosting.Redis.IRedis, NoRedis>();
        services.AddSingleton<IAuditTrail>(Audit);
        services.AddSingleton(ServiceSettings.Read(new EnvironmentReader(_ => null), "registry"));
        services.AddTools(new ToolOptions());
        services.AddCapabilities();
        services.AddAdmission(new AdmissionOptions());
        services.AddAccess(new AccessOptions { Logins = new() { JwtSecret = TestTokens.Secret } });
        services.AddSealing(SealingKeys.Development);
        services.AddApi(new RequestLimitOptions { Requests = 100_000, Registrations = 100_000 });
        services.AddDiscovery(new DiscoveryOptions { Timeout = Timeout });
        var app = builder.Build();
        app.UseApiConventions();
        app.UseAccess();
        app.UseRequestLimits();
        app.MapToolsApi();
        app.MapDiscovery();
        return app;
    }
}

/// <summary>A registry that does not wait long.</summary>
public sealed class HurriedWorld : DiscoveryWorld
{
    protected override TimeSpan Timeout => TimeSpan.FromSeconds(2);
}

/// <summary>A registry whose broker is away.</summary>
public sealed class BrokerlessWorld : DiscoveryWorld
{
    protected override TimeSpan Timeout => TimeSpan.FromMilliseconds(300);

    protected override bool HasBroker => false;
}
