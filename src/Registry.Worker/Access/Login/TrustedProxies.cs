using System.Net;
using Capns.Hosting.Configuration;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace Capns.Registry.Worker.Access.Login;

/// <summary>Proxies in front of the registry, which say for whom they ask (<c>TRUSTED_PROXIES</c>).</summary>
/// <remarks>
/// Anybody can write <c>X-Forwarded-For</c>: believed from everybody, it would give each try at guessing an address of its own.
/// Never believed, all callers behind a proxy would share one limit.
/// </remarks>
internal static class TrustedProxies
{
    private const string Name = "TRUSTED_PROXIES";

    /// <summary>Addresses and networks, with commas between them.</summary>
    /// <exception cref="SettingException">One of them is neither.</exception>
    public static IReadOnlyList<IPNetwork> Read(EnvironmentReader environment) =>
        [.. environment.List(Name).Select(
            text => Network(text) ?? throw environment.Bad(Name, "addresses or networks such as 10.0.0.0/8, with commas between them"))];

    /// <summary>The rightmost address that is no proxy of ours is the caller's.</summary>
    public static ForwardedHeadersOptions Settings(IReadOnlyList<IPNetwork> networks)
    {
        var settings = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            ForwardLimit = null,
        };
        settings.KnownProxies.Clear();
        settings.KnownIPNetworks.Clear();
        foreach (var network in networks)
        {
            settings.KnownIPNetworks.Add(network);
        }

        return settings;
    }

    private static IPNetwork? Network(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : null;
}
