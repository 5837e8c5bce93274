using System.Text;

namespace Capns.Core.Validation;

/// <summary>A bracketed set of a pattern. .NET knows only UTF-16 units in brackets: higher characters become alternatives.</summary>
internal sealed class PatternClass(bool negated)
{
    private readonly StringBuilder _members = new();
    private readonly List<string> _pairs = [];

    /// <summary>Adds a character or a set.</summary>
    public void Add(PatternEscape member)
    {
        if (member.CodePoint is { } codePoint)
        {
            Add(codePoint, codePoint);
        }
        else
        {
            _members.Append(member.Inside);
        }
    }

    /// <summary>Adds the characters between two, both included.</summary>
    public void Add(int from, int to)
    {
        if (from <= char.MaxValue)
        {
            _members.Append(PatternEscape.Character(from).Inside).Append('-')
                .Append(PatternEscape.Character(Math.Min(to, char.MaxValue)).Inside);
        }

        for (var start = Math.Max(from, 0x10000); start <= to;)
        {
            // Characters with the same first half stand in blocks of 1,024.
            var end = Math.Min(to, start | 0x3ff);
            var first = char.ConvertFromUtf32(start);
            _pairs.Add($"{first[0]}[{first[1]}-{char.ConvertFromUtf32(end)[1]}]");
            start = end + 1;
        }
    }

    /// <summary>The set as .NET writes it.</summary>
    public string Write()
    {
        var members = _members.Length == 0 ? null : _members.ToString();
        var pairs = string.Join('|', _pairs);
        if (!negated)
        {
            return (members, pairs.Length) switch
            {
                (null, 0) => "(?!)",
                (null, _) => $"(?:{pairs})",
                (_, 0) => $"[{members}]",
                _ => $"(?:{pairs}|[{members}])",
            };
        }

        // A character beyond the basic plane is one character, also to a set that only leaves others out.
        const string AnyPair = @"[\ud800-\udbff][\udc00-\udfff]";
        var single = members is null ? @"[\u0000-\uffff]" : $"[^{members}]";
        return pairs.Length == 0 ? $"(?:{AnyPair}|{single})" : $"(?:(?!{pairs})(?:{AnyPair}|{single}))";
    }
}
