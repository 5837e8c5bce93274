using System.Net;
using System.Net.Sockets;

namespace Capns.Registry.Worker.Audit.Alerts;

/// <summary>Which addresses a webhook may not reach: those that only this machine or its network can.</summary>
/// <remarks>Source: the IANA special-purpose address registries (RFC 6890 and its updates). Pure.</remarks>
internal static class WebhookAddress
{
    private static readonly IPNetwork[] Refused =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>True for an address that is not one of the public Internet.</summary>
    public static bool IsPrivate(IPAddress address)
    {
        var real = Inner(address);
        return Array.Exists(Refused, network => network.BaseAddress.AddressFamily == real.AddressFamily && network.Contains(real));
    }

    /// <summary>True when the URL's host says already that it is private; names are looked up when something is sent.</summary>
    public static bool IsPrivateName(Uri url)
    {
        var host = url.IdnHost.TrimEnd('.');
        return host.Length == 0
            || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host, out var address) && IsPrivate(address));
    }

    /// <summary>The IPv4 address inside one of IPv6: mapped, compatible, NAT64, 6to4.</summary>
    private static IPAddress Inner(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        var bytes = address.GetAddressBytes();
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        var compatible = bytes.AsSpan(0, 12).IndexOfAnyExcept((byte)0) < 0 && bytes.AsSpan(12).IndexOfAnyExcept((byte)0) >= 0 && !IPAddress.IsLoopback(address);
        if (compatible || bytes.AsSpan(0, 12).SequenceEqual((ReadOnlySpan<byte>)[0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]))
        {
            return new IPAddress(bytes.AsSpan(12, 4));
        }

        return bytes[0] == 0x20 && bytes[1] == 0x02 ? new IPAddress(bytes.AsSpan(2, 4)) : address;
    }
}
