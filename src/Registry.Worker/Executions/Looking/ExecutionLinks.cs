namespace Capns.Registry.Worker.Executions.Looking;

/// <summary>Where more of an execution is.</summary>
internal sealed record ExecutionLinks(string Self, string Events, string Result)
{
    public static ExecutionLinks Of(Guid id) => new($"{ExecutionsApi.Path}/{id}", $"{ExecutionsApi.Path}/{id}/events", $"{ExecutionsApi.Path}/{id}/result");
}
