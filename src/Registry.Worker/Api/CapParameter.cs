using Capns.Contracts.Executions;
using Capns.Core.Urns;
using Capns.Registry.Worker.Capabilities;
using Capns.Registry.Worker.Executions.Admission;

namespace Capns.Registry.Worker.Api;

/// <summary>Reads a wish for a capability out of a query parameter, as <c>tool.execution.requested</c> reads its <c>cap</c>.</summary>
internal static class CapParameter
{
    /// <summary>The wish, or what is wrong with it.</summary>
    /// <param name="name">Of the parameter.</param>
    /// <param name="text">May leave out <c>in</c> and <c>out</c>, which are then <c>*</c>.</param>
    public static (CapUrn? Cap, ProblemResult? Problem) Parse(string name, string text) =>
        text.Length > RequestReader.MaxCap
            ? (null, new ProblemResult(
                ErrorCodes.InvalidCap, $"{name} must have at most {RequestReader.MaxCap} characters; it has {text.Length}."))
            : CapUrn.TryParseRequest(text, out var cap, out var error)
                ? (cap, null)
                : (null, new ProblemResult(ErrorCodes.InvalidCap, CapFault.Sentence(name, text, error), details: CapFault.Details(error)));
}
