namespace Capns.Discovery.Worker.Search.Indexing;

/// <summary>How much a word counts by where it stands (platform spec 7.5), and how often.</summary>
/// <remarks>
/// BM25F: what a term has in each field is divided by the field's length, weighted, added up and only then made to saturate.
/// The usual length of a field is a constant, not the catalogue's mean: so a tool's weights do not change when others do.
/// </remarks>
internal static class Weights
{
    /// <summary>Weight at which half of what a term can give is reached.</summary>
    public const float Saturation = 0.9f;

    private const float Steps = 48;

    private static readonly float[] Saturated = [.. Enumerable.Range(0, 256).Select(weight => weight / (weight + (Saturation * Steps)))];

    /// <summary>Weight of a field, how much its length matters (0 to 1), and how many words are usual.</summary>
    public static (float Weight, float Slope, float Usual) Of(ToolField field) => field switch
    {
        ToolField.Name => (1.0f, 0.4f, 2.5f),
        ToolField.DisplayName => (1.0f, 0.4f, 2.5f),
        ToolField.Tags => (0.6f, 0.2f, 5),
        ToolField.Capabilities => (0.6f, 0.2f, 5),
        ToolField.Description => (0.4f, 0.3f, 14),
        ToolField.Parameters => (0.12f, 0.5f, 5),
        ToolField.Examples => (0.2f, 0.5f, 15),
        _ => (0.15f, 0, 2),
    };

    /// <summary>What a term gets for standing in a field.</summary>
    /// <param name="field">The field.</param>
    /// <param name="times">How often, at least 1.</param>
    /// <param name="length">Words of the field, at least 1.</param>
    public static float Of(ToolField field, int times, int length)
    {
        var (weight, slope, usual) = Of(field);
        return weight * times / (1 - slope + (slope * length / usual));
    }

    /// <summary>A weight as a byte: 48 steps to 1, from 1 to 255.</summary>
    public static byte Quantize(float weight) => (byte)Math.Clamp((int)((weight * Steps) + 0.5f), 1, 255);

    /// <summary>What a term gives to a tool before its rarity counts: 0 to 1.</summary>
    public static float Saturate(byte weight) => Saturated[weight];
}
