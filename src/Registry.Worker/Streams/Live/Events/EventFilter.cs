using Capns.Contracts;

namespace Capns.Registry.Worker.Streams.Live.Events;

/// <summary>Which events a client wants: one of each list, all lists (platform spec 4.7). Thread-safe.</summary>
/// <param name="types">Event names, <c>*</c> stands for any text. Empty: all.</param>
/// <param name="levels">Empty: all.</param>
/// <param name="participants">Agents, users and requesters. Empty: all.</param>
internal sealed class EventFilter(IReadOnlyList<string> types, IReadOnlyList<SecurityLevel> levels, IReadOnlyList<string> participants)
{
    /// <summary>No restriction.</summary>
    public static EventFilter Everything { get; } = new([], [], []);

    public IReadOnlyList<string> Types => types;

    public IReadOnlyList<SecurityLevel> Levels => levels;

    public IReadOnlyList<string> Participants => participants;

    /// <summary>Whether the client gets the event.</summary>
    public bool Lets(LiveEvent happened) =>
        (types.Count == 0 || types.Any(pattern => Fits(pattern, happened.Name)))
        && (levels.Count == 0 || levels.Contains(happened.Level))
        && (participants.Count == 0 || participants.Any(participant => participant == happened.AgentId || participant == happened.UserId || participant == happened.RequestedBy));

    /// <summary>Compares with a pattern, in a time that grows with the product of the lengths at most.</summary>
    internal static bool Fits(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        var (at, star, mark) = (0, -1, 0);
        for (var index = 0; index < text.Length;)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                star = at++;
                mark = index;
            }
            else if (at < pattern.Length && pattern[at] == text[index])
            {
                at++;
                index++;
            }
            else if (star >= 0)
            {
                at = star + 1;
                index = ++mark;
            }
            else
            {
                return false;
            }
        }

        return pattern[at..].IndexOfAnyExcept('*') < 0;
    }
}
