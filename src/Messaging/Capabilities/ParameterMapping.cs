using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Core.Caps;
using Capns.Core.Dispatch;

namespace Capns.Messaging.Capabilities;

/// <summary>
/// Leads between a call of a capability and the JSON of a tool: arguments to parameters, a result to bytes or text
/// (docs/adr/0010). Pure.
/// </summary>
/// <remarks>
/// A definition that the registry derives from a tool says in the metadata of each argument which parameter it is
/// (<see cref="ParameterMember"/>) and how its value is written there (<see cref="EncodingMember"/>).
/// </remarks>
public static class ParameterMapping
{
    /// <summary>Member of an argument's metadata: the name of the parameter.</summary>
    public const string ParameterMember = "parameter";

    /// <summary>Member of the metadata of an argument and of the output: one of the four encodings.</summary>
    public const string EncodingMember = "encoding";

    /// <summary>Member of the output's metadata: the member of the result that holds the bytes. Absent: the result itself.</summary>
    public const string ResultMember = "member";

    /// <summary>Encoding: bytes, as a JSON string in base64.</summary>
    public const string Base64 = "base64";

    /// <summary>Encoding: UTF-8 text, as a JSON string.</summary>
    public const string Text = "text";

    /// <summary>Encoding: JSON text of at most 60 levels (<see cref="MaxDepth"/>), as the JSON value it is.</summary>
    public const string Json = "json";

    /// <summary>Encoding: JSON text as the value it is, any other text as a JSON string. Arguments only.</summary>
    public const string Any = "any";

    /// <summary>Most levels of a value: with those that lie around it, a message has at most 64.</summary>
    public const int MaxDepth = 60;

    /// <summary>The parameters of a tool for a call.</summary>
    /// <param name="call">Standard input must be bytes, not a reference to a file.</param>
    /// <param name="cap">A definition derived from a tool.</param>
    /// <returns>A JSON object; what is not given is left out.</returns>
    /// <exception cref="Capns.Core.Caps.Validation.CapValidationException">The call does not fit the arguments of the definition; see <see cref="UnifiedArguments.ToArguments"/>.</exception>
    /// <exception cref="CapArgumentException">A value cannot be written as its parameter needs it.</exception>
    public static JsonElement ToParameters(CapCall call, Cap cap)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(cap);
        var parameters = new JsonObject();
        var definitions = new Dictionary<string, CapArg>(StringComparer.Ordinal);
        foreach (var arg in cap.Args)
        {
            definitions.TryAdd(arg.MediaUrn, arg);
        }

        foreach (var argument in call.ToArguments(cap))
        {
            var definition = definitions[argument.MediaUrn];
            var name = Member(definition.Metadata, ParameterMember)
                ?? throw new CapArgumentException(argument.MediaUrn, "the definition does not say which parameter it is");
            parameters[name] = Write(argument, Member(definition.Metadata, EncodingMember) ?? Any);
        }

        return JsonSerializer.SerializeToElement(parameters);
    }

    /// <summary>What a tool's result is to the caller of a capability.</summary>
    /// <param name="result">The result; absent is JSON <c>null</c>.</param>
    /// <param name="cap">The definition.</param>
    /// <exception cref="CapResultException">The output holds bytes, and the result has none where they belong.</exception>
    public static CapResult ToResult(JsonElement? result, Cap cap)
    {
        ArgumentNullException.ThrowIfNull(cap);
        var value = result ?? JsonElement.Parse("null");
        switch (Member(cap.Output?.Metadata, EncodingMember))
        {
            case Base64:
                return CapResult.FromBytes(Bytes(value, Member(cap.Output!.Metadata, ResultMember)));
            case Text when value.ValueKind == JsonValueKind.String:
                return CapResult.FromText(value.GetString()!);
            default:
                return CapResult.FromText(value.GetRawText());
        }
    }

    private static JsonNode? Write(CapArgumentValue argument, string encoding)
    {
        if (encoding == Base64)
        {
            return JsonValue.Create(Convert.ToBase64String(argument.Value.Span));
        }

        var text = argument.AsText() ?? throw new CapArgumentException(argument.MediaUrn, $"its {argument.Value.Length} bytes are not UTF-8 text");
        if (encoding == Text)
        {
            return JsonValue.Create(text);
        }

        try
        {
            // Written and read again: what JSON allows and no document can hold, half a surrogate pair, is found here and not when it is sent.
            return JsonSerializer.SerializeToNode(JsonElement.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth }));
        }
        catch (JsonException exception)
        {
            return encoding == Any ? JsonValue.Create(text) : throw new CapArgumentException(argument.MediaUrn, $"it must be JSON: {exception.Message}");
        }
    }

    private static byte[] Bytes(JsonElement result, string? member)
    {
        var where = member is null ? "the result" : $"member {member} of the result";
        var value = result;
        if (member is not null && !(result.ValueKind == JsonValueKind.Object && result.TryGetProperty(member, out value)))
        {
            throw new CapResultException($"The output is binary, but {where} is missing.");
        }

        return value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out var bytes)
            ? bytes
            : throw new CapResultException($"The output is binary, but {where} is not base64.");
    }

    private static string? Member(JsonElement? metadata, string name) =>
        metadata is { ValueKind: JsonValueKind.Object } members && members.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}

/// <summary>An argument of a call cannot be written as the parameter of a tool.</summary>
public sealed class CapArgumentException : ArgumentException
{
    internal CapArgumentException(string mediaUrn, string problem)
        : base($"Argument '{mediaUrn}': {problem}.") => MediaUrn = mediaUrn;

    /// <summary>The argument.</summary>
    public string MediaUrn { get; }
}

/// <summary>A tool has run well, but its result is not what the capability promises.</summary>
public sealed class CapResultException : Exception
{
    internal CapResultException(string message)
        : base(message)
    {
    }
}
