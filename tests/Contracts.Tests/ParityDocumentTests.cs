using System.Reflection;
using System.Text.RegularExpressions;
using Capns.Testing;

namespace Capns.Contracts.Tests;

/// <summary><c>docs/capns-parity.md</c> names only what exists: types and members of the packages, and test classes.</summary>
public sealed partial class ParityDocumentTests
{
    private static readonly Type[] Types = [.. new[] { "Capns.Core", "Capns.Definitions" }.SelectMany(name => Assembly.Load(name).GetExportedTypes())];

    private static readonly HashSet<string> TestClasses =
        [.. Directory.EnumerateFiles(Path.Combine(Checkout.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories).Select(file => Path.GetFileNameWithoutExtension(file))];

    private static IEnumerable<string[]> Rows =>
        from line in File.ReadLines(Path.Combine(Checkout.Root, "docs", "capns-parity.md"))
        let cells = line.Split('|', StringSplitOptions.TrimEntries)
        where cells.Length == 5 && cells[3].StartsWith('`')
        select cells;

    [Fact]
    public void EveryName_InTheSecondColumn_Exists()
    {
        var missing = Rows.SelectMany(cells => Quoted().Matches(cells[2])).Select(match => match.Groups[1].Value).Where(name => char.IsAsciiLetterUpper(name[0]) && !Exists(name));

        Assert.Empty(missing);
    }

    [Fact]
    public void EveryTestClass_InTheThirdColumn_Exists()
    {
        Assert.NotEmpty(Rows);
        Assert.Empty(Rows.SelectMany(cells => Quoted().Matches(cells[3])).Select(match => match.Groups[1].Value).Except(TestClasses));
    }

    [Theory]
    [InlineData("CapUrn", true)]
    [InlineData("CapUrn.Parse", true)]
    [InlineData("ArgSource.CliFlag", true)]
    [InlineData("ArgSource.CliFlag.ReservedFlags", true)]
    [InlineData("ArgSource.CliFlag.Nothing", false)]
    [InlineData("ArgSource.ReservedFlags", false)]
    [InlineData("CapUrn.Parse.Length", false)]
    [InlineData("Nothing.CapUrn", false)]
    public void Exists_TypeMemberOrMemberOfANestedType_IsFound(string name, bool exists) => Assert.Equal(exists, Exists(name));

    private static bool Exists(string name)
    {
        var parts = name.Split('.');
        var type = Types.FirstOrDefault(type => type.Name == parts[0] && !type.IsNested);
        if (parts.Length == 1)
        {
            return type is not null || Assembly.Load("System.Net.Http").GetType($"System.Net.Http.{name}") is not null || name == nameof(TimeProvider);
        }

        // All but the last name types, each inside the one before.
        type = parts[1..^1].Aggregate(type, (outer, inner) => outer?.GetNestedType(inner));
        return type?.GetMember(parts[^1], BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy) is { Length: > 0 };
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
