using Capns.Contracts.Executions;
using Capns.Core.Urns;
using Capns.Registry.Worker.Capabilities;

namespace Capns.Registry.Worker.Api;

/// <summary>What a list of tools asks of the capabilities of their latest versions (platform spec 4.3). Immutable.</summary>
internal sealed record CapabilityFilter
{
    /// <summary>Most capabilities that one request can ask for: a tool has no more.</summary>
    public const int MaxCapabilities = 50;

    /// <summary>A tool must declare all of them.</summary>
    public IReadOnlyList<string> Words { get; private init; } = [];

    /// <summary>A tool must declare all of them, in whatever spelling.</summary>
    public IReadOnlyList<CapUrn> Urns { get; private init; } = [];

    /// <summary>A tool must accept it; which can do it best comes first. Absent: not asked for.</summary>
    public CapUrn? Cap { get; private init; }

    /// <summary>Reads <c>capabilities</c>, separated by commas or repeated, and <c>cap</c>.</summary>
    /// <param name="query">Decoded.</param>
    /// <param name="problem">What is wrong, naming parameter and value.</param>
    public static CapabilityFilter? Read(IQueryCollection query, out ProblemResult? problem)
    {
        var wanted = query["capabilities"].SelectMany(value => Split(value ?? "")).ToList();
        var caps = query["cap"].Where(value => !string.IsNullOrWhiteSpace(value)).ToList();
        problem = wanted.Count > MaxCapabilities
            ? new ProblemResult(ErrorCodes.InvalidRequest, $"capabilities must be at most {MaxCapabilities}; they are {wanted.Count}.")
            : caps.Count > 1 ? new ProblemResult(ErrorCodes.InvalidRequest, $"cap may be given once; it is given {caps.Count} times.")
            : null;
        if (problem is not null)
        {
            return null;
        }

        var (words, urns) = (wanted.FindAll(text => !OfferedCapabilities.IsUrn(text)), wanted.FindAll(OfferedCapabilities.IsUrn));
        var read = urns.Select(text => CapParameter.Parse("capabilities", text))
            .Concat(caps.Select(text => CapParameter.Parse("cap", text!))).ToList();
        problem = read.Find(one => one.Problem is not null).Problem;
        return problem is not null ? null : new CapabilityFilter
        {
            Words = words,
            Urns = [.. read.Take(urns.Count).Select(one => one.Cap!)],
            Cap = read.Skip(urns.Count).Select(one => one.Cap).SingleOrDefault(),
        };
    }

    /// <summary>The same parameters as the texts they were given as, once they have been found right; null when nothing is asked for.</summary>
    public static IReadOnlyList<string>? Texts(IQueryCollection query, out ProblemResult? problem) => Read(query, out problem) is null ? null
        : query["capabilities"].SelectMany(value => Split(value ?? "")).Concat(query["cap"].Where(value => !string.IsNullOrWhiteSpace(value)).Select(value => value!))
            .ToList() is { Count: > 0 } texts ? texts : null;

    /// <summary>The tools that fit, also those that may not run now; with <see cref="Cap"/> the best first. Null when nothing is asked for.</summary>
    public IReadOnlyList<Guid>? Choose(CapabilitySnapshot known)
    {
        if (Cap is null && Words.Count == 0 && Urns.Count == 0)
        {
            return null;
        }

        var accepting = Cap is null ? known.Tools : known.FindAccepting(Cap).Select(found => found.Tool);
        return [.. accepting.Where(Declares).Select(tool => tool.ToolId)];
    }

    private bool Declares(ToolProvider tool) =>
        Words.All(word => tool.Offered.Words.Contains(word, StringComparer.Ordinal)) && Urns.All(urn => tool.Offered.Urns.Contains(urn));

    /// <summary>At commas, but not at those between quotes: a capability URN holds no others.</summary>
    private static IEnumerable<string> Split(string text)
    {
        var (start, quoted) = (0, false);
        for (var at = 0; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '"':
                    quoted = !quoted;
                    break;
                case '\\' when quoted:
                    at++;
                    break;
                case ',' when !quoted:
                    foreach (var part in Part(start, at))
                    {
                        yield return part;
                    }

                    start = at + 1;
                    break;
            }
        }

        foreach (var part in Part(start, text.Length))
        {
            yield return part;
        }

        IEnumerable<string> Part(int from, int to) => text[from..to].Trim() is { Length: > 0 } part ? [part] : [];
    }
}
