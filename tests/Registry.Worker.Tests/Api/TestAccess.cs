using Capns.Access;
using Capns.Contracts.Executions;
using Capns.Hosting.Redis;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Persistence;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using StackExchange.Redis;

namespace Capns.Registry.Worker.Tests.Api;

/// <summary>Stands for access control: what a caller holds stands in the request, and what is its own it may write.</summary>
internal sealed class TestAccess : IAccessControl
{
    /// <summary>E.g. <c>alice tool:read tool:write</c>: a user and its permissions.</summary>
    public const string Header = "X-Test-Caller";

    public static Actor Tester { get; } = new(new Caller { Kind = CallerKind.User, Id = "tester" });

    public ValueTask<AccessDecision> DecideAsync(Caller caller, AccessQuestion question, RegistryDbContext db, CancellationToken cancellationToken)
    {
        var action = question is { Action: "tool:write", Tool: { } tool } && tool.Owner != caller.Id ? "tool:write:any" : question.Action;
        return new(new AccessDecision
        {
            Effect = caller.Permissions.Contains("*") || caller.Permissions.Contains(action) ? AccessEffect.Allowed : AccessEffect.Denied,
            Reason = $"This needs permission {action}.",
        });
    }

    /// <summary>The caller of a request without the header.</summary>
    public static Caller Read(string? header, IReadOnlySet<string> otherwise)
    {
        if (string.IsNullOrEmpty(header))
        {
            return new Caller { Kind = CallerKind.Anonymous, Id = "anonymous", Permissions = otherwise };
        }

        var words = header.Split(' ');
        return new Caller { Kind = CallerKind.User, Id = words[0], Permissions = words[1..].ToHashSet() };
    }
}

/// <summary>Finds the caller, and holds paths to what they demand.</summary>
internal static class TestAccessExtensions
{
    public static void UseTestAccess(this WebApplication app, IReadOnlySet<string>? anonymous = null) => app.Use(async (context, next) =>
    {
        var caller = TestAccess.Read(context.Request.Headers[TestAccess.Header], anonymous ?? new HashSet<string> { "*" });
        context.Features.Set(caller);
        var demand = context.GetEndpoint()?.Metadata.GetMetadata<RequiredPermission>()?.Permission;
        if (demand is not null && !caller.Permissions.Contains("*") && !caller.Permissions.Contains(demand))
        {
            await new ProblemResult(ErrorCodes.InsufficientPermissions, $"This needs permission {demand}.").ExecuteAsync(context);
            return;
        }

        await next(context);
    });
}

/// <summary>Redis is off.</summary>
internal sealed class NoRedis : Capns.Hosting.Redis.IRedis
{
    public bool IsEnabled => false;

    public bool IsAvailable => false;

    public Task<RedisResult> EvaluateAsync(string script, RedisKey[] keys, RedisValue[] arguments) => throw new RedisAwayException("off");

    public Task<RedisResult> ExecuteAsync(string command, params object[] arguments) => throw new RedisAwayException("off");
}
