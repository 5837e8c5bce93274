namespace Capns.Discovery.Worker.Learning;

/// <summary>What became of something to learn from.</summary>
internal enum LearningResult
{
    /// <summary>Learned from, now.</summary>
    Applied,

    /// <summary>Learned from before; nothing has changed.</summary>
    Repeated,

    /// <summary>Another event was learned from under the same id; nothing has changed.</summary>
    Reused,

    /// <summary>The execution that it is about ran another tool; nothing has changed.</summary>
    OtherTool,
}
