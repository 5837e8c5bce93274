using Capns.Contracts;
using Capns.Discovery.Worker.Catalogue;

namespace Capns.Bench.Discovery;

/// <summary>Tools that look like those of a real catalogue: the same seed makes the same ones on any machine.</summary>
/// <remarks>
/// A tool does one operation on one kind of thing for one vendor or team. Words are drawn so that few are common and many are
/// rare; about one description word in twenty is a name that hardly any other tool has.
/// </remarks>
internal sealed class SyntheticTools(int seed)
{
    private static readonly string[] Operations =
    [
        "extract", "convert", "summarize", "translate", "resize", "compress", "encrypt", "validate", "search", "send", "schedule", "analyze",
        "merge", "split", "classify", "detect", "generate", "render", "import", "export", "monitor", "deploy", "transcribe", "compare", "archive",
        "restore", "rename", "filter", "sort", "aggregate", "forecast", "notify", "approve", "refund", "invoice", "geocode", "scrape", "index",
        "annotate", "redact",
    ];

    private static readonly string[] Things =
    [
        "pdf", "image", "video", "audio", "text", "csv", "spreadsheet", "email", "calendar", "invoice", "contract", "database", "log", "metric",
        "ticket", "customer", "order", "payment", "currency", "weather", "map", "route", "website", "url", "json", "xml", "archive", "password",
        "certificate", "container", "repository", "commit", "code", "test", "document", "presentation", "photo", "voice", "subtitle", "news",
        "stock", "recipe", "flight", "hotel", "sensor", "molecule", "protein", "formula", "matrix", "chart", "report", "survey", "candidate",
        "employee", "vacation", "contact", "message", "notification", "domain", "network",
    ];

    private static readonly string[] Categories =
    [
        "api", "computation", "file-system", "database", "web-search", "code-execution", "communication", "knowledge-graph", "deployment",
        "monitoring", "analysis", "generation", "system", "network", "development", "mcp",
    ];

    private static readonly string[] Plain =
    [
        "quickly", "large", "files", "with", "options", "for", "language", "quality", "and", "returns", "structured", "result", "from", "given",
        "input", "supports", "batches", "of", "items", "using", "the", "latest", "model", "format", "output", "keeps", "layout", "metadata",
        "secure", "temporary", "links", "by", "date", "owner", "priority", "region", "currency", "tables", "columns", "pages", "headers",
        "notes", "errors", "warnings", "history", "versions", "rules", "teams", "projects", "accounts", "limits", "threshold", "average",
        "total", "distance", "temperature", "address", "phone", "signature", "barcode", "template", "style", "color", "duration", "frame",
    ];

    private static readonly string[] Parameters =
        ["input", "file", "url", "format", "language", "limit", "from", "to", "quality", "query", "path", "template", "recipient", "date", "encoding", "threshold"];

    private readonly Random _random = new(seed);
    private int _made;

    /// <summary>Makes so many more.</summary>
    public IEnumerable<CatalogueTool> Take(int count) => Enumerable.Range(0, count).Select(_ => Next());

    /// <summary>The same tool at a later revision, described in other words.</summary>
    public CatalogueTool Change(CatalogueTool tool, long revision) => tool with { Description = Description(Pick(Operations), Pick(Things)), Revision = revision };

    /// <summary>A query of so many words; with errors, each longer word has one letter too few, too many or exchanged.</summary>
    public string Query(int words, bool errors) =>
        string.Join(' ', Enumerable.Range(0, words).Select(at =>
        {
            var word = at == 0 ? Pick(Operations) : at == 1 ? Pick(Things) : _random.Next(3) == 0 ? Pick(Things) : Pick(Plain);
            return errors && word.Length > 4 ? Mistype(word) : word;
        }));

    private CatalogueTool Next()
    {
        var (number, operation, thing, other) = (_made++, Pick(Operations), Pick(Things), Pick(Things));
        var vendor = Coin();
        var id = new byte[16];
        _random.NextBytes(id);
        return new CatalogueTool
        {
            Id = new Guid(id),
            Slug = $"{vendor}-{thing}-{operation}-{number}",
            Name = $"{vendor}-{thing}-{operation}",
            DisplayName = $"{char.ToUpperInvariant(vendor[0])}{vendor[1..]}: {operation} {thing}",
            Description = Description(operation, thing),
            Version = $"{1 + _random.Next(4)}.{_random.Next(10)}.{_random.Next(20)}",
            Category = Pick(Categories),
            Tags = [thing, operation, other, Pick(Plain)],
            Capabilities =
            [
                $"cap:in=\"media:{thing}\";op={operation};out=\"media:{other}\"",
                $"{thing}-{operation}",
            ],
            ParameterNames = [.. Parameters.OrderBy(_ => _random.Next()).Take(2 + _random.Next(4))],
            Examples = [$"{operation} a {thing}", $"{Coin()}.{thing}"],
            Owner = vendor,
            Level = (SecurityLevel)(1 + _random.Next(3)),
            CostEstimate = _random.Next(100) / 1000m,
            DurationEstimateMs = 50 * (1 + _random.Next(200)),
            RegisteredAt = DateTimeOffset.UnixEpoch.AddSeconds(number),
            Revision = number + 1,
        };
    }

    private string Description(string operation, string thing)
    {
        var words = new List<string> { char.ToUpperInvariant(operation[0]) + operation[1..], thing };
        for (var count = 12 + _random.Next(28); words.Count < count;)
        {
            words.Add(_random.Next(20) == 0 ? Coin() : _random.Next(6) == 0 ? Pick(Things) : Pick(Plain));
        }

        return string.Join(' ', words) + ".";
    }

    /// <summary>Few of the words make most of the text, as in any language.</summary>
    private string Pick(string[] words) => words[(int)(words.Length * Math.Pow(_random.NextDouble(), 1.6))];

    /// <summary>A made-up name of two to four syllables.</summary>
    private string Coin()
    {
        const string Consonants = "bcdfghjklmnprstvwz";
        const string Vowels = "aeiou";
        return string.Concat(Enumerable.Range(0, 2 + _random.Next(3))
            .Select(_ => $"{Consonants[_random.Next(Consonants.Length)]}{Vowels[_random.Next(Vowels.Length)]}{(_random.Next(3) == 0 ? "n" : "")}"));
    }

    private string Mistype(string word)
    {
        var at = 1 + _random.Next(word.Length - 2);
        return _random.Next(3) switch
        {
            0 => word.Remove(at, 1),
            1 => word.Insert(at, word[at].ToString()),
            _ => word[..at] + word[at + 1] + word[at] + word[(at + 2)..],
        };
    }
}
