using Capns.Contracts.Running;

namespace Capns.Runner.Worker.Runs;

/// <summary>A <see cref="RunTool"/> as the broker handed it over.</summary>
internal interface IRunDelivery
{
    /// <summary>The command.</summary>
    RunTool Order { get; }

    /// <summary>True: it was handed to some runner before, which may have started it.</summary>
    bool Redelivered { get; }

    /// <summary>Cancelled when the channel is gone: the broker will hand the command over again, to whomever.</summary>
    CancellationToken Lost { get; }

    /// <summary>Tells the broker to forget the command. Does nothing when the channel is gone.</summary>
    ValueTask AcknowledgeAsync();
}
