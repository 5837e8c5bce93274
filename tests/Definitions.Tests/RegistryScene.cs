namespace Capns.Definitions.Tests;

/// <summary>A real HTTP server on this machine and a cache folder, anew for each test.</summary>
public abstract class RegistryScene : IAsyncLifetime
{
    protected string Folder { get; } = Path.Combine(Path.GetTempPath(), $"capns-definitions-{Guid.NewGuid():N}");

    /// <summary>There from the beginning of a test to its end.</summary>
    protected StandInRegistry Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await StandInRegistry.StartAsync();

    public async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
