using System.Text.Json;

namespace Capns.Core.Validation.Keywords;

/// <summary>The schema <c>false</c>: nothing fits.</summary>
internal sealed class NothingKeyword() : Keyword("false")
{
    public override bool Accepts(Evaluation run, JsonElement instance, Coverage? coverage) =>
        run.Fail(Name, "is not allowed here");
}
