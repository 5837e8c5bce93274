using Capns.Core.Caps;
using Capns.Core.Dispatch;
using Capns.Core.Urns;

var providers = new CapMatrix();
providers.RegisterCapSet("any", DelegateCapSet.FromText((_, call) => $"{call.Positional[0]}: a grey square"), [Thumbnail("media:bytes")]);
providers.RegisterCapSet("pdf", DelegateCapSet.FromText((_, call) => $"{call.Positional[0]}: its first page"), [Thumbnail("media:pdf;bytes")]);

var block = new CapBlock(new CapBlockOptions { FillsMissingDirections = true });
block.AddRegistry("providers", providers);

var caller = block.Can("cap:op=thumbnail;in=\"media:pdf;bytes\"");
Console.WriteLine((await caller.CallAsync(new CapCall { Positional = ["report.pdf"] })).AsString());
Console.WriteLine(block.Explain("cap:op=thumbnail;in=\"media:text\""));

static Cap Thumbnail(string input) => new()
{
    Urn = new CapUrnBuilder().In(input).Tag("op", "thumbnail").Out("media:textable;form=scalar").Build(),
    Title = "Thumbnail",
    Command = "thumbnail",
    Args = [new CapArg { MediaUrn = "media:textable;form=scalar", Required = true, Sources = [new ArgSource.Position(0)] }],
};
