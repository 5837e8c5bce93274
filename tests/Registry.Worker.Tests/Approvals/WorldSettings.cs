using Capns.Access;
using Capns.Hosting.Secrets;
using Capns.Registry.Worker.Approvals;
using Capns.Registry.Worker.Tools.Catalogue;

namespace Capns.Registry.Worker.Tests.Approvals;

/// <summary>What a test of approvals and secrets changes about its world; shared by all registries in it.</summary>
internal sealed record WorldSettings
{
    public ApprovalOptions Approvals { get; init; } = new();

    public ToolFlags Flags { get; init; } = new();

    public AccessDecision? Access { get; init; }

    /// <summary>True: callers are known by real tokens of <see cref="Tests.Access.TestTokens"/>, and rights are those of roles and grants.</summary>
    public bool RealAccess { get; init; }

    /// <summary>True: the bridge to the security gateway is on.</summary>
    public bool HasGateway { get; init; }

    public SealingKeys Keys { get; init; } = SealingKeys.Random();

    public ShiftedClock Clock { get; } = new();

    public TransactionCutter Cutter { get; } = new();
}

/// <summary>The system's clock, moved forward on demand; its timers are the system's.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private long _shift;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _shift));

    public override long GetTimestamp() => base.GetTimestamp() + (Interlocked.Read(ref _shift) * TimestampFrequency / TimeSpan.TicksPerSecond);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _shift, by.Ticks);
}
