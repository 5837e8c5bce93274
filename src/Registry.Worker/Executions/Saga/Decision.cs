using Capns.Contracts.Executions;
using Capns.Registry.Worker.Executions.Endings;

namespace Capns.Registry.Worker.Executions.Saga;

/// <summary>What one message makes of an execution. Exactly one for each message; the state machine's table is keyed by it.</summary>
internal enum Choice
{
    /// <summary>Stale, early, or of no account.</summary>
    Nothing = 0,

    /// <summary>To a runner queue.</summary>
    HandOver,

    /// <summary>The attempt has started.</summary>
    Begin,

    /// <summary>A limit is reached: wait for its window.</summary>
    Wait,

    /// <summary>It may have been lost; look again shortly, a report of the start may be on its way.</summary>
    Recheck,

    /// <summary>Its runner is silent, but its word may still be in the queue: look again.</summary>
    LookAgain,

    /// <summary>The attempt could not start: wait, then hand over again.</summary>
    StartLater,

    /// <summary>People are asked, and it is time to remind them.</summary>
    Remind,

    /// <summary>The attempt failed; wait for the next one.</summary>
    Repeat,

    /// <summary>The attempt was lost; hand over the next one now.</summary>
    Requeue,

    Complete,

    Fail,

    Cancel,

    Reject,

    Expire,
}

/// <summary>A <see cref="Choice"/> and what it is based on.</summary>
internal sealed record Decision(Choice Choice)
{
    public static readonly Decision Nothing = new(Choice.Nothing);

    /// <summary>Why, for every ending but the good one, and for a repeat.</summary>
    public ErrorDetail? Error { get; init; }

    /// <summary>The result, for the good ending.</summary>
    public CheckedResult? Result { get; init; }

    /// <summary>For <see cref="Choice.Repeat"/>, <see cref="Choice.StartLater"/>, <see cref="Choice.Wait"/>, <see cref="Choice.Recheck"/> and <see cref="Choice.LookAgain"/>.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>True: a runner may still be at work on it and is told to stop.</summary>
    public bool StopRunner { get; init; }
}
