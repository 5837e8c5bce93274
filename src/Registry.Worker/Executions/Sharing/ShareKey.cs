namespace Capns.Registry.Worker.Executions.Sharing;

/// <summary>Whose share: the jobs of one caller in one pool (platform spec 5.8).</summary>
internal readonly record struct ShareKey(string Caller, string Pool);
