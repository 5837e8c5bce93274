using System.Security.Cryptography;
using System.Text;

namespace Capns.Discovery.Worker.Graph;

/// <summary>What nodes with free text for a name are looked up by. Pure.</summary>
/// <remarks>
/// FalkorDB's index does not find texts with blanks at their ends or with thousands of characters, and would make such a node anew each
/// time; Neo4j refuses to index what is longer than 8 kB. Equal names have equal keys, so a unique key keeps the name unique.
/// </remarks>
internal static class GraphKey
{
    /// <summary>Property of Agent, Capability and Context nodes.</summary>
    public const string Property = "key";

    /// <summary>32 hexadecimal digits of the text's SHA-256.</summary>
    public static string Of(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}
