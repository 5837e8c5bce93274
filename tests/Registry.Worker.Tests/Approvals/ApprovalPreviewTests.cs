using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Registry.Worker.Approvals.Asking;
using Xunit;

namespace Capns.Registry.Worker.Tests.Approvals;

/// <summary>What approvers see of the parameters.</summary>
public sealed class ApprovalPreviewTests
{
    [Fact]
    public void Of_SmallParameters_ShowsThemWithoutCredentials() => Assert.Equal(
        """{"a":[1,"x"],"note":"key [redacted]"}""", ApprovalPreview.Of(Element(new JsonObject { ["a"] = new JsonArray(1, "x"), ["note"] = "key AKIAIOSFODNN7EXAMPLE" })));

    [Fact]
    public void Of_LongTextsAndLargeParameters_StaysWithinItsBound()
    {
        var large = new JsonArray([.. Enumerable.Range(0, 30_000).Select(number => (JsonNode)number)]);
        var parameters = new JsonObject { ["text"] = new string('x', 5000), ["large"] = large, ["last"] = 1 };
        for (var number = 0; number < 100; number++)
        {
            parameters[$"more{number}"] = new string('y', 1900);
        }

        var shown = ApprovalPreview.Of(Element(parameters));

        Assert.InRange(Encoding.UTF8.GetByteCount(shown), ApprovalPreview.MaxBytes / 2, ApprovalPreview.MaxBytes + 8 * 1024);
        var preview = JsonElement.Parse(shown);
        Assert.EndsWith("(5000 characters)", preview.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.EndsWith(" bytes)", preview.GetProperty("large").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, preview.GetProperty("last").GetInt32());
        Assert.Equal("(1902 bytes)", preview.GetProperty("more99").GetString());
    }

    [Fact]
    public void Of_ParametersThatCannotBeShown_IsEmpty() => Assert.Equal("{}", ApprovalPreview.Of(null));

    private static JsonElement Element(JsonObject value) => JsonSerializer.SerializeToElement(value);
}
