using System.Text.Json;
using Capns.Core.Caps;
using Capns.Core.Media;
using Capns.Core.Urns;

namespace Capns.Core.Tests.Caps;

/// <summary>Valid definitions; a test changes, using <c>with</c>, only what it is about.</summary>
internal static class Example
{
    public const string Urn = "cap:in=media:void;op=demo;out=media:void";

    public static Cap Cap(params CapArg[] args) =>
        new() { Urn = CapUrn.Parse(Urn), Title = "Demo", Command = "demo", Args = args };

    public static CapArg Arg(string mediaUrn, params ArgSource[] sources) => new() { MediaUrn = mediaUrn, Required = true, Sources = sources };

    public static MediaSpecDef Spec(string urn) => new() { Urn = urn, MediaType = "text/plain", Title = "Spec" };

    public static ArgSource Stdin(string mediaUrn) => new ArgSource.Stdin(mediaUrn);

    public static ArgSource At(int index) => new ArgSource.Position(index);

    public static ArgSource Flag(string flag) => new ArgSource.CliFlag(flag);

    public static JsonElement JsonOf(string text) => JsonElement.Parse(text);
}
