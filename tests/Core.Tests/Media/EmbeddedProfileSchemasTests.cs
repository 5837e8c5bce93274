using System.Text.Json;
using Capns.Core.Media;
using Capns.Core.Validation;

namespace Capns.Core.Tests.Media;

public sealed class EmbeddedProfileSchemasTests
{
    private const string Base = "https://capns.org/schema/";

    public static TheoryData<string, string, string> Profiles { get; } = new()
    {
        { "str", "\"x\"", "1" },
        { "int", "3.0", "3.14" },
        { "num", "3.14", "\"3\"" },
        { "bool", "true", "0" },
        { "obj", "{}", "[]" },
        { "str-array", "[\"x\"]", "[1]" },
        { "int-array", "[3.0]", "[3.14]" },
        { "num-array", "[3.14]", "[null]" },
        { "bool-array", "[false]", "[0]" },
        { "obj-array", "[{}]", "[[]]" },
    };

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task FindAsync_Profile_IsACompleteSchemaThatTakesItsValues(string name, string good, string bad)
    {
        var schema = (await EmbeddedProfileSchemas.Instance.FindAsync(Base + name))!.Value;

        Assert.Equal("https://json-schema.org/draft/2020-12/schema", schema.GetProperty("$schema").GetString());
        Assert.Equal(Base + name, schema.GetProperty("$id").GetString());
        Assert.NotEmpty(schema.GetProperty("title").GetString()!);
        Assert.NotEmpty(schema.GetProperty("description").GetString()!);
        Assert.True(JsonSchema.TryCompile(schema, out var compiled, out var error), error?.Message);
        Assert.Empty(compiled.Validate(JsonElement.Parse(good)));
        Assert.NotEmpty(compiled.Validate(JsonElement.Parse(bad)));
    }

    [Fact]
    public void ProfileUris_AllOfThem_AreTheTenOfTheSpecification()
    {
        var uris = EmbeddedProfileSchemas.Instance.ProfileUris;

        Assert.Equal(Profiles.Select(row => Base + row[0]).Order(StringComparer.Ordinal), uris.Order(StringComparer.Ordinal));
        Assert.All(uris, uri => Assert.True(EmbeddedProfileSchemas.Instance.Contains(uri)));
    }

    [Fact]
    public async Task FindAsync_NotEmbedded_IsNull()
    {
        Assert.Null(await EmbeddedProfileSchemas.Instance.FindAsync(Base + "pdf"));
        Assert.False(EmbeddedProfileSchemas.Instance.Contains("https://capns.org/schema/STR"));
    }

    [Fact]
    public async Task Constructor_AnotherBase_MovesAddressesAndIds()
    {
        var moved = new EmbeddedProfileSchemas("http://localhost/s/");

        var schema = await moved.FindAsync("http://localhost/s/str");

        Assert.Equal("http://localhost/s/str", schema!.Value.GetProperty("$id").GetString());
        Assert.Null(await moved.FindAsync(Base + "str"));
    }
}
