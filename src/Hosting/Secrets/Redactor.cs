using System.Buffers;
using System.Text;
using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Core.Validation;

namespace Capns.Hosting.Secrets;

/// <summary>Takes known secret values and what looks like a credential out of texts (platform spec 5.13, rule 4). Thread-safe.</summary>
/// <remarks>
/// In time linear to the text. A known value is found in each of its <see cref="SecretForms"/>, of whatever length. What a program does to a
/// value before it writes it (turns it round, writes it letter by letter) hides it from this.
/// </remarks>
public sealed class Redactor
{
    private const string Mark = SecretFields.Redacted;

    // One of these stands in every credential that CredentialPatterns knows: most texts need no look at the patterns.
    private static readonly SearchValues<string> Hints = SearchValues.Create(
        ["PRIVATE KEY", "AKIA", "ASIA", "ABIA", "ACCA", "AIza", "AccountKey=", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_",
            "xox", "k_live_", "eyJ", "bearer"],
        StringComparison.OrdinalIgnoreCase);

    private readonly SecretMatcher? _known;

    // Only these can come about where a mark was put: every other text that lies across its edge holds one of its brackets.
    private readonly SecretMatcher? _bracketed;

    private Redactor(IReadOnlyCollection<string> forms)
    {
        if (forms.Count > 0)
        {
            _known = new SecretMatcher(forms);
            var bracketed = forms.Where(form => form.AsSpan().ContainsAny('[', ']')
                && !Mark.Contains(form, StringComparison.Ordinal)).ToList();
            _bracketed = bracketed.Count > 0 ? new SecretMatcher(bracketed) : null;
        }
    }

    /// <summary>Knows no values, only what credentials look like.</summary>
    public static Redactor Patterns { get; } = new([]);

    /// <summary>True when there are values to look for.</summary>
    public bool KnowsValues => _known is not null;

    /// <summary>Knows some values: texts and numbers, wherever they stand in them.</summary>
    public static Redactor For(IEnumerable<JsonElement> values) =>
        new(values.SelectMany(SecretForms.Of).Where(form => form.Length > 0).ToHashSet(StringComparer.Ordinal));

    /// <summary>The text without secrets.</summary>
    /// <param name="text">Any.</param>
    /// <param name="cut">True: the text went on, so the beginning of a known value at its end goes too.</param>
    public string Redact(string text, bool cut = false) => RedactPatterns(RedactValues(text, cut));

    /// <summary>The text without the known values; what merely looks like a credential stays.</summary>
    public string RedactValues(string text, bool cut = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (_known is null || _known.Find(text, cut) is not { Count: > 0 } places)
        {
            return text;
        }

        var output = new StringBuilder(text.Length);
        var last = 0;
        foreach (var place in places)
        {
            output.Append(text, last, place.Start.Value - last).Append(Mark);
            last = place.End.Value;
        }

        var redacted = output.Append(text, last, text.Length - last).ToString();
        return _bracketed is not null && _bracketed.Find(redacted, cut: false).Count > 0 ? Mark : redacted;
    }

    /// <summary>Texts, numbers and names of members without secrets.</summary>
    public JsonElement Redact(JsonElement value) => Rewrite(value, text => Redact(text));

    /// <summary>The same for the known values alone.</summary>
    public JsonElement RedactValues(JsonElement value) => KnowsValues ? Rewrite(value, text => RedactValues(text)) : value;

    private static string RedactPatterns(string text) =>
        text.AsSpan().ContainsAny(Hints) ? CredentialPatterns.Redact(text) : text;

    private static JsonElement Rewrite(JsonElement value, Func<string, string> redact)
    {
        if (value.ValueKind == JsonValueKind.Undefined)
        {
            return value;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer,
            new JsonWriterOptions { Encoder = WireJson.Options.Encoder, MaxDepth = WireJson.MaxDepth }))
        {
            Write(value, writer, redact);
        }

        return JsonElement.Parse(buffer.WrittenSpan, new JsonDocumentOptions { MaxDepth = WireJson.MaxDepth });
    }

    private static void Write(JsonElement value, Utf8JsonWriter writer, Func<string, string> redact)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                var names = new HashSet<string>(StringComparer.Ordinal);
                foreach (var property in value.EnumerateObject())
                {
                    writer.WritePropertyName(Unique(redact(property.Name), names));
                    Write(property.Value, writer, redact);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(item, writer, redact);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(redact(value.GetString()!));
                break;
            case JsonValueKind.Number when value.GetRawText() is var raw && redact(raw) != raw:
                writer.WriteStringValue(Mark);
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    // Two names may have lost what told them apart.
    private static string Unique(string name, HashSet<string> names)
    {
        var unique = name;
        for (var number = 2; !names.Add(unique); number++)
        {
            unique = $"{name} {number}";
        }

        return unique;
    }
}
