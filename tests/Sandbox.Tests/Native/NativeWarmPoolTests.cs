using Capns.Runner.Worker.Sandboxing;
using Capns.Runner.Worker.Sandboxing.Native;
using Capns.Sandbox.Tests.Conformance;
using Capns.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using Example = Capns.Sandbox.Tests.Conformance.Example;

namespace Capns.Sandbox.Tests.Native;

[Requires(typeof(NativeRequirement))]
public sealed class NativeWarmPoolTests
{
    private const int FirstUser = 300_000;

    /// <summary>No other test's sandboxes run under these.</summary>
    private const int OtherUser = 400_000;
    private const int Users = 20;

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(600);

    [SandboxFact]
    public async Task TryTake_ShellIsKept_ServesEveryCommandWithTheSameFoldersAndSize()
    {
        await using var pool = Open(new ManualTime(), Example.Shell());

        await using var member = await Take(pool.Pool, Example.Spec("/bin/echo", "x").Program);

        Assert.NotNull(member);
        Assert.Null(pool.Pool.TryTake(Example.Shell(), Example.MiB));
        var folders = new Dictionary<string, string> { ["/usr"] = "/tools" };
        Assert.Null(pool.Pool.TryTake(Example.Shell() with { ReadOnlyFolders = folders }, Scratch));
        Assert.Null(pool.Pool.TryTake(Example.Prestarted(), Scratch));
    }

    [SandboxFact]
    public async Task TryTake_ProgramEqualsAKeptOneInOtherObjects_IsServed()
    {
        await using var pool = Open(new ManualTime(), Example.Prestarted());

        await using var member = await Take(pool.Pool, Example.Prestarted());

        Assert.Null(pool.Pool.TryTake(Example.Prestarted() with { Environment = new Dictionary<string, string> { ["A"] = "1" } }, Scratch));
    }

    [SandboxFact]
    public async Task TryTake_MembersAreOlderThanAllowed_GivesNewOnes()
    {
        var time = new ManualTime();
        await using var pool = Open(time, Example.Shell());
        await Until(() => pool.Pool.Count == 2);
        var before = Number(OwnerName.Next());

        time.Advance(Idle + Idle);

        await using var member = await Take(pool.Pool, Example.Shell());
        Assert.True(Number(member.Group.Name) > before);
        Assert.False(member.Ended.IsCompleted);
    }

    [SandboxFact]
    public async Task Dispose_MembersWait_NoneIsLeft()
    {
        var pool = Open(new ManualTime(), Example.Shell(), OtherUser);
        await using (pool)
        {
            await Until(() => HostProcesses.OfUsers(OtherUser, Users) > 0);
        }

        Assert.Equal(0, HostProcesses.OfUsers(OtherUser, Users));
    }

    private static long Scratch => 64 * Example.MiB;

    private static int Number(string name) =>
        int.Parse(name.Split('-')[^1], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The pool fills in the background; a member that has come up is taken at once.</summary>
    private static async Task<NativeMember> Take(WarmPool pool, SandboxProgram program)
    {
        NativeMember? member = null;
        await Until(() => (member ??= pool.TryTake(program, Scratch)) is not null);
        return member!;
    }

    private static async Task Until(Func<bool> done)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!done())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static OpenPool Open(ManualTime time, SandboxProgram program, int firstUser = FirstUser)
    {
        var options = new SandboxOptions { WarmIdleSeconds = (int)Idle.TotalSeconds, FirstUser = firstUser, Users = Users };
        var members = new NativeMembers(options);
        var pool = new WarmPool(members, options, time, NullLogger.Instance);
        pool.Keep([program]);
        return new OpenPool(pool, members);
    }

    private sealed record OpenPool(WarmPool Pool, NativeMembers Members) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Pool.DisposeAsync();
            Members.Dispose();
        }
    }
}
