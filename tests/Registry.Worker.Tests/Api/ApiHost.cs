using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Tests.Access;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Registry.Worker.Tools;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Capns.Registry.Worker.Tests.Api;

/// <summary>One registry that serves tools over HTTP, on the fixture's database.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ApiHost(WebApplication app, bool hasLogin)
    {
        _app = app;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        Client = hasLogin ? Client.AsTester() : Client;
    }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Starts it.</summary>
    /// <param name="fixture">Its database.</param>
    /// <param name="more">Services that count before those of the fixture.</param>
    /// <param name="map">Further paths.</param>
    /// <param name="tester">Real access control, and a client that is logged in with these permissions. Absent: <see cref="TestAccess"/>.</param>
    public static async Task<ApiHost> StartAsync(
        CatalogueFixture fixture, Action<IServiceCollection>? more = null, Action<WebApplication>? map = null, IReadOnlySet<string>? tester = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        more?.Invoke(builder.Services);
        if (tester is null)
        {
            builder.Services.AddSingleton<IAccessControl, TestAccess>();
        }
        else
        {
            builder.Services.AddTester(tester);
        }

        fixture.Build(builder.Services, new ToolOptions());
        var app = builder.Build();
        app.UseApiConventions();
        if (tester is null)
        {
            app.UseTestAccess();
        }
        else
        {
            app.UseAccess();
        }

        app.UseRequestLimits();
        app.MapToolsApi();
        app.MapCapabilitiesApi();
        map?.Invoke(app);
        await app.StartAsync();
        return new ApiHost(app, tester is not null);
    }

    /// <summary>Sends a request.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Below <c>/api/v1</c>; with two slashes in front, from the root.</param>
    /// <param name="body">JSON; absent: no body.</param>
    /// <param name="headers">Name and value, one after the other.</param>
    public async Task<Answer> SendAsync(string method, string path, JsonNode? body = null, params string[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path.StartsWith("//", StringComparison.Ordinal) ? path[1..] : "/api/v1" + path);
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        for (var index = 0; index < headers.Length; index += 2)
        {
            request.Headers.TryAddWithoutValidation(headers[index], headers[index + 1]);
        }

        using var response = await Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer(
            response.StatusCode,
            text.Length == 0 ? null : JsonNode.Parse(text),
            response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(",", header.Value), StringComparer.OrdinalIgnoreCase),
            text);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}

/// <summary>What came back.</summary>
internal sealed record Answer(HttpStatusCode Status, JsonNode? Body, IReadOnlyDictionary<string, string> Headers, string Text)
{
    public string? Code => (string?)Body?["code"];

    public string ETag => Headers["ETag"];

    /// <summary>Fails with the body when the status is another.</summary>
    public Answer Is(int status, string? code = null)
    {
        Assert.True((int)Status == status && (code is null || Code == code), $"Expected {status} {code}, got {(int)Status}: {Text}");
        return this;
    }
}
