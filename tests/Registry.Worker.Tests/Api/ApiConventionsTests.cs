using System.Net;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Testing;
using Microsoft.AspNetCore.Builder;
using Xunit;

namespace Capns.Registry.Worker.Tests.Api;

/// <summary>What every answer has in common, also outside <c>/api</c> (platform spec 4.1, 4.2).</summary>
public sealed class ApiConventionsTests(CatalogueFixture fixture) : IClassFixture<CatalogueFixture>
{
    [ServersTheory]
    [InlineData("/broken", HttpStatusCode.InternalServerError, "INTERNAL_ERROR")]
    [InlineData("/api/v1/broken", HttpStatusCode.InternalServerError, "INTERNAL_ERROR")]
    [InlineData("/nothing", HttpStatusCode.NotFound, "NOT_FOUND")]
    public async Task Failure_OnAnyPath_IsAProblemWithARequestIdAndNoTrace(string path, HttpStatusCode status, string code)
    {
        await using var host = await ApiHost.StartAsync(fixture, map: app =>
        {
            app.MapGet("/broken", Break);
            app.MapGet("/api/v1/broken", Break);
        });

        using var answer = await host.Client.GetAsync(new Uri(path, UriKind.Relative));
        var body = await answer.Content.ReadAsStringAsync();

        Assert.Equal((status, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Contains($"\"{code}\"", body, StringComparison.Ordinal);
        Assert.Contains(answer.Headers.GetValues("X-Request-ID").Single(), body, StringComparison.Ordinal);
        Assert.DoesNotContain("secret reason", body, StringComparison.Ordinal);
    }

    private static string Break() => throw new InvalidOperationException("the secret reason");
}
