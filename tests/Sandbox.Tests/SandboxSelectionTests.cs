using Capns.Contracts;
using Capns.Runner.Worker.Sandboxing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace Capns.Sandbox.Tests;

public sealed class SandboxSelectionTests
{
    [Theory]
    [InlineData(null, SecurityLevel.Safe, false, "native")]
    [InlineData(null, SecurityLevel.Safe, true, "container")]
    [InlineData(null, SecurityLevel.Dangerous, false, "vm")]
    [InlineData(null, SecurityLevel.Dangerous, true, "container")]
    [InlineData("native", SecurityLevel.Dangerous, false, "native")]
    [InlineData("container", SecurityLevel.Safe, false, "container")]
    [InlineData("vm", SecurityLevel.Safe, false, "vm")]
    public async Task Choose_AllDriversWork_FollowsTheNeed(string? isolation, SecurityLevel level, bool image, string driver)
    {
        var selection = await Probed("auto", new StubSandbox("native"), new StubSandbox("container"), new StubSandbox("vm"));

        Assert.Equal(driver, selection.Choose(isolation, level, image).Driver);
    }

    [Theory]
    [InlineData(null, SecurityLevel.Dangerous, false, "native")]
    [InlineData("container", SecurityLevel.Safe, false, "native")]
    public async Task Choose_OnlyNativeWorks_IsUsedWhereSpecificationAllows(string? isolation, SecurityLevel level, bool image, string driver)
    {
        var selection = await Probed("auto", new StubSandbox("native"), new StubSandbox("container", "The engine does not answer."));

        Assert.Equal(driver, selection.Choose(isolation, level, image).Driver);
    }

    [Theory]
    [InlineData("vm", false, "vm: not offered by this runner")]
    [InlineData(null, true, "The engine does not answer.")]
    [InlineData("container", true, "The engine does not answer.")]
    [InlineData("native", true, "'native' is unknown, or cannot run an image")]
    [InlineData("chroot", false, "'chroot' is unknown")]
    public async Task Choose_WhatIsAskedForIsMissing_RefusesAndSaysWhy(string? isolation, bool image, string why)
    {
        var selection = await Probed("auto", new StubSandbox("native"), new StubSandbox("container", "The engine does not answer."));

        var error = Assert.Throws<SandboxUnavailableException>(() => selection.Choose(isolation, SecurityLevel.Safe, image));

        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Choose_DriverIsExcludedByOption_IsNeverUsed()
    {
        var selection = await Probed("native", new StubSandbox("native"), new StubSandbox("container"));

        var error = Assert.Throws<SandboxUnavailableException>(() => selection.Choose(null, SecurityLevel.Safe, image: true));

        Assert.Contains("SANDBOX_DRIVER is 'native'", error.Message, StringComparison.Ordinal);
        Assert.Equal(["native"], selection.Drivers.Select(driver => driver.Driver));
    }

    [Fact]
    public void Choose_NothingProbedYet_Refuses()
    {
        var selection = Selection("auto", new StubSandbox("native"));

        Assert.Throws<SandboxUnavailableException>(() => selection.Choose(null, SecurityLevel.Safe, image: false));
    }

    [Fact]
    public async Task Warm_ProgramsWithAndWithoutImage_GoToTheirDrivers()
    {
        var native = new StubSandbox("native");
        var container = new StubSandbox("container");
        var selection = await Probed("auto", native, container);
        var program = new SandboxProgram { Command = ["/bin/sh"] };
        var image = program with { Image = "image" };

        selection.Warm([program, image]);

        Assert.Equal([program], native.Warmed);
        Assert.Equal([image], container.Warmed);
    }

    private static SandboxSelection Selection(string driver, params ISandbox[] sandboxes) =>
        new(sandboxes, Options.Create(new SandboxOptions { Driver = driver }), NullLogger<SandboxSelection>.Instance);

    private static async Task<SandboxSelection> Probed(string driver, params ISandbox[] sandboxes)
    {
        var selection = Selection(driver, sandboxes);
        await selection.ProbeAsync(CancellationToken.None);
        return selection;
    }

    private sealed class StubSandbox(string driver, string? unavailable = null) : ISandbox
    {
        public string Driver => driver;

        public List<SandboxProgram> Warmed { get; } = [];

        public Task<string?> ProbeAsync(CancellationToken cancellationToken) => Task.FromResult(unavailable);

        public Task<int> ReapAsync(CancellationToken cancellationToken) => Task.FromResult(0);

        public void Warm(IReadOnlyList<SandboxProgram> programs) => Warmed.AddRange(programs);

        public Task<SandboxResult> RunAsync(SandboxSpec spec, ISandboxOutput output, CancellationToken stop, CancellationToken kill) =>
            throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
