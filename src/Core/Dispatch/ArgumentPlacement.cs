using Capns.Core.Caps;
using Capns.Core.Caps.Validation;

namespace Capns.Core.Dispatch;

/// <summary>Makes a classic call of arguments, one after the other.</summary>
internal sealed class ArgumentPlacement(Cap cap)
{
    private readonly SortedDictionary<int, NamedArgument> _placed = [];
    private readonly List<NamedArgument> _named = [];
    private readonly HashSet<string> _given = new(StringComparer.Ordinal);
    private readonly CapArg? _reader = GivenArguments.StdinReader(cap);
    private readonly ILookup<string, CapArg> _known = cap.Args.ToLookup(arg => arg.MediaUrn, StringComparer.Ordinal);
    private StdinSource? _stdin;

    public void Add(CapArgumentValue argument)
    {
        var definition = _known[argument.MediaUrn].FirstOrDefault();
        if (definition is null || !_given.Add(argument.MediaUrn))
        {
            throw new CapValidationException(GivenArguments.Unknown(cap, argument.MediaUrn, isTwice: definition is not null));
        }

        var text = argument.AsText();
        if (!definition.Sources.Any(source => Takes(definition, source, argument, text)))
        {
            _named.Add(text is not null ? new NamedArgument(argument.MediaUrn, text) : throw new CapValidationException(
                new ValueSubject(cap.Urn, argument.MediaUrn).WrongType(
                    argument.MediaUrn, $"({argument.Value.Length} bytes)", ["not UTF-8, and standard input is not its own"])));
        }
    }

    /// <summary>Places behind a gap cannot be counted off, so that what stands there goes by its name.</summary>
    public CapCall ToCall()
    {
        var positional = _placed.TakeWhile((value, at) => value.Key == at).Select(value => value.Value.Value).ToArray();
        return new CapCall { Positional = positional, Named = [.. _named, .. _placed.Values.Skip(positional.Length)], Stdin = _stdin };
    }

    private bool Takes(CapArg definition, ArgSource source, CapArgumentValue argument, string? text)
    {
        switch (source)
        {
            case ArgSource.Stdin when ReferenceEquals(definition, _reader):
                _stdin = new StdinSource.Data(argument.Value);
                return true;
            case ArgSource.Position position when text is not null:
                return _placed.TryAdd(position.Index, new NamedArgument(argument.MediaUrn, text));
            case ArgSource.CliFlag flag when text is not null:
                _named.Add(new NamedArgument(flag.Flag, text));
                return true;
            default:
                return false;
        }
    }
}
