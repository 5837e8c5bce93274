using Capns.Runner.Worker.Sandboxing.Containers.Engine;

namespace Capns.Runner.Worker.Sandboxing.Containers.Accounting;

/// <summary>
/// Memory and CPU of a container on a host whose control groups are out of reach, about once a second: of a program that
/// ends sooner nothing is known.
/// </summary>
internal sealed class UsageSampler : IDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _lock = new();
    private ContainerSample _last;

    public UsageSampler(IContainerEngine engine, string id) => _ = SampleAsync(engine, id, _ended.Token);

    /// <summary>The most memory seen and the latest CPU time.</summary>
    public ContainerSample Last
    {
        get
        {
            lock (_lock)
            {
                return _last;
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => _ended.Cancel();

    private async Task SampleAsync(IContainerEngine engine, string id, CancellationToken ended)
    {
        try
        {
            await foreach (var sample in engine.SampleAsync(id, ended))
            {
                lock (_lock)
                {
                    _last = new ContainerSample(Math.Max(_last.MemoryBytes, sample.MemoryBytes), sample.CpuTime);
                }
            }
        }
        catch (Exception over) when (over is OperationCanceledException or IOException or EngineRefusedException or EngineUnreachableException)
        {
            // Numbers for the record; the run itself notices a lost engine.
        }
    }
}
