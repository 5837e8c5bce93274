using System.Text.Json;
using Capns.Runner.Worker.Sandboxing.Containers;
using Xunit;

namespace Capns.Runner.Worker.Tests.Sandboxing.Containers;

public sealed class SeccompProfileTests
{
    [Theory]
    [InlineData("io_uring_setup")]
    [InlineData("ptrace")]
    [InlineData("process_vm_readv")]
    [InlineData("bpf")]
    [InlineData("keyctl")]
    [InlineData("mount")]
    [InlineData("setns")]
    [InlineData("unshare")]
    [InlineData("chroot")]
    [InlineData("userfaultfd")]
    [InlineData("perf_event_open")]
    [InlineData("open_by_handle_at")]
    [InlineData("pidfd_getfd")]
    [InlineData("clock_settime")]
    [InlineData("init_module")]
    [InlineData("personality")]
    public void Json_DangerousCall_IsNotAllowed(string call) => Assert.DoesNotContain(call, Allowed());

    [Fact]
    public void Json_WhatIsNotNamed_IsDenied()
    {
        using var profile = JsonDocument.Parse(SeccompProfile.Json);

        Assert.Equal("SCMP_ACT_ERRNO", profile.RootElement.GetProperty("defaultAction").GetString());
    }

    [Fact]
    public void Json_OnlyNativeCalls_No32BitTables() => Assert.DoesNotContain("SCMP_ARCH_X86\"", SeccompProfile.Json, StringComparison.Ordinal);

    [Theory]
    [InlineData("socket")]
    [InlineData("clone")]
    public void Json_CallAllowedInPart_AlwaysLooksAtAnArgument(string call)
    {
        using var profile = JsonDocument.Parse(SeccompProfile.Json);
        var rules = profile.RootElement.GetProperty("syscalls").EnumerateArray()
            .Where(rule => rule.GetProperty("names").EnumerateArray().Any(name => name.GetString() == call)).ToList();

        Assert.NotEmpty(rules);
        Assert.All(rules, rule => Assert.Equal(0, Assert.Single(rule.GetProperty("args").EnumerateArray()).GetProperty("index").GetInt32()));
    }

    private static List<string> Allowed()
    {
        using var profile = JsonDocument.Parse(SeccompProfile.Json);
        return [.. profile.RootElement.GetProperty("syscalls").EnumerateArray()
            .Where(rule => rule.GetProperty("action").GetString() == "SCMP_ACT_ALLOW")
            .SelectMany(rule => rule.GetProperty("names").EnumerateArray())
            .Select(name => name.GetString()!)];
    }
}
