using System.Reflection;

namespace Capns.Contracts.Tests;

/// <summary>Who may know whom. Workers meet on the wire; what everybody needs stays small enough to be packed.</summary>
public sealed class StandardsTests
{
    private const string Contracts = "Capns.Contracts";
    private const string Core = "Capns.Core";
    private const string Messaging = "Capns.Messaging";
    private const string Hosting = "Capns.Hosting";
    private const string Definitions = "Capns.Definitions";
    private const string Access = "Capns.Access";

    public static TheoryData<string> Workers => ["Capns.Registry.Worker", "Capns.Runner.Worker", "Capns.Discovery.Worker"];

    [Fact]
    public void Core_KnowsOnlyTheBaseLibrary()
    {
        var foreign = References(Core).Where(name => !name.StartsWith("System.", StringComparison.Ordinal) && name is not ("System" or "netstandard"));

        Assert.Empty(foreign);
    }

    [Theory]
    [InlineData(Contracts, "")]
    [InlineData(Messaging, $"{Contracts} {Core}")]
    [InlineData(Definitions, Core)]
    [InlineData(Hosting, $"{Contracts} {Core} {Messaging}")]
    [InlineData(Access, $"{Contracts} {Core} {Messaging} {Hosting}")]
    public void Library_KnowsOnlyThoseBelowIt(string library, string known) => Assert.Empty(Own(library).Except(known.Split(' ')));

    [Theory]
    [MemberData(nameof(Workers))]
    public void Worker_KnowsNoOtherWorker(string worker) => Assert.Empty(Own(worker).Except([Contracts, Core, Messaging, Hosting, Access]));

    // What it may do was decided before: it looks nothing up, and has no database to look it up in.
    [Fact]
    public void Runner_KnowsNothingOfRights() => Assert.DoesNotContain(Access, Own("Capns.Runner.Worker"));

    [Theory]
    [MemberData(nameof(Workers))]
    [InlineData(Access)]
    public void Worker_ExportsNoType(string worker)
    {
        var exported = Assembly.Load(worker).GetExportedTypes().Select(type => type.FullName).Except(["Program"]);

        Assert.Empty(exported);
    }

    [Theory]
    [InlineData(Contracts)]
    [InlineData(Messaging)]
    [InlineData(Definitions)]
    public void PublicClass_OfAPackage_IsSealedOrStatic(string library)
    {
        var open = Assembly.Load(library).GetExportedTypes().Where(type => type is { IsClass: true, IsSealed: false });

        Assert.Empty(open);
    }

    [Fact]
    public void Contracts_HaveNoBaseRecordsAndNoInterfaces()
    {
        var records = Assembly.Load(Contracts).GetExportedTypes().Where(type => type.IsDefined(typeof(MassTransit.MessageUrnAttribute), inherit: false));

        Assert.All(records, record =>
        {
            Assert.Equal(typeof(object), record.BaseType);
            Assert.Equal([typeof(IEquatable<>).MakeGenericType(record)], record.GetInterfaces());
        });
    }

    private static IEnumerable<string> Own(string assembly) => References(assembly).Where(name => name.StartsWith("Capns.", StringComparison.Ordinal));

    private static IEnumerable<string> References(string assembly) => Assembly.Load(assembly).GetReferencedAssemblies().Select(reference => reference.Name!);
}
