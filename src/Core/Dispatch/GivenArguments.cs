using System.Text;
using Capns.Core.Caps;
using Capns.Core.Caps.Validation;

namespace Capns.Core.Dispatch;

/// <summary>An argument that a classic call gives.</summary>
/// <param name="Arg">Its definition.</param>
/// <param name="Bytes">Its value; text is UTF-8. Null: it is a reference to a file.</param>
/// <param name="IsStdin">Whether the value came by standard input, as bytes, and not as text.</param>
internal readonly record struct GivenArgument(CapArg Arg, ReadOnlyMemory<byte>? Bytes, bool IsStdin);

/// <summary>Finds out which arguments a classic call gives (CapNs spec 11.1).</summary>
internal static class GivenArguments
{
    /// <summary>The arguments in the order of the definition: of each the first source that has a value.</summary>
    /// <exception cref="CapValidationException">The call has values that belong to none.</exception>
    public static List<GivenArgument> Of(CapCall call, Cap cap)
    {
        var named = ByArgument(call, cap);
        CheckPlaces(call, cap);
        var reader = StdinReader(cap);
        if (call.Stdin is not null && reader is null)
        {
            throw new CapValidationException(Unknown(cap, "stdin", isTwice: false));
        }

        var given = new List<GivenArgument>(cap.Args.Count);
        foreach (var arg in cap.Args)
        {
            if (Find(cap, arg, call, named, ReferenceEquals(arg, reader) ? call.Stdin : null) is { } found)
            {
                given.Add(found);
            }
        }

        return given;
    }

    /// <summary>The places of a definition's positional arguments, in their order.</summary>
    public static IEnumerable<(string MediaUrn, int Position)> Positions(Cap cap) =>
        from arg in cap.Args
        from position in arg.Sources.OfType<ArgSource.Position>().Take(1)
        orderby position.Index
        select (arg.MediaUrn, position.Index);

    /// <summary>The argument that standard input is: the first that names it, though several may (RULE3). Null: none does.</summary>
    public static CapArg? StdinReader(Cap cap) => cap.Args.FirstOrDefault(arg => arg.Sources.Any(source => source is ArgSource.Stdin));

    public static CapValidationError Unknown(Cap cap, string argument, bool isTwice) => isTwice
        ? CapValidationError.For(
            cap.Urn, CapValidationErrorKind.UnknownArgument, $"Cap '{cap.Urn}' was given argument '{argument}' twice") with
        {
            Field = argument,
        }
        : CapValidationError.UnknownArgument(cap.Urn, argument);

    private static GivenArgument? Find(Cap cap, CapArg arg, CapCall call, Dictionary<string, string> named, StdinSource? stdin)
    {
        foreach (var source in arg.Sources)
        {
            switch (source)
            {
                case ArgSource.Position position when position.Index < call.Positional.Count:
                    return Text(cap, arg, call.Positional[position.Index]);
                case ArgSource.CliFlag when named.TryGetValue(arg.MediaUrn, out var flagged):
                    return Text(cap, arg, flagged);
                case ArgSource.Stdin when stdin is not null:
                    return new GivenArgument(arg, (stdin as StdinSource.Data)?.Bytes, IsStdin: true);
            }
        }

        return named.TryGetValue(arg.MediaUrn, out var value) ? Text(cap, arg, value) : null;
    }

    private static GivenArgument Text(Cap cap, CapArg arg, string value)
    {
        try
        {
            return new(arg, CapArgumentValue.StrictUtf8.GetBytes(value), IsStdin: false);
        }
        catch (EncoderFallbackException)
        {
            throw new CapValidationException(
                new ValueSubject(cap.Urn, arg.MediaUrn).WrongType(arg.MediaUrn, $"({value.Length} characters)", ["half a surrogate pair"]));
        }
    }

    private static Dictionary<string, string> ByArgument(CapCall call, Cap cap)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        var known = call.Named.Count > 0 ? ByName(cap) : [];
        foreach (var (name, value) in call.Named)
        {
            var arg = known.GetValueOrDefault(name ?? "");
            if (arg is null || !found.TryAdd(arg.MediaUrn, value))
            {
                throw new CapValidationException(Unknown(cap, name ?? "", isTwice: arg is not null));
            }
        }

        return found;
    }

    /// <summary>The arguments by media URN and by flag; the first that has a name counts.</summary>
    private static Dictionary<string, CapArg> ByName(Cap cap)
    {
        var known = new Dictionary<string, CapArg>(StringComparer.Ordinal);
        foreach (var arg in cap.Args)
        {
            known.TryAdd(arg.MediaUrn, arg);
            foreach (var source in arg.Sources)
            {
                _ = source is ArgSource.CliFlag { Flag: var flag } && known.TryAdd(flag, arg);
            }
        }

        return known;
    }

    private static void CheckPlaces(CapCall call, Cap cap)
    {
        var places = Positions(cap).Count();
        if (call.Positional.Count > places)
        {
            throw new CapValidationException(CapValidationError.TooManyArguments(cap.Urn, places, call.Positional.Count));
        }
    }
}
