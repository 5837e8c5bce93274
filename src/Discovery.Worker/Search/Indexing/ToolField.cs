namespace Capns.Discovery.Worker.Search.Indexing;

/// <summary>A part of a tool that is searched.</summary>
internal enum ToolField
{
    /// <summary>Name and slug.</summary>
    Name = 0,

    DisplayName,

    Tags,

    Capabilities,

    Description,

    Parameters,

    Examples,

    Category,
}
