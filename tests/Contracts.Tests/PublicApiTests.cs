using System.Reflection;
using Capns.Testing;

namespace Capns.Contracts.Tests;

/// <summary>What the packages show to others is written down beside them; <c>CAPNS_APPROVE=1</c> writes it anew.</summary>
public sealed class PublicApiTests
{
    public static TheoryData<string, string> Packages => new()
    {
        { "Capns.Contracts", "src/Contracts/PublicApi.txt" },
        { "Capns.Core", "src/Core/PublicApi.txt" },
        { "Capns.Definitions", "src/Definitions/PublicApi.txt" },
        { "Capns.Messaging", "src/Messaging/PublicApi.txt" },
    };

    [Theory]
    [MemberData(nameof(Packages))]
    public void PublicApi_OfAPackage_IsTheOneWrittenDown(string package, string file)
    {
        var path = Path.Combine(Checkout.Root, file);
        var text = PublicApiText.Of(Assembly.Load(package));
        if (Environment.GetEnvironmentVariable("CAPNS_APPROVE") == "1")
        {
            File.WriteAllText(path, text);
        }

        Assert.Equal(File.Exists(path) ? File.ReadAllText(path) : "", text);
    }
}
