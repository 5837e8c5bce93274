using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Capns.Access;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Approvals.Deciding;
using Capns.Registry.Worker.Approvals.Looking;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Tests.Executions;
using Capns.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Capns.Registry.Worker.Tests.Approvals;

/// <summary>Approvals over HTTP (platform spec 4.3).</summary>
public sealed class ApprovalsApiTests : IAsyncLifetime
{
    private World _world = null!;
    private WebApplication _app = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        if (ServerUrls.Missing is not null && !ServerUrls.Required)
        {
            return;
        }

        _world = await ApprovalFlow.StartAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var services = _world.Host.Services;
        builder.Services.AddSingleton(services.GetRequiredService<RegistryTransactions>());
        builder.Services.AddSingleton(services.GetRequiredService<ApprovalDesk>());
        builder.Services.AddSingleton(services.GetRequiredService<IAccessControl>());
        builder.Services.AddSingleton(services.GetRequiredService<IDbContextFactory<RegistryDbContext>>());
        _app = builder.Build();
        _app.UseMiddleware<ApiConventions>();
        // Header X-Caller as the tokens of messages: id|role,role and perhaps |scope,scope. Without it nobody has logged in.
        _app.Use((context, next) =>
        {
            var parts = context.Request.Headers["X-Caller"].ToString().Split('|');
            context.Features.Set(parts.Length > 1
                ? new Caller { Kind = CallerKind.User, Id = parts[0], Roles = parts[1].Split(','), Scopes = parts.ElementAtOrDefault(2)?.Split(',').ToHashSet() }
                : new Caller { Kind = CallerKind.Anonymous, Id = "anonymous" });
            return next(context);
        });
        _app.UseRouting();
        _app.MapApprovals();
        await _app.StartAsync();
        _client = new HttpClient { BaseAddress = new Uri(_app.Urls.Single()) };
    }

    public async Task DisposeAsync()
    {
        if (_world is not null)
        {
            _client.Dispose();
            await _app.DisposeAsync();
            await _world.DisposeAsync();
        }
    }

    [ServersFact]
    public async Task Decisions_AreTakenAndRefusedAsTheSpecSays()
    {
        var id = await _world.AskAsync();
        var approval = await _world.ApprovalAsync(id, "id");

        Assert.Equal((401, "UNAUTHENTICATED"), await PostAsync($"executions/{id}/approve", null, new { }));
        Assert.Equal((403, "SELF_APPROVAL"), await PostAsync($"executions/{id}/approve", "rita|admin", null));
        Assert.Equal((403, "INSUFFICIENT_PERMISSIONS"), await PostAsync($"approvals/{approval}/decisions", "ute|user", new { decision = "approve" }));
        Assert.Equal((409, "HASH_MISMATCH"), await PostAsync($"executions/{id}/reject", ApprovalFlow.Operator, new { parametersHash = "sha256:0" }));
        Assert.Equal((422, "INVALID_PARAMETERS"), await PostAsync($"approvals/{approval}/decisions", ApprovalFlow.Operator, new { decision = 1 }));
        Assert.Equal((422, "INVALID_PARAMETERS"), await PostAsync($"approvals/{approval}/decisions", ApprovalFlow.Operator, new { }));
        Assert.Equal((404, "NOT_FOUND"), await PostAsync($"approvals/{Guid.CreateVersion7()}/decisions", ApprovalFlow.Operator, new { decision = "approve" }));
        Assert.Equal((422, "INVALID_PARAMETERS"), await PostAsync($"executions/{id}/approve", ApprovalFlow.Operator, new { decision = "reject" }));
        Assert.Equal((422, "INVALID_PARAMETERS"), await PostAsync($"executions/{id}/reject", ApprovalFlow.Operator, new { decision = "approve" }));
        Assert.Equal((404, "EXECUTION_NOT_FOUND"), await PostAsync($"executions/{Guid.CreateVersion7()}/approve", ApprovalFlow.Operator, null));
        Assert.Equal("pending", await _world.ApprovalAsync(id));

        Assert.Equal((200, "approved"), await PostAsync($"executions/{id}/approve", ApprovalFlow.Operator, null));
        Assert.Equal((200, "approved"), await PostAsync($"approvals/{approval}/decisions", ApprovalFlow.Operator, new { decision = "approve" }));
        Assert.Equal((409, "APPROVAL_NOT_PENDING"), await PostAsync($"executions/{id}/reject", ApprovalFlow.Operator, null));
        await _world.RunAsync(id);
    }

    // An API key whose scope is everything cuts nothing: the first administrator's is one.
    [ServersTheory]
    [InlineData("olga|operator|*", 200)]
    [InlineData("olga|operator|tool:read,execution:approve:restricted", 200)]
    [InlineData("olga|operator|tool:read", 403)]
    public async Task Decision_ByAKey_IsCutByItsScopesOnly(string caller, int status) =>
        Assert.Equal(status, (await PostAsync($"executions/{await _world.AskAsync()}/approve", caller, null)).Status);

    [ServersFact]
    public async Task Lists_ShowOnlyWhatACallerMaySee()
    {
        var (first, second) = (await _world.AskAsync(new { agentId = "rita" }), await _world.AskAsync(new { agentId = "otto" }));
        Assert.Equal((200, "rejected"), await PostAsync($"executions/{first}/reject", ApprovalFlow.Operator, new { feedback = "no" }));
        var approval = await _world.ApprovalAsync(second, "id");

        Assert.Equal(2, (await ListAsync("", ApprovalFlow.Operator)).GetProperty("total").GetInt32());
        Assert.Equal(1, (await ListAsync("?status=pending", ApprovalFlow.Operator)).GetProperty("total").GetInt32());
        var page = await ListAsync("?page=2&limit=1", ApprovalFlow.Operator);
        Assert.Equal((2, 1), (page.GetProperty("pages").GetInt32(), page.GetProperty("items").GetArrayLength()));
        var own = Assert.Single((await ListAsync("", "rita|user")).GetProperty("items").EnumerateArray());
        Assert.Equal(("rejected", "no"), (own.GetProperty("status").GetString(), own.GetProperty("decisions")[0].GetProperty("feedback").GetString()));
        Assert.Equal(0, (await ListAsync("", "ute|user")).GetProperty("total").GetInt32());
        Assert.Equal(HttpStatusCode.OK, (await GetAsync($"approvals/{approval}", "otto|user")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync($"approvals/{approval}", "ute|user")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync("approvals", null)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await GetAsync("approvals?status=open", ApprovalFlow.Operator)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await GetAsync("approvals?limit=101", ApprovalFlow.Operator)).StatusCode);
    }

    private async Task<(int Status, string? Word)> PostAsync(string path, string? caller, object? body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/{path}") { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("X-Caller", caller);
        using var answer = await _client.SendAsync(request);
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return ((int)answer.StatusCode, json.GetProperty(answer.IsSuccessStatusCode ? "status" : "code").GetString());
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string? caller)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/{path}");
        request.Headers.Add("X-Caller", caller);
        return await _client.SendAsync(request);
    }

    private async Task<JsonElement> ListAsync(string query, string caller)
    {
        using var answer = await GetAsync("approvals" + query, caller);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }
}
