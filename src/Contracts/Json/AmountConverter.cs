using System.Text.Json;
using System.Text.Json.Serialization;

namespace Capns.Contracts.Json;

/// <summary>Amounts as JSON numbers, also where the settings would write text (MassTransit's own do).</summary>
internal sealed class AmountConverter : JsonConverter<decimal>
{
    public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out var value) ? value : throw new JsonException("must be a number");

    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}
