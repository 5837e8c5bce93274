namespace Capns.Sandbox.Tests.Conformance;

/// <summary>Says what a driver needs from the machine; named on a conformance class by <see cref="RequiresAttribute"/>.</summary>
public interface IDriverRequirement
{
    /// <summary>Null when the driver can be tested here; else one sentence saying what is missing.</summary>
    string? Missing();
}

/// <summary>
/// Where the requirement is not met, tests marked <see cref="SandboxFactAttribute"/> or <see cref="SandboxTheoryAttribute"/>
/// skip with its reason; with <c>CAPNS_REQUIRE_SANDBOX=1</c> they run, and fail.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RequiresAttribute(Type requirement) : Attribute
{
    /// <summary>Implements <see cref="IDriverRequirement"/>, with a constructor without parameters.</summary>
    public Type Requirement { get; } = requirement;

    /// <summary>The reason for skipping a test of <paramref name="type"/>, or null.</summary>
    internal static string? SkipReason(Type type)
    {
        if (Environment.GetEnvironmentVariable("CAPNS_REQUIRE_SANDBOX") == "1")
        {
            return null;
        }

        var required = (RequiresAttribute?)GetCustomAttribute(type, typeof(RequiresAttribute));
        return required is null ? null : ((IDriverRequirement)Activator.CreateInstance(required.Requirement)!).Missing();
    }
}
