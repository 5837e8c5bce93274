using System.Diagnostics;
using Xunit.Sdk;

namespace Capns.Testing;

/// <summary>Waits for something outside the process to become true: asked again at once, then every few milliseconds, until a deadline.</summary>
/// <remarks>Where the code under test can raise a signal, wait for that instead.</remarks>
public static class Eventually
{
    /// <summary>Deadline when none is given.</summary>
    public static readonly TimeSpan Default = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);

    /// <summary>Waits until <paramref name="condition"/> holds.</summary>
    /// <param name="condition">Asked repeatedly; exceptions end the wait.</param>
    /// <param name="what">Completes "waited for …" in the failure.</param>
    /// <param name="within">Default: 10 s.</param>
    /// <exception cref="TimeoutException">The deadline has passed.</exception>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan? within = null) =>
        await GetAsync(async () => await condition() ? "" : null, what, within);

    /// <inheritdoc cref="TrueAsync(Func{Task{bool}}, string, TimeSpan?)"/>
    public static Task TrueAsync(Func<bool> condition, string what, TimeSpan? within = null) =>
        TrueAsync(() => Task.FromResult(condition()), what, within);

    /// <summary>Waits until <paramref name="get"/> returns something.</summary>
    /// <exception cref="TimeoutException">The deadline has passed.</exception>
    public static async Task<T> GetAsync<T>(Func<Task<T?>> get, string what, TimeSpan? within = null)
        where T : class
    {
        var limit = within ?? Default;
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await get() is { } value)
            {
                return value;
            }

            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                throw new TimeoutException($"Waited {limit.TotalSeconds:0.#} s for {what}.");
            }

            await Task.Delay(Pause);
        }
    }

    /// <summary>Waits until an assertion stops failing.</summary>
    /// <exception cref="XunitException">What the assertion said last.</exception>
    public static async Task PassesAsync(Func<Task> assertion, TimeSpan? within = null)
    {
        var limit = within ?? Default;
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await assertion();
                return;
            }
            catch (XunitException) when (Stopwatch.GetElapsedTime(started) <= limit)
            {
                await Task.Delay(Pause);
            }
        }
    }
}
