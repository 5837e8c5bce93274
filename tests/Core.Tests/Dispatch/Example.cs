using Capns.Core.Caps;
using Capns.Core.Dispatch;
using Capns.Core.Urns;

namespace Capns.Core.Tests.Dispatch;

/// <summary>Valid definitions and executors; a test changes only what it is about.</summary>
internal static class Example
{
    public static Cap Cap(string urn, params CapArg[] args) => Cap(CapUrn.Parse(urn), args);

    public static Cap Cap(CapUrn urn, params CapArg[] args) => new() { Urn = urn, Title = "Example", Command = "example", Args = args };

    public static CapArg Arg(string mediaUrn, params ArgSource[] sources) =>
        new() { MediaUrn = mediaUrn, Required = true, Sources = sources };

    /// <summary>An executor that answers with its name.</summary>
    public static ICapSet Set(string name) => DelegateCapSet.FromText((_, _) => name);

    public static CapMatrix Matrix(params (string Name, string[] Caps)[] sets)
    {
        var matrix = new CapMatrix();
        foreach (var (name, caps) in sets)
        {
            matrix.RegisterCapSet(name, Set(name), [.. caps.Select(cap => Cap(cap))]);
        }

        return matrix;
    }

    public static CapBlock Block(params (string Name, CapMatrix Matrix)[] registries) => Block(null, registries);

    public static CapBlock Block(CapBlockOptions? options, params (string Name, CapMatrix Matrix)[] registries)
    {
        var block = new CapBlock(options);
        foreach (var (name, matrix) in registries)
        {
            block.AddRegistry(name, matrix);
        }

        return block;
    }
}
