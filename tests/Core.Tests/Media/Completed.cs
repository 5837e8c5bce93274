namespace Capns.Core.Tests.Media;

/// <summary>Answers of calls that have nothing to wait for, for properties, which cannot wait.</summary>
internal static class Completed
{
    public static T Result<T>(ValueTask<T> task) =>
        task.IsCompleted ? task.GetAwaiter().GetResult() : throw new InvalidOperationException("The call waits for something.");
}
