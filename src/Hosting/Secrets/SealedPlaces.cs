namespace Capns.Hosting.Secrets;

/// <summary>Places of sealed values that registry and runner both know.</summary>
public static class SealedPlaces
{
    /// <summary>The secret parameters of an execution.</summary>
    public static string Parameters(Guid executionId) => $"execution/{executionId:D}/parameters";

    /// <summary>A result on its way from the runner to the registry.</summary>
    public static string Report(Guid executionId) => $"execution/{executionId:D}/report";

    /// <summary>A result as it is kept.</summary>
    public static string Result(Guid executionId) => $"execution/{executionId:D}/result";
}
