using Capns.Discovery.Worker.Learning.Rules;

namespace Capns.Discovery.Worker.Learning.Relations;

/// <summary>
/// A relation as it is written: DEPENDS_ON as REQUIRES, SIMILAR_TO from the smaller uuid to the larger (platform spec 9.3).
/// </summary>
internal sealed record Relation(Guid From, string Type, Guid To)
{
    public static Relation Of(Guid from, string type, Guid to)
    {
        if (type != "SIMILAR_TO")
        {
            return new Relation(from, type == "DEPENDS_ON" ? "REQUIRES" : type, to);
        }

        var pair = ToolPair.Of(from, to);
        return new Relation(pair.First, type, pair.Second);
    }
}
