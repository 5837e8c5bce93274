using Capns.Testing;

namespace Capns.Contracts.Tests;

/// <summary>README shows the programs that are built and run, word by word.</summary>
public sealed class ReadmeTests
{
    [Theory]
    [InlineData("infra/examples/capabilities/Program.cs")]
    public void Readme_ShowsTheProgram_AsItIsBuilt(string file)
    {
        var readme = File.ReadAllText(Path.Combine(Checkout.Root, "README.md"));
        var program = File.ReadAllText(Path.Combine(Checkout.Root, file));

        Assert.Contains($"```csharp\n{program}```", readme, StringComparison.Ordinal);
    }
}
