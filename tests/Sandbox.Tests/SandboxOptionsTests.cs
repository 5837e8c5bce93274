using Capns.Runner.Worker.Sandboxing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Capns.Sandbox.Tests;

public sealed class SandboxOptionsTests
{
    [Fact]
    public void Options_NothingConfigured_HaveTheirDefaults()
    {
        var options = Read();

        Assert.Equal("auto", options.Driver);
        Assert.Equal(2, options.WarmMembers);
        Assert.Equal(600, options.WarmIdleSeconds);
        Assert.Equal(64, options.WarmScratchMb);
        Assert.Equal(200_000, options.FirstUser);
        Assert.Equal(1_000, options.Users);
        Assert.Equal("/run/capns", options.StateFolder);
        Assert.Null(options.ControlGroupFolder);
    }

    [Theory]
    [InlineData("SANDBOX_DRIVER", "native")]
    [InlineData("SANDBOX_DRIVER", "container")]
    [InlineData("SANDBOX_WARM", "0")]
    [InlineData("SANDBOX_WARM", "64")]
    [InlineData("SANDBOX_WARM_IDLE", "1")]
    [InlineData("SANDBOX_WARM_IDLE", "86400")]
    [InlineData("SANDBOX_WARM_SCRATCH", "1")]
    [InlineData("SANDBOX_WARM_SCRATCH", "65536")]
    [InlineData("SANDBOX_FIRST_UID", "1000")]
    [InlineData("SANDBOX_FIRST_UID", "2000000000")]
    [InlineData("SANDBOX_UIDS", "1")]
    [InlineData("SANDBOX_UIDS", "65536")]
    public void Options_ValueAtABound_IsTaken(string name, string value) => Assert.NotNull(Read((name, value)));

    [Theory]
    [InlineData("SANDBOX_DRIVER", "docker", "Driver")]
    [InlineData("SANDBOX_WARM", "-1", "WarmMembers")]
    [InlineData("SANDBOX_WARM", "65", "WarmMembers")]
    [InlineData("SANDBOX_WARM_IDLE", "0", "WarmIdleSeconds")]
    [InlineData("SANDBOX_WARM_IDLE", "86401", "WarmIdleSeconds")]
    [InlineData("SANDBOX_WARM_SCRATCH", "0", "WarmScratchMb")]
    [InlineData("SANDBOX_WARM_SCRATCH", "65537", "WarmScratchMb")]
    [InlineData("SANDBOX_FIRST_UID", "999", "FirstUser")]
    [InlineData("SANDBOX_FIRST_UID", "2000000001", "FirstUser")]
    [InlineData("SANDBOX_UIDS", "0", "Users")]
    [InlineData("SANDBOX_UIDS", "65537", "Users")]
    [InlineData("SANDBOX_STATE", "run/capns", "SANDBOX_STATE")]
    [InlineData("SANDBOX_CGROUP", "capns", "SANDBOX_CGROUP")]
    public void Options_ValueBeyondABound_IsRefusedByName(string name, string value, string said)
    {
        var error = Assert.Throws<OptionsValidationException>(() => Read((name, value)));

        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_NotANumber_IsRefusedByName()
    {
        var error = Assert.Throws<InvalidOperationException>(() => Read(("SANDBOX_WARM", "many")));

        Assert.Contains("SANDBOX_WARM", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Registration_NothingConfigured_OffersEveryDriverAndStartsNone()
    {
        var services = new ServiceCollection().AddSingleton<IConfiguration>(new ConfigurationBuilder().Build()).AddLogging().AddSandboxing();
        await using var provider = services.BuildServiceProvider();

        Assert.Equal(["native", "container"], provider.GetServices<ISandbox>().Select(sandbox => sandbox.Driver));
    }

    private static SandboxOptions Read(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)))
            .Build();
        using var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddLogging().AddSandboxing().BuildServiceProvider();
        return services.GetRequiredService<IOptions<SandboxOptions>>().Value;
    }
}
