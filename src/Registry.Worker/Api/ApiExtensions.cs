using Capns.Hosting;
using Capns.Registry.Worker.Api.Description;
using Capns.Registry.Worker.Api.Idempotency;
using Capns.Registry.Worker.Api.Limits;
using Capns.Registry.Worker.Executions.Commands;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Capns.Registry.Worker.Api;

/// <summary>Registers what all paths have in common.</summary>
internal static class ApiExtensions
{
    /// <summary>Requires <c>AddRedis</c>, <c>AddPersistence</c>, <c>AddTools</c>, <c>AddExecutions</c>, <c>AddSealing</c> and an <see cref="Access.IAccessControl"/>.</summary>
    /// <exception cref="Hosting.Configuration.SettingException">A setting cannot be used.</exception>
    public static void AddApi(this CapnsHostBuilder builder) => builder.Services.AddApi(RequestLimitOptions.Read(builder.Environment));

    /// <summary>The same with settings that are read already.</summary>
    public static IServiceCollection AddApi(this IServiceCollection services, RequestLimitOptions limits)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(limits);
        services.TryAddSingleton<RequestWindow>();
        services.TryAddSingleton<Rights>();
        services.TryAddSingleton<ListTotals>();
        services.TryAddSingleton<ToolWrites>();
        services.TryAddSingleton<RequestDigests>();
        services.TryAddSingleton<IdempotencyStore>();
        services.TryAddSingleton<ExecutionCommands>();
        services.AddApiDocument();
        return services;
    }

    /// <summary>Request ids and errors as problems. First of all: who finds the caller stands behind it.</summary>
    public static void UseApiConventions(this WebApplication app) => app.UseMiddleware<ApiConventions>();

    /// <summary>Limits per caller. Behind who finds the caller.</summary>
    public static void UseRequestLimits(this WebApplication app) => app.UseMiddleware<RequestLimits>();
}
