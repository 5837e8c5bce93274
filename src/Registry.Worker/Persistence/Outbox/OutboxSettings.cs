namespace Capns.Registry.Worker.Persistence.Outbox;

/// <summary>How the outbox is emptied.</summary>
/// <param name="HotPath">False leaves everything to the sweep, as after a crash between commit and publish.</param>
/// <param name="Lease">An instance has this long to publish what it committed or took; then every instance's sweep may.</param>
/// <param name="SweepInterval">Between two looks of the sweep.</param>
internal sealed record OutboxSettings(bool HotPath, TimeSpan Lease, TimeSpan SweepInterval)
{
    public static OutboxSettings Default { get; } = new(true, TimeSpan.FromSeconds(15), TimeSpan.FromMilliseconds(500));
}
