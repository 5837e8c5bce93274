using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Messaging.Inbound;

namespace Capns.Messaging.Tests.Inbound;

public sealed class PayloadReaderTests
{
    [Theory]
    [InlineData("""{"timeout":"5000"}""", "/timeout", "timeout must be a whole number from -2147483648 to 2147483647, but is \"5000\".")]
    [InlineData("""{"timeout":1.5}""", "/timeout", "timeout must be a whole number from -2147483648 to 2147483647, but is 1.5.")]
    [InlineData("""{"toolId":7}""", "/toolId", "toolId must be a string, but is 7.")]
    [InlineData("""{"dryRun":"true"}""", "/dryRun", "dryRun must be true or false, but is \"true\".")]
    [InlineData("""{"executionId":"x"}""", "/executionId", "executionId must be a UUID, but is \"x\".")]
    [InlineData("""{"priority":"soon"}""", "/priority", "priority must be one of low, normal, high, but is \"soon\".")]
    [InlineData("""{"priority":2}""", "/priority", "priority must be one of low, normal, high, but is 2.")]
    [InlineData("""{"securityLevel":"none"}""", "/securityLevel", "securityLevel must be one of safe, moderate, restricted, dangerous, but is \"none\".")]
    [InlineData("""{"notBefore":"tomorrow"}""", "/notBefore", "notBefore must be an ISO 8601 time, e.g. 2026-03-02T09:15:00.310Z, but is \"tomorrow\".")]
    [InlineData("""{"maxCost":"0.5"}""", "/maxCost", "maxCost must be a number, but is \"0.5\".")]
    [InlineData("""{"retryPolicy":[]}""", "/retryPolicy", "retryPolicy must be an object, but is an array.")]
    [InlineData("""{"retryPolicy":{"maxAttempts":"3"}}""", "/retryPolicy/maxAttempts", "maxAttempts must be a whole number from -2147483648 to 2147483647, but is \"3\".")]
    [InlineData("""{"retryPolicy":{"retryOn":["timeout","never"]}}""", "/retryPolicy/retryOn/1", "retryOn[1] must be one of validation, execution, timeout, permission, quota, dependency, but is \"never\".")]
    [InlineData("""{"retryPolicy":{"retryOn":"timeout"}}""", "/retryPolicy/retryOn", "retryOn must be an array, but is \"timeout\".")]
    public void Field_OfAWrongType_IsNamedWithItsValueAndWhatItMustBe(string json, string path, string message)
    {
        Assert.False(PayloadReader.TryRead<ToolExecutionRequest>(JsonElement.Parse(json), out var request, out var errors));

        Assert.Null(request);
        Assert.Equal(new PayloadError(path, "type", message), Assert.Single(errors));
    }

    [Fact]
    public void EveryWrongField_IsFoundAtOnce()
    {
        PayloadReader.TryRead<ToolExecutionRequest>(JsonElement.Parse("""{"timeout":"a","toolId":1,"dryRun":0}"""), out _, out var errors);

        Assert.Equal(["/dryRun", "/timeout", "/toolId"], errors.Select(error => error.Path).Order());
    }

    [Fact]
    public void Payload_WithUnknownMembersAndNulls_IsRead()
    {
        var json = JsonElement.Parse("""{"toolId":"t","priority":"URGENT","securityLevel":"medium","timeout":null,"other":{"deep":[1]},"parameters":{"any":null}}""");

        Assert.True(PayloadReader.TryRead<ToolExecutionRequest>(json, out var request, out var errors), string.Join(' ', errors));
        Assert.Equal("t", request!.ToolId);
        Assert.Equal(Contracts.Priority.High, request.Priority);
        Assert.Equal(Contracts.SecurityLevel.Moderate, request.SecurityLevel);
        Assert.Null(request.Timeout);
    }

    [Theory]
    [InlineData("""{"type":"timeout","message":"m","recoverable":true}""", "/code")]
    [InlineData("""{"type":"timeout","message":"m","recoverable":true,"code":null}""", "/code")]
    public void RequiredField_ThatIsMissing_IsNamed(string json, string path)
    {
        Assert.False(PayloadReader.TryRead<ErrorDetail>(JsonElement.Parse(json), out _, out var errors));

        Assert.Equal((path, "required"), (Assert.Single(errors).Path, errors[0].Keyword));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("7")]
    public void Payload_ThatIsNoObject_IsRefused(string json)
    {
        Assert.False(PayloadReader.TryRead<ToolExecutionRequest>(JsonElement.Parse(json), out _, out var errors));

        Assert.Equal("", Assert.Single(errors).Path);
    }

    [Fact]
    public void Null_ForAFieldThatCannotBeAbsent_IsAWrongType()
    {
        var json = JsonElement.Parse("""{"stream":"stdout","line":"x"}""");
        Assert.True(PayloadReader.TryRead<LogLine>(json, out _, out _));

        Assert.False(PayloadReader.TryRead<ResourceUsage>(JsonElement.Parse("""{"cpu":null}"""), out _, out var errors));
        Assert.Equal("/cpu", Assert.Single(errors).Path);
    }
}
