using System.Text.Json;

namespace Capns.Core.Validation.Keywords;

/// <summary>Properties that must be there.</summary>
internal sealed class RequiredKeyword(string[] names) : Keyword("required")
{
    public static Keyword Create(KeywordSource source) =>
        new RequiredKeyword([.. source.Value.EnumerateArray().Select(name => name.GetString()!)]);

    public override bool Accepts(Evaluation run, JsonElement instance, Coverage? coverage)
    {
        if (instance.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        var fits = true;
        foreach (var name in names)
        {
            if (!instance.TryGetProperty(name, out _))
            {
                fits = run.Fail(Name, $"must have the property '{name}'");
            }
        }

        return fits;
    }
}

/// <summary>Properties that must be there when another one is.</summary>
internal sealed class DependentRequiredKeyword((string Trigger, string[] Names)[] rules) : Keyword("dependentRequired")
{
    public static Keyword Create(KeywordSource source) => new DependentRequiredKeyword(
        [.. source.Value.EnumerateObject().Select(rule =>
            (rule.Name, rule.Value.EnumerateArray().Select(name => name.GetString()!).ToArray()))]);

    public override bool Accepts(Evaluation run, JsonElement instance, Coverage? coverage)
    {
        if (instance.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        var fits = true;
        foreach (var (trigger, names) in rules)
        {
            if (!instance.TryGetProperty(trigger, out _))
            {
                continue;
            }

            foreach (var name in names.Where(name => !instance.TryGetProperty(name, out _)))
            {
                fits = run.Fail(Name, $"must have the property '{name}' beside '{trigger}'");
            }
        }

        return fits;
    }
}
