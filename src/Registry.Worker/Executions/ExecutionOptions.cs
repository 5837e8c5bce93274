using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Capns.Registry.Worker.Executions;

/// <summary>How long executions wait and how large their results are. Read from the environment variables of platform spec 10.4; a bad value stops the host.</summary>
internal sealed class ExecutionOptions
{
    /// <summary>Environment variable <c>MAX_QUEUE_MS</c>: longest wait for a start, in milliseconds.</summary>
    /// <value>1 to 86,400,000. Default: 300,000.</value>
    [Range(1, 86_400_000)]
    public int MaxQueueMs { get; set; } = 300_000;

    /// <summary>Environment variable <c>RESULT_INLINE_MAX_BYTES</c>: a larger result is stored apart and referred to.</summary>
    /// <value>0 to 524,288 bytes. Default: 262,144.</value>
    [Range(0, 524_288)]
    public int ResultInlineMaxBytes { get; set; } = 262_144;

    /// <summary>Environment variable <c>RESULT_MAX_BYTES</c>: a larger result is OUTPUT_TOO_LARGE.</summary>
    /// <value>1,024 to 12,582,912 bytes (a report must fit what brokers take, 16 MiB by default). Default: 10,485,760.</value>
    [Range(1024, 12_582_912)]
    public int ResultMaxBytes { get; set; } = 10_485_760;

    /// <summary>Environment variable <c>FAIR_SHARE</c>: jobs of one caller and pool that may lie in runner queues or run; the others wait in PostgreSQL.</summary>
    /// <value>1 to 100,000. Default: 20.</value>
    [Range(1, 100_000)]
    public int FairShare { get; set; } = 20;

    /// <summary>A runner that is silent this long has lost its attempt (platform spec 5.8).</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    /// <summary>A lease that has passed, but cannot be judged yet (<see cref="Timing.LeaseWatch"/>), is looked at again after this.</summary>
    public static readonly TimeSpan LeaseRecheck = TimeSpan.FromSeconds(5);

    /// <summary>Beyond an attempt's timeout, for starting and stopping its sandbox. Later the registry ends it itself.</summary>
    public static readonly TimeSpan RunGrace = TimeSpan.FromSeconds(60);

    /// <summary>A runner drops a job at its queue deadline and says so; this much later the registry does not wait for it any more.</summary>
    public static readonly TimeSpan QueueGrace = TimeSpan.FromSeconds(5);

    /// <summary>A cancelled run has ended by then; later it is cancelled without the runner's word.</summary>
    public static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(30);

    /// <summary>A report of the start may still be on its way when a job is said to be lost.</summary>
    public static readonly TimeSpan LostRecheck = TimeSpan.FromSeconds(1);

    /// <summary>The same for tools that must not run twice: a later look is safer, and nobody is hurt by the wait.</summary>
    public static readonly TimeSpan LostRecheckOnce = TimeSpan.FromSeconds(5);

    /// <summary>Sequence numbers a lost runner may have used without telling (at most 10 a second for the length of a lease).</summary>
    public const int LostSequenceJump = 1000;

    /// <summary>Repeats of a request are recognised this long (platform spec 3.9).</summary>
    public static readonly TimeSpan KeyLifetime = TimeSpan.FromHours(24);
}

/// <summary>Checks the ranges of <see cref="ExecutionOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class ExecutionOptionsValidator : IValidateOptions<ExecutionOptions>;
