using Xunit;

namespace Capns.Testing;

/// <summary>A test that needs the servers of <see cref="ServerUrls"/>: skipped with the reason where they are missing, failing where they are required.</summary>
[AttributeUsage(AttributeTargets.Method)]
public class ServersFactAttribute : FactAttribute
{
    public ServersFactAttribute()
    {
        if (!ServerUrls.Required)
        {
            Skip = ServerUrls.Missing;
        }
    }
}

/// <inheritdoc cref="ServersFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ServersTheoryAttribute : TheoryAttribute
{
    public ServersTheoryAttribute()
    {
        if (!ServerUrls.Required)
        {
            Skip = ServerUrls.Missing;
        }
    }
}
