namespace Capns.Discovery.Worker.Search.Queries;

/// <summary>How a word of a tool answers a word of a query.</summary>
internal enum MatchKind
{
    /// <summary>It is the word, or another form of it.</summary>
    Same = 0,

    /// <summary>It is the word together with its neighbour: "e mail" and "email".</summary>
    Joined,

    /// <summary>It means about the same.</summary>
    Meaning,

    /// <summary>It begins with the word.</summary>
    Beginning,

    /// <summary>The word is taken for a typing error.</summary>
    Typo,
}
