using System.Globalization;
using System.Text;
using System.Text.Json;
using Capns.Core.Json;
using Capns.Core.Media;

namespace Capns.Core.Caps.Validation;

/// <summary>
/// Holds a value against the rules of its media type, in the order of CapNs spec 10.1. A rule for another kind of value is
/// passed over.
/// </summary>
internal static class RuleCheck
{
    /// <summary>The first rule that a value breaks, in words; null when it keeps all of them.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="value">One that <see cref="JsonTextGuard"/> finds nothing wrong with.</param>
    /// <param name="patterns">Where patterns are kept once they are read.</param>
    /// <exception cref="FormatException">The pattern of the rules is none.</exception>
    public static string? FindBroken(MediaValidation rules, JsonElement value, CompiledRules patterns) => value.ValueKind switch
    {
        JsonValueKind.Number => OfNumber(rules, ExactNumber.Parse(value.GetRawText())),
        JsonValueKind.String => OfString(rules, value.GetString()!, patterns),
        JsonValueKind.Array => OfLength(rules, value.GetArrayLength(), "array length"),
        _ => null,
    };

    /// <summary>Exact, because a double takes 2^53 and its successor for the same.</summary>
    private static string? OfNumber(MediaValidation rules, ExactNumber value) =>
        rules.Min is { } min && value < Exact(min) ? $"minimum value {EcmaScriptNumber.ToText(min)}"
        : rules.Max is { } max && value > Exact(max) ? $"maximum value {EcmaScriptNumber.ToText(max)}"
        : null;

    private static string? OfString(MediaValidation rules, string value, CompiledRules patterns) =>
        OfLength(rules, Encoding.UTF8.GetByteCount(value), "length")
        ?? OfPattern(rules.Pattern, value, patterns)
        ?? (rules.AllowedValues is { } allowed && !allowed.Contains(value, StringComparer.Ordinal)
            ? $"allowed values: [{string.Join(", ", allowed.Select(ValueText.Quote))}]"
            : null);

    private static string? OfLength(MediaValidation rules, int length, string what) =>
        length < rules.MinLength ? string.Create(CultureInfo.InvariantCulture, $"minimum {what} {rules.MinLength}")
        : length > rules.MaxLength ? string.Create(CultureInfo.InvariantCulture, $"maximum {what} {rules.MaxLength}")
        : null;

    private static string? OfPattern(string? text, string value, CompiledRules patterns)
    {
        if (text is null)
        {
            return null;
        }

        var pattern = patterns.Pattern(text);
        return pattern.Matches(value) switch
        {
            true => null,
            false => $"pattern '{text}'",
            null => $"pattern '{text}' (no answer within {pattern.Timeout.TotalMilliseconds} ms)",
        };
    }

    private static ExactNumber Exact(double bound) => ExactNumber.Parse(EcmaScriptNumber.ToText(bound));
}
