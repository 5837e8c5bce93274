using Capns.Hosting.Configuration;

namespace Capns.Hosting.Tests;

/// <summary>Environment variables of a test's own.</summary>
internal static class Variables
{
    public static EnvironmentReader Of(params (string Name, string Value)[] variables)
    {
        var values = variables.ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
        return new EnvironmentReader(values.GetValueOrDefault);
    }
}
