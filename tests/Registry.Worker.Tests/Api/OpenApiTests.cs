using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Testing;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Hosting;
using Xunit;
using YamlDotNet.Serialization;

namespace Capns.Registry.Worker.Tests.Api;

/// <summary>The whole registry with all its paths, without any server: what it says of itself is committed. <c>CAPNS_APPROVE=1</c> writes it anew.</summary>
public sealed class OpenApiTests : IDisposable
{
    private static readonly string Docs = Path.Combine(Checkout.Root, "docs");
    private readonly Registry _registry = new();

    public void Dispose() => _registry.Dispose();

    [Fact]
    public async Task Document_IsTheCommittedOne()
    {
        using var client = _registry.CreateClient();
        var served = JsonNode.Parse(await client.GetStringAsync(new Uri("/openapi.json", UriKind.Relative)))!;
        var text = served.ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }).ReplaceLineEndings("\n") + "\n";
        var file = Path.Combine(Docs, "openapi.json");
        if (Environment.GetEnvironmentVariable("CAPNS_APPROVE") == "1")
        {
            await File.WriteAllTextAsync(file, text);
        }

        Assert.Equal(await File.ReadAllTextAsync(file), text);
        Assert.StartsWith("3.1", (string)served["openapi"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Document_EveryPathSaysWhatItNeedsAndHowItRefuses()
    {
        using var client = _registry.CreateClient();
        var paths = JsonNode.Parse(await client.GetStringAsync(new Uri("/openapi.json", UriKind.Relative)))!["paths"]!.AsObject();
        Assert.True(paths.Count >= 25, $"{paths.Count} paths");
        foreach (var (path, methods) in paths)
        {
            foreach (var (method, operation) in methods!.AsObject())
            {
                var what = $"{method} {path}";
                Assert.False(string.IsNullOrEmpty((string?)operation!["summary"]), what);
                Assert.NotEmpty(operation["tags"]!.AsArray());
                var answers = operation["responses"]!.AsObject();
                Assert.Contains(answers, answer => answer.Key.StartsWith('2'));
                foreach (var (status, answer) in answers.Where(answer => answer.Key[0] is '4' or '5'))
                {
                    var problem = answer!["content"]!["application/problem+json"]!;
                    Assert.Equal("#/components/schemas/Problem", (string?)problem["schema"]!["$ref"]);
                    Assert.True((int)problem["example"]!["status"]! == int.Parse(status, System.Globalization.CultureInfo.InvariantCulture), what);
                }
            }
        }
    }

    [Theory]
    [InlineData("/docs", "text/html")]
    [InlineData("/docs/page.js", "text/javascript")]
    [InlineData("/docs/page.css", "text/css")]
    [InlineData("/asyncapi.json", "application/json")]
    public async Task Page_ComesFromThisServerAlone(string path, string type)
    {
        using var client = _registry.CreateClient();
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal((HttpStatusCode.OK, type), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Contains("default-src 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        if (path.StartsWith("/docs", StringComparison.Ordinal))
        {
            Assert.DoesNotContain("://", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AsyncApi_InJson_IsThatInYaml()
    {
        var yaml = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize<object>(await File.ReadAllTextAsync(Path.Combine(Docs, "asyncapi.yaml")));
        var json = JsonSerializer.SerializeToNode(yaml)!;
        var file = Path.Combine(Docs, "asyncapi.json");
        if (Environment.GetEnvironmentVariable("CAPNS_APPROVE") == "1")
        {
            await File.WriteAllTextAsync(file, json.ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n");
        }

        Assert.True(JsonNode.DeepEquals(json, JsonNode.Parse(await File.ReadAllTextAsync(file))), "docs/asyncapi.json differs from docs/asyncapi.yaml; CAPNS_APPROVE=1 writes it.");
    }

    /// <summary>Program.cs, with nothing that runs by itself.</summary>
    private sealed class Registry : WebApplicationFactory<Program>
    {
        static Registry()
        {
            foreach (var (name, value) in new[]
            {
                ("RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672"), ("POSTGRESQL_URL", "postgresql://capns:capns@127.0.0.1:5432/postgres"),
                ("DATA_ENCRYPTION_KEY", new string('5', 64)), ("AUDIT_SIGNING_KEY", "the audit signing key of the document's tests"),
            })
            {
                // The servers' defaults; nothing connects to them here.
                if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name)))
                {
                    Environment.SetEnvironmentVariable(name, value);
                }
            }
        }

        protected override void ConfigureWebHost(IWebHostBuilder builder) => builder.ConfigureTestServices(services =>
        {
            foreach (var service in services.Where(service => service.ServiceType == typeof(IHostedService) && service.ImplementationType?.Name != "GenericWebHostService").ToList())
            {
                services.Remove(service);
            }
        });
    }
}
