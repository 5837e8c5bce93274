using System.Text.Json;

namespace Capns.Core.Validation.Keywords;

/// <summary>Every schema fits.</summary>
internal sealed class AllOfKeyword(SchemaNode[] nodes) : Keyword("allOf")
{
    public static Keyword Create(KeywordSource source)
    {
        source.Node.Always.AddRange(source.Schemas);
        return new AllOfKeyword(source.Schemas);
    }

    public override bool Accepts(Evaluation run, JsonElement instance, Coverage? coverage)
    {
        var fits = true;
        foreach (var node in nodes)
        {
            fits &= run.Apply(node, instance, coverage);
            if (run.IsStopped || (!fits && !run.IsListing))
            {
                return false;
            }
        }

        return fits;
    }
}

/// <summary>At least one schema fits.</summary>
internal sealed class AnyOfKeyword(SchemaNode[] nodes) : Keyword("anyOf")
{
    private readonly string _message = $"must fit at least one of {nodes.Length} schemas";

    public static Keyword Create(KeywordSource source)
    {
        source.Node.Sometimes.AddRange(source.Schemas);
        return new AnyOfKeyword(source.Schemas);
    }

    public override bool Accepts(Evaluation run, JsonElement instance, Coverage? coverage)
    {
        var fits = false;
        foreach (var node in nodes)
        {
            fits |= run.Tries(node, instance, coverage);

            // Where somebody asks what was evaluated, every fitting schema has a say.
            if (run.IsStopped || (fits && coverage is null))
            {
                break;
            }
        }

        return fits || run.Fail(Name, _message);
    }
}

/// <summary>Exactly one schema fits.</summary>
internal sealed class OneOfKeyword(SchemaNode[] nodes) : Keyword("oneOf")
{
    private readonly string _message = $"must fit exactly one of {nodes.Length} schemas";

    public static Keyword Create(KeywordSource source)
    {
        source.Node.Sometimes.AddRange(source.Schemas);
        return new OneOfKeyword(source.Schemas);
    }

    public override bool Accepts(Evaluation run, JsonElement instance, Coverage? coverage)
    {
        var fitting = 0;
        foreach (var node in nodes)
        {
            fitting += run.Tries(node, instance, coverage) ? 1 : 0;
            if (run.IsStopped || fitting > 1)
            {
                break;
            }
        }

        return fitting switch
        {
            1 => true,
            0 => run.Fail(Name, $"{_message}; it fits none"),
            _ => run.Fail(Name, $"{_message}; it fits several"),
        };
    }
}

/// <summary>The schema does not fit.</summary>
internal sealed class NotKeyword(SchemaNode node) : Keyword("not")
{
    public static Keyword Create(KeywordSource source)
    {
        source.Node.Tried.Add(source.Schema);
        return new NotKeyword(source.Schema);
    }

    public override bool Accepts(Evaluation run, JsonElement instance, Coverage? coverage) =>
        !run.Tries(node, instance, null) && !run.IsStopped || run.Fail(Name, "must not fit the schema under 'not'");
}
