using System.Collections.Concurrent;

namespace Capns.Core.Caps.Validation;

/// <summary>
/// Keeps what is costly to make, by its text. Forgets everything once it holds too much: definitions come and go. Thread-safe.
/// </summary>
/// <param name="capacity">Most texts kept, included.</param>
/// <param name="make">Pure; two threads may make the same at once.</param>
internal sealed class BoundedCache<T>(int capacity, Func<string, T> make)
{
    private readonly ConcurrentDictionary<string, T> _made = new(StringComparer.Ordinal);

    public int Count => _made.Count;

    public T Get(string text)
    {
        if (_made.TryGetValue(text, out var known))
        {
            return known;
        }

        if (_made.Count >= capacity)
        {
            _made.Clear();
        }

        return _made.GetOrAdd(text, make(text));
    }
}
