using Capns.Core.Media;

namespace Capns.Core.Tests.Media;

public sealed class SchemaBaseUrlTests
{
    [Theory]
    [InlineData(null, null, "https://capns.org/schema")]
    [InlineData("", " ", "https://capns.org/schema")]
    [InlineData(null, "https://r.example", "https://r.example/schema")]
    [InlineData("", "https://r.example/", "https://r.example/schema")]
    [InlineData("https://s.example/x", null, "https://s.example/x")]
    [InlineData("https://s.example/x/", "https://r.example", "https://s.example/x")]
    public void From_TheTwoSettings_TakesTheSchemaBaseThenTheRegistryThenTheDefault(string? schemaBase, string? registry, string expected) =>
        Assert.Equal(expected, SchemaBaseUrl.From(schemaBase, registry));

    [Fact]
    public void ProfileUrl_AName_LiesUnderTheBase()
    {
        Assert.Equal("https://capns.org/schema/str", SchemaBaseUrl.ProfileUrl(ProfileNames.String));
        Assert.Equal("http://h/s/int-array", SchemaBaseUrl.ProfileUrl(ProfileNames.IntegerArray, "http://h/s/"));
    }
}
