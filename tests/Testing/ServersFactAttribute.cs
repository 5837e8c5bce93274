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

/// <summary>A test that needs PostgreSQL and FalkorDB; the rest is as with <see cref="ServersFactAttribute"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GraphFactAttribute : FactAttribute
{
    public GraphFactAttribute()
    {
        if (!ServerUrls.Required)
        {
            Skip = ServerUrls.GraphMissing;
        }
    }
}

/// <inheritdoc cref="GraphFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GraphTheoryAttribute : TheoryAttribute
{
    public GraphTheoryAttribute()
    {
        if (!ServerUrls.Required)
        {
            Skip = ServerUrls.GraphMissing;
        }
    }
}
