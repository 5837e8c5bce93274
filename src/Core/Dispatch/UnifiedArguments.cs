using Capns.Core.Caps;
using Capns.Core.Caps.Validation;
using Capns.Core.Urns;

namespace Capns.Core.Dispatch;

/// <summary>Leads between the two forms of a call: classic and a list of arguments (CapNs spec 11.1, D8).</summary>
public static class UnifiedArguments
{
    /// <summary>Calls an executor with a list of arguments.</summary>
    /// <param name="set">The executor.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="cap">The definition; it says where each argument goes.</param>
    /// <param name="arguments">By media URN, in any order.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="CapValidationException">See <see cref="ToCall"/>.</exception>
    public static Task<CapResult> ExecuteAsync(
        this ICapSet set,
        CapUrn request,
        Cap cap,
        IReadOnlyList<CapArgumentValue> arguments,
        CancellationToken cancellationToken = default) =>
        set.ExecuteAsync(request, arguments.ToCall(cap), cancellationToken);

    /// <summary>The classic form of a list of arguments: each goes to the first of its sources that can carry it.</summary>
    /// <param name="arguments">By media URN, as the definition writes them; in any order.</param>
    /// <param name="cap">The definition.</param>
    /// <remarks>
    /// Only standard input carries what is not UTF-8; it is the first argument's that names it. A positional argument behind one that
    /// is not given goes by its name, the
    /// media URN. Nothing is asked of required arguments here.
    /// </remarks>
    /// <exception cref="CapValidationException">
    /// <see cref="CapValidationErrorKind.UnknownArgument"/>: the definition has no such argument, or it is given twice.
    /// <see cref="CapValidationErrorKind.InvalidArgumentType"/>: no source can carry a value.
    /// </exception>
    public static CapCall ToCall(this IReadOnlyList<CapArgumentValue> arguments, Cap cap)
    {
        var placement = new ArgumentPlacement(cap);
        foreach (var argument in arguments)
        {
            placement.Add(argument);
        }

        return placement.ToCall();
    }

    /// <summary>The arguments of a call, in the order of the definition: of each argument the first source that has a value.</summary>
    /// <param name="call">Standard input must be bytes.</param>
    /// <param name="cap">The definition.</param>
    /// <remarks>Arguments that are not given are left out, default values too. Nothing is asked of required arguments here.</remarks>
    /// <exception cref="CapValidationException">
    /// <see cref="CapValidationErrorKind.TooManyArguments"/>: more positional values than places.
    /// <see cref="CapValidationErrorKind.UnknownArgument"/>: a name, or standard input, that the definition does not have, or a name twice.
    /// <see cref="CapValidationErrorKind.InvalidArgumentType"/>: standard input is a reference to a file, which has to be read first; or
    /// a text has half a surrogate pair, so that it is no UTF-8.
    /// </exception>
    public static IReadOnlyList<CapArgumentValue> ToArguments(this CapCall call, Cap cap) =>
    [
        .. from given in GivenArguments.Of(call, cap)
           select new CapArgumentValue(given.Arg.MediaUrn, given.Bytes ?? throw Unread(cap, given.Arg)),
    ];

    private static CapValidationException Unread(Cap cap, CapArg arg) => new(
        new ValueSubject(cap.Urn, arg.MediaUrn).WrongType(arg.MediaUrn, "(reference to a file)", ["the file has to be read first"]));
}
