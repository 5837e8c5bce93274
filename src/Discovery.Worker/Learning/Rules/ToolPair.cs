namespace Capns.Discovery.Worker.Learning.Rules;

/// <summary>Two tools without direction: the one whose uuid is smaller as text comes first (platform spec 9.3).</summary>
internal readonly record struct ToolPair(Guid First, Guid Second)
{
    /// <summary>The same for both orders.</summary>
    public static ToolPair Of(Guid one, Guid other) => one.CompareTo(other) <= 0 ? new ToolPair(one, other) : new ToolPair(other, one);
}
