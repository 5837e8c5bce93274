using System.Text.Json;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Discovery.Relations;

/// <summary>Reads a relation, or says all that is wrong with it. Pure.</summary>
internal static class RelationReader
{
    private const int LongestId = 128;
    private const int LongestReason = 500;
    private const int LargestMetadata = 4 * 1024;

    /// <summary>Null: see the errors.</summary>
    public static RelationOrder? Read(JsonElement body, out IReadOnlyList<FieldError> errors)
    {
        var found = new List<FieldError>();
        errors = found;
        if (body.ValueKind != JsonValueKind.Object || StorableJson.Check(body) is not null)
        {
            found.Add(StorableJson.Check(body) ?? new FieldError("", "type", $"The body must be an object; it is {Preview.Of(body)}."));
            return null;
        }

        var fields = new JsonFields(body, "", found);
        var (to, type, strength) = (fields.Text("toToolId", LongestId)?.Trim(), fields.Word("type", RelationTypes.Settable), fields.Number("strength", 0, 1));
        var (reason, metadata) = (fields.Text("reason", LongestReason), fields.Object("metadata", LargestMetadata));
        fields.Require("toToolId", "uuid or slug of the other tool");
        fields.Require("type", string.Join(", ", RelationTypes.Settable));
        var isNeed = type is not null && RelationTypes.Canonical(type) == RelationTypes.Requires;
        if (!isNeed)
        {
            fields.Require("strength", "a number from 0 to 1");
        }
        else if (strength is not (null or 1))
        {
            fields.Note("strength", "const", $"must be 1 or be left out for {type}; it is {strength.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)}");
        }

        return found.Count > 0 ? null : new RelationOrder { ToToolId = to!, Type = type!, Strength = isNeed ? 1 : (double)strength!.Value, Reason = reason, Metadata = metadata };
    }
}
