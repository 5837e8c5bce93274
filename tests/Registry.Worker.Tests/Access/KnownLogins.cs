using Capns.Access;
using Capns.Contracts.Executions;
using Capns.Hosting.Configuration;
using Capns.Registry.Worker.Access.Login;
using Microsoft.Extensions.DependencyInjection;

namespace Capns.Registry.Worker.Tests.Access;

/// <summary>Stands for logins: a credential is somebody who is known beforehand.</summary>
internal sealed class KnownLogins(IReadOnlyDictionary<string, Caller> callers) : ILogins
{
    public ValueTask<LoginReading> ReadAsync(string credential, string address, string? requestId, CancellationToken cancellationToken) => new(
        callers.TryGetValue(credential, out var caller) ? new LoginReading(caller) : new LoginReading(null, ErrorCodes.Unauthenticated, "The login is not valid."));
}

/// <summary>Hosts on which everybody is known.</summary>
internal static class KnownLoginsExtensions
{
    public const string Credential = "tester-login";

    /// <summary>One caller, <c>tester</c>, with these permissions and no role.</summary>
    public static void AddTester(this IServiceCollection services, IReadOnlySet<string> permissions)
    {
        services.AddSingleton(ServiceSettings.Read(new EnvironmentReader(_ => null), "registry"));
        services.AddSingleton<ILogins>(new KnownLogins(new Dictionary<string, Caller>
        {
            [Credential] = new() { Kind = CallerKind.User, Id = "tester", Permissions = permissions },
        }));
    }

    public static HttpClient AsTester(this HttpClient client)
    {
        client.DefaultRequestHeaders.Add("X-API-Key", Credential);
        return client;
    }
}
