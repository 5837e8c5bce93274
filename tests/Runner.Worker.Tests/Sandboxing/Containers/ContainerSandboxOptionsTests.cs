using Capns.Runner.Worker.Sandboxing.Containers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Capns.Runner.Worker.Tests.Sandboxing.Containers;

public sealed class ContainerSandboxOptionsTests
{
    [Fact]
    public void Defaults_NothingConfigured_AreTheDocumentedOnes()
    {
        var options = Bind();

        Assert.Equal("unix:///var/run/docker.sock", options.Endpoint);
        Assert.Equal("capns/tools:local", options.Image);
        Assert.Equal(256, options.WarmMemoryMb);
        Assert.Equal(0.5, options.WarmCpu);
        Assert.Equal(64, options.WarmProcesses);
    }

    [Fact]
    public void Environment_Given_IsTaken()
    {
        var options = Bind(("DOCKER_HOST", "tcp://engine:2375"), ("SANDBOX_IMAGE", "python:3.12"), ("SANDBOX_WARM_CPU", "1.5"));

        Assert.Equal("tcp://engine:2375", options.Endpoint);
        Assert.Equal("python:3.12", options.Image);
        Assert.Equal(1.5, options.WarmCpu);
    }

    [Theory]
    [InlineData("SANDBOX_WARM_MEMORY", "16", "65536", "15", "65537", "WarmMemoryMb")]
    [InlineData("SANDBOX_WARM_CPU", "0.05", "64", "0.04", "64.1", "WarmCpu")]
    [InlineData("SANDBOX_WARM_PROCESSES", "1", "4096", "0", "4097", "WarmProcesses")]
    public void Bounds_InsideAndOutside_AreTakenAndRefusedByName(
        string key, string least, string most, string tooLittle, string tooMuch, string name)
    {
        Bind((key, least));
        Bind((key, most));
        Assert.Contains(name, Assert.Throws<OptionsValidationException>(() => Bind((key, tooLittle))).Message, StringComparison.Ordinal);
        Assert.Contains(name, Assert.Throws<OptionsValidationException>(() => Bind((key, tooMuch))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Endpoint_IsNoAddress_IsRefusedWithItsText()
    {
        var refused = Assert.Throws<OptionsValidationException>(() => Bind(("DOCKER_HOST", "docker.sock")));

        Assert.Contains("'docker.sock'", refused.Message, StringComparison.Ordinal);
    }

    private static ContainerSandboxOptions Bind(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build();
        using var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddContainerSandbox().BuildServiceProvider();
        return services.GetRequiredService<IOptions<ContainerSandboxOptions>>().Value;
    }
}
