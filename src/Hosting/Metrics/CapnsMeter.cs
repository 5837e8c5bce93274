namespace Capns.Hosting.Metrics;

/// <summary>The meter that holds a worker's own instruments, each named in full as in platform spec 10.3.</summary>
public static class CapnsMeter
{
    /// <summary>Create it once with <c>IMeterFactory.Create(CapnsMeter.Name)</c>.</summary>
    public const string Name = "Capns";

    /// <summary>Start of the names of platform spec 10.3.</summary>
    public const string Prefix = "capability_registry_";
}
