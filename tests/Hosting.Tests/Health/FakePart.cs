using Capns.Hosting.Health;

namespace Capns.Hosting.Tests.Health;

/// <summary>A part that says what the test wants, and counts how often it is asked.</summary>
internal sealed class FakePart(string name, bool required, Func<Task<PartReport>> measure) : IHealthPart
{
    private int _asked;

    public FakePart(string name, bool required, PartReport report)
        : this(name, required, () => Task.FromResult(report))
    {
    }

    public int Asked => _asked;

    public string Name => name;

    public string Section => $"database/{name}";

    public bool Required => required;

    public Task<PartReport> MeasureAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        return measure();
    }
}
